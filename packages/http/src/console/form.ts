import type { MiddlewareHandler } from "hono";
import { changesNothing } from "../csrf.ts";
import { messagePage } from "../html/message-page.ts";
import type { ConsoleContext, ConsoleEnvironment } from "./console.ts";

/** Reads the form of a POST. One that cannot be read is refused as a whole, and not taken for an empty one. */
export const readForm =
  (context: ConsoleContext): MiddlewareHandler<ConsoleEnvironment> =>
  async (call, next) => {
    if (changesNothing(call.req.raw)) return next();
    const form = await call.req.parseBody({ all: true }).catch(() => null);
    if (form === null || hasNoText(form)) {
      return call.html(
        messagePage(context, {
          title: "The form did not arrive whole",
          text: "Nothing was changed. Go back, and send it again.",
          isAlert: true,
        }),
        400,
      );
    }
    call.set("form", form);
    return next();
  };

/** Nobody types the character NUL, and PostgreSQL keeps no text with it. */
const hasNoText = (form: Readonly<Record<string, unknown>>): boolean =>
  Object.values(form)
    .flat()
    .some((value) => typeof value === "string" && value.includes("\0"));
