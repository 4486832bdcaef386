import type { RequestKind } from "@subject-rights/core";
import type { Screen } from "../screen/screen.ts";
import type { OpenApplication } from "./open-application.ts";

/** The request that the story is about: the one that an interrupted run left, or the one that `ask` submits. */
export const takeUp = async (
  { unfinished }: Pick<OpenApplication, "unfinished">,
  screen: Screen,
  kind: RequestKind,
  ask: () => Promise<string>,
): Promise<string> => {
  const left = unfinished.find((request) => request.kind === kind);
  if (left !== undefined) screen.say("The last run was interrupted. This one goes on with the same request.");
  const requestId = left?.id ?? (await ask());
  screen.fact("request", requestId);
  return requestId;
};
