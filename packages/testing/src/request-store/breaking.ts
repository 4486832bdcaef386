import type { RequestStore, ResultAsync } from "@subject-rights/core";
import { errorOf } from "../answers.ts";
import type { Breakable, CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import { nextVersion, requestSample, stored, tenant } from "./samples.ts";

const known = requestSample("known", { wakeAt: "2026-03-02T09:00:00.000Z" });

const operations: Readonly<
  Record<
    Exclude<keyof RequestStore, "transaction" | "standing">,
    (store: RequestStore) => ResultAsync<unknown, Error>
  >
> = {
  insert: (store) => store.insert({ request: requestSample("new"), entries: [] }),
  read: (store) => store.read(known),
  readByTokenHash: (store) => store.readByTokenHash(known.tokenHashes[0] ?? ""),
  findAbout: (store) => store.findAbout({ tenant, pseudonyms: ["somebody"] }),
  commit: (store) => store.commit({ request: nextVersion(known), expectedVersion: 1, entries: [] }),
  list: (store) => store.list({ tenant, limit: 10 }),
  due: (store) => store.due({ until: "2026-03-02T10:00:00.000Z", limit: 10 }),
  audit: (store) => store.audit(known),
};

export const breakingCases = (test: CaseMaker<RequestStoreFixture & Breakable>): readonly ConformanceCase[] =>
  Object.entries(operations).map(([name, call]) =>
    test(`${name}: "could not ask" is an error, and never an answer`, async ({ store, breakIt }) => {
      await stored(store, known);
      await breakIt();
      await errorOf(call(store), `${name} must answer an error while the store cannot be asked`);
    }),
  );
