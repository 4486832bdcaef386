import { type Instant, latest } from "../instant.ts";
import type { Problem } from "./problems.ts";

/**
 * Work of the library itself that does not get on: an error inside of it, a key that is lost, the same thing to be done at
 * once again and again. It is shown and told like the trouble of a source, and tried again ever more rarely.
 */
export interface Trouble {
  /** Which work: `package`, `send completion-1`, `work crm`. Holds nothing personal. */
  readonly work: string;
  /** Which part of it, as `perform`: what comes before that may work all the same. Left out: all of it. */
  readonly doing?: string;
  readonly problem: Problem;
  readonly since: Instant;
  /** Tries in a row that came to nothing. */
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  /** Whether the support contact is told of it. */
  readonly isTold: boolean;
}

/** A request, as far as troubles go: it names this file itself. */
interface Troubled {
  readonly troubles?: readonly Trouble[];
}

export const troublesOf = ({ troubles = [] }: Troubled): readonly Trouble[] => troubles;

/** What is done at a source, in this order. */
const parts: readonly string[] = ["identify", "locate", "perform", "probe", "verify"];

/** Whether a work gets on again once a part of it is done: as far as it had come before, or farther. */
export const getsOnBy = ({ doing }: Trouble, done: string | undefined): boolean =>
  doing === undefined || doing === done || parts.indexOf(done ?? "") > parts.indexOf(doing);

/** The work that needs the key of the request, which is all of it. */
export const everything = "everything";

/** Which work a request lacks for which nothing is due, and that waits for nobody. */
export const anything = "anything";

/** The work of looking at the hold that keeps a request, or a copy of it. */
export const lookingAtHold = "look-at-hold";

/** Whether a hold keeps a request, or a copy of it. */
export const isHeld = ({
  held,
  steps,
}: {
  readonly held: { readonly by: string } | null;
  readonly steps: readonly { readonly heldBy?: string | null | undefined }[];
}): boolean => held !== null || steps.some(({ heldBy }) => heldBy != null);

/** Whether it is known that the key of the request is not in the key ring. */
export const isKeyLost = (request: Troubled): boolean =>
  troublesOf(request).some(({ work }) => work === everything);

/** Not before this: null where nothing keeps the work from being done when it is due. */
export const putOffUntil = (request: Troubled, work: string): Instant | null =>
  troublesOf(request).reduce<Instant | null>(
    (until, trouble) =>
      trouble.work === work || trouble.work === everything
        ? latest(until ?? trouble.nextAttemptAt, trouble.nextAttemptAt)
        : until,
    null,
  );
