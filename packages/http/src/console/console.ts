import type { Actor, PolicyAction } from "@subject-rights/core";
import type { WebContext } from "../web-context.ts";
import type { ConsoleOptions } from "./options.ts";
import { type Times, timesIn } from "./times.ts";

/** What each group of the console's routes is handed. */
export interface ConsoleContext extends WebContext {
  readonly support: string | null;
  readonly times: Times;
}

export const consoleContextOf = (context: WebContext, { support }: ConsoleOptions): ConsoleContext => ({
  ...context,
  support: support ?? null,
  times: timesIn(context.rights.timeZone),
});

/** Who is signed in, and what to offer them. What they may do is decided anew by each call. */
export interface Visitor {
  readonly actor: Actor;
  may(action: PolicyAction): boolean;
}

export interface ConsoleEnvironment {
  readonly Variables: {
    visitor: Visitor;
    /** Of a POST: each field, several of one name as a list. */
    form: Readonly<Record<string, unknown>>;
  };
}
