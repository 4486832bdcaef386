import type { Actor, DamagedRecord, ReadError, RequestView } from "@subject-rights/core";
import { err, ok, type Result } from "@subject-rights/core";
import type { ConsoleContext } from "../console.ts";
import { type Urgency, urgencyOf } from "../parts/timeline.ts";

export interface OrderedPage {
  readonly requests: readonly RequestView[];
  /** How many there are in all. */
  readonly all: number;
  /** How many of them are overdue. */
  readonly overdue: number;
  /** Those whose record cannot be read. */
  readonly damaged: readonly DamagedRecord[];
  readonly cursor: string | null;
}

const perPage = 25;

/**
 * Open requests by their deadline: what is overdue comes first by itself, then what is due next. A store lists them
 * newest first, so all that are open are read, as for the Data Sources page. Those of which nothing is due come last.
 *
 * @param cursor of the page before: the last deadline and id on it, so that it holds when others are closed meanwhile
 */
export const openByDeadline = async (
  { rights, times }: ConsoleContext,
  actor: Actor,
  cursor: string | null,
): Promise<Result<OrderedPage, ReadError>> => {
  const open: RequestView[] = [];
  const damaged: DamagedRecord[] = [];
  let from: string | null = null;
  do {
    const listed: Awaited<ReturnType<typeof rights.requests.list>> = await rights.requests.list({
      actor,
      open: true,
      ...(from !== null && { cursor: from }),
    });
    if (listed.isErr()) return err(listed.error);
    open.push(...listed.value.requests);
    damaged.push(...listed.value.damaged);
    from = listed.value.cursor;
  } while (from !== null);
  const ordered = open
    .map((request) => ({ request, key: keyOf(request, urgencyOf(request, times)) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const behind = cursor === null ? ordered : ordered.filter(({ key }) => key > cursor);
  const shown = behind.slice(0, perPage);
  return ok({
    requests: shown.map(({ request }) => request),
    all: open.length,
    damaged,
    overdue: open.filter((request) => urgencyOf(request, times) === "over").length,
    cursor: behind.length > perPage ? (shown.at(-1)?.key ?? null) : null,
  });
};

const keyOf = ({ id, deadline }: RequestView, urgency: Urgency): string =>
  `${urgency === "still" ? 1 : 0}_${deadline.endsAt}_${id}`;

/** Closed requests, newest first, as the store has them. */
export const closedByAge = async (
  { rights }: ConsoleContext,
  actor: Actor,
  cursor: string | null,
): Promise<Result<Omit<OrderedPage, "all" | "overdue">, ReadError>> =>
  rights.requests.list({ actor, open: false, limit: perPage, ...(cursor !== null && { cursor }) });
