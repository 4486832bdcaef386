import type { MiddlewareHandler } from "hono";
import { changesNothing } from "../csrf.ts";
import { messagePage } from "../html/message-page.ts";
import type { ConsoleContext, ConsoleEnvironment } from "./console.ts";

/** Reads the form of a POST. One that cannot be read is refused as a whole, and not taken for an empty one. */
export const readForm =
  (context: ConsoleContext): MiddlewareHandler<ConsoleEnvironment> =>
  async (call, next) => {
    if (changesNothing(call.req.raw)) return next();
    try {
      call.set("form", await call.req.parseBody({ all: true }));
    } catch {
      return call.html(
        messagePage(context, {
          title: "The form did not arrive whole",
          text: "Nothing was changed. Go back, and send it again.",
          isAlert: true,
        }),
        400,
      );
    }
    return next();
  };
