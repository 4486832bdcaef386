import { placeOf } from "../request/line.ts";
import type { ResultAsync } from "../result.ts";
import { lineOf } from "../runner/line.ts";
import {
  type ChangeError,
  changeRequest,
  type FacadeContext,
  type OnRequest,
  readRequest,
} from "./context.ts";
import type { RequestView } from "./view.ts";

const action = "put-request-first";

/** Gives it the first place; whoever works on it next passes those that wait for people. */
export const putFirst = (
  context: FacadeContext,
  input: OnRequest & { readonly reason: string },
): ResultAsync<RequestView, ChangeError> =>
  readRequest(context, input, action)
    .andThen((request) => lineOf(context.services, request, request.pseudonyms))
    .andThen(([first]) => {
      const { reason } = input;
      const firstPlace = first === undefined ? null : placeOf(first);
      return changeRequest(context, input, action, { type: "put-first", reason, firstPlace }, { reason });
    });
