import type { HoldStore } from "../bridge/define-hold-store.ts";
import { err, ok, orThrow, type Result, ResultAsync } from "../result.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import type { Identifier } from "../subject/identifier.ts";
import { allParts } from "./all-parts.ts";
import type { Holdable, NotNow } from "./guard.ts";
import { keptPersonSchema } from "./kept-person.ts";
import { unsealIn } from "./stored-sweep.ts";
import type { SweepRun } from "./sweep-run.ts";
import { waitingPeople } from "./waiting.ts";

/** So many people are looked up at once. */
const pageSize = 1_000;

/**
 * Whether a copy may be filled anew now. That takes everybody out of it who is gone from its origins: a hold on one of
 * them stops it for all. Who that is takes long to read, and a hold may be placed meanwhile: then it is read again, so
 * that what is asked last is whether there is a new one.
 */
export const mayRefresh = (run: SweepRun): ResultAsync<void, NotNow> => new ResultAsync(passed(run));

const passed = async (run: SweepRun): Promise<Result<void, NotNow>> => {
  const { holdStore } = run.services;
  const running = await run.guard([]);
  if (running.isErr() || holdStore === null) return running;
  for (let known = await openHolds(run, holdStore); ; ) {
    if (known.size > 0) {
      for await (const people of goneFromOrigins(run)) {
        const free = await run.guard(people);
        if (free.isErr()) return err(free.error);
      }
    }
    const now = await openHolds(run, holdStore);
    if ([...now].every((id) => known.has(id))) return ok(undefined);
    known = now;
  }
};

/** @throws StorageFailed */
export const openHolds = async ({ tenant }: SweepRun, holdStore: HoldStore): Promise<ReadonlySet<string>> => {
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = orThrow(await holdStore.list({ tenant, open: true, cursor, limit: 100 }));
    for (const { id } of page.holds) ids.add(id);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
};

/** Those who wait for copies, and those who were left behind when some origin was done with them. */
async function* goneFromOrigins(run: SweepRun): AsyncGenerator<readonly Holdable[], void, undefined> {
  for await (const { fates } of waitingPeople(run)) yield fates;
  const { numbered } = run.journal.current();
  const pages = allParts(run.store, run.journal.current(), "left-behind", pageSize, numbered);
  for await (const parts of pages) {
    const people = parts.flatMap(({ number, info, sealed }) => {
      if (Object.keys(info["outcomes"] ?? {}).length === 0) return [];
      const kept = orThrow(unsealIn(run, run.journal.secret, "person", sealed ?? ""));
      return { mark: String(number), identifiers: keptPersonSchema.parse(kept).identifiers };
    });
    if (people.length > 0) yield await holdables(run, people);
  }
}

const holdables = async (
  { services, tenant }: SweepRun,
  people: readonly { readonly mark: string; readonly identifiers: readonly Identifier[] }[],
): Promise<readonly Holdable[]> => {
  const all = people.flatMap(({ identifiers }) => identifiers);
  const pseudonyms = orThrow(await pseudonymsOf(services, tenant, all)).values();
  return people.map(({ mark, identifiers }) => ({
    mark,
    pseudonyms: identifiers.flatMap(() => pseudonyms.next().value ?? []),
  }));
};
