import { randomInt } from "node:crypto";
import { orThrow, type RequestKey, type RequestStore, type StoredRequest } from "@subject-rights/core";
import type { Contest } from "../../harness/contest.ts";
import type { Timed } from "../../harness/timed.ts";
import { filledAgainstEmpty } from "./filled-against-empty.ts";
import { acknowledged, entry, newRequest, openWakeAt, tenant } from "./samples.ts";

/** A store, and what is in it from before. */
export interface Filled {
  readonly store: RequestStore;
  readonly closed: (number: number) => RequestKey;
  readonly closedCount: number;
}

const page = 50;

const expectThat = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`The store did not do what is measured: ${what}.`);
};

const operationsOn = ({ store, closed, closedCount }: Filled) => {
  let current: StoredRequest = newRequest();
  const submit: Timed = async () => {
    current = newRequest();
    const input = { request: current, entries: [entry(current, 1, "submitted")] };
    const began = performance.now();
    const { outcome } = orThrow(await store.insert(input));
    const took = performance.now() - began;
    expectThat(outcome === "stored", "insert");
    return took;
  };
  const findByToken: Timed = async () => {
    const found = orThrow(await store.readByTokenHash(current.tokenHashes[0] ?? ""));
    expectThat(found?.id === current.id, "readByTokenHash");
    return undefined;
  };
  const acknowledge: Timed = async () => {
    const next = acknowledged(current);
    const entries = [entry(next, 2, "acknowledged"), entry(next, 3, "identified")];
    const input = { request: next, expectedVersion: current.version, entries };
    const began = performance.now();
    const { outcome } = orThrow(await store.commit(input));
    const took = performance.now() - began;
    expectThat(outcome === "committed", "commit");
    current = next;
    return took;
  };
  const read: Timed = async () => {
    expectThat(orThrow(await store.read(current))?.version === current.version, "read");
    return undefined;
  };
  const readClosed: Timed = async () => {
    const key = closed(1 + randomInt(closedCount));
    expectThat(orThrow(await store.read(key))?.id === key.id, "read of a closed request");
    return undefined;
  };
  const due: Timed = async () => {
    const found = orThrow(await store.due({ until: openWakeAt, limit: page }));
    expectThat(found.length === page, "due");
    return undefined;
  };
  const audit: Timed = async () => {
    expectThat(orThrow(await store.audit(current)).length === 3, "audit");
    return undefined;
  };
  const list =
    (open?: boolean): Timed =>
    async () => {
      expectThat(orThrow(await store.list({ tenant, open, limit: page })).requests.length === page, "list");
      return undefined;
    };
  return {
    "submit: insert": submit,
    "acknowledge: find by token": findByToken,
    "acknowledge: commit with claims": acknowledge,
    "read an open request": read,
    "read any closed request": readClosed,
    "next due, 50": due,
    "audit of a request": audit,
    "list, first 50": list(),
    "list of open ones, first 50": list(true),
  } satisfies Record<string, Timed>;
};

/** What either side has at least: as much as a page of a list shows. */
export const seed = async (filled: Filled): Promise<void> => {
  const operations = operationsOn(filled);
  for (let count = 0; count < 2 * page; count += 1) {
    await operations["submit: insert"](count);
    await operations["acknowledge: commit with claims"](count);
  }
};

export const operationContests = (empty: Filled, filled: Filled): Contest[] => {
  const [baseline, measured] = [operationsOn(empty), operationsOn(filled)];
  return (Object.keys(baseline) as (keyof typeof baseline)[]).map((title) =>
    filledAgainstEmpty(title, baseline[title], measured[title]),
  );
};
