import assert from "node:assert/strict";
import type { StoredSuppression, SuppressionStore } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import { type ConformanceCase, casesOver, casesWhereMade } from "../conformance-case.ts";
import type { StorageHarness, SuppressionStoreFixture } from "./harness.ts";

const tenant = "tenant-one";
const pseudonym = (number: number): string => number.toString(16).padStart(64, "0");

const row = (number: number, part: Partial<StoredSuppression> = {}): StoredSuppression => ({
  tenant,
  pseudonym: pseudonym(number),
  category: "customer-data",
  cause: "request-1",
  reason: "request",
  generation: 1,
  begunAt: "2026-11-01T09:00:00.000Z",
  endedAt: null,
  lifted: null,
  ...part,
});

const lifted = { at: "2026-11-20T09:00:00.000Z", by: "admin-1", reason: "asked for it" };

type Query = Parameters<SuppressionStore["standing"]>[0];

const standing = async (
  store: SuppressionStore,
  numbers: readonly number[],
  query: Partial<Query> = {},
): Promise<readonly string[]> => {
  const asked = { tenant, pseudonyms: numbers.map(pseudonym), ...query };
  return (await answerOf(store.standing(asked))).pseudonyms.toSorted();
};

const generation = async (store: SuppressionStore, of = tenant): Promise<number> =>
  (await answerOf(store.standing({ tenant: of, pseudonyms: [] }))).generation;

const listed = async (
  store: SuppressionStore,
  query: { readonly below?: number } = {},
  limit = 2,
): Promise<StoredSuppression[]> => {
  const found: StoredSuppression[] = [];
  let cursor: string | undefined;
  do {
    const page = await answerOf(store.list({ tenant, cursor, limit, ...query }));
    assert.ok(page.suppressions.length <= limit, "no more than asked for");
    found.push(...page.suppressions);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

const byKey = (rows: readonly StoredSuppression[]) =>
  rows
    .map((each) => [`${each.pseudonym} ${each.category} ${each.cause}`, each] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, each]) => each);

/** What a `SuppressionStore` promises, rule by rule. */
export const suppressionStoreCases = (
  harness: StorageHarness<SuppressionStoreFixture>,
): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    test("add: what is added comes back as it was", async ({ store }) => {
      const rows = [
        row(1),
        row(2, { category: "user-data", reason: "retention", endedAt: "2026-11-02T10:11:12.131Z" }),
        row(3, { cause: "request-2", generation: 3, lifted }),
        row(4, { cause: "sweep-1", reason: "retention", person: "one", numberType: "customer-number" }),
      ];
      await answerOf(store.add(rows));
      assert.deepEqual(byKey(await listed(store)), byKey(rows));
    }),

    test("add: nothing is fine, and one that is there stays as it is", async ({ store }) => {
      await answerOf(store.add([]));
      await answerOf(store.add([row(1)]));
      await answerOf(store.add([row(1, { begunAt: "2026-11-09T09:00:00.000Z" }), row(2)]));
      assert.deepEqual(byKey(await listed(store)), [row(1), row(2)]);
    }),

    test("add: one that is there is lifted where the one that is added is", async ({ store }) => {
      const copy = [row(1, { lifted }), row(1, { cause: "request-2" }), row(2), row(2, { lifted })];
      await answerOf(store.add([row(1), row(1, { cause: "request-2" })]));
      await answerOf(store.add(copy));
      await answerOf(store.add([row(1)]));
      assert.deepEqual(
        byKey(await listed(store)).map((each) => each.lifted),
        [lifted, null, lifted],
      );
    }),

    test("add: one that is there is over where the one that is added is, the later of two", async ({
      store,
    }) => {
      const [first, second] = ["2026-11-05T00:00:00.000Z", "2026-11-09T00:00:00.000Z"];
      const open = [row(1), row(2), row(3)];
      await answerOf(store.add([row(1), row(2, { endedAt: second }), row(3, { endedAt: first, lifted })]));
      await answerOf(store.add([row(1, { endedAt: first }), row(2, { endedAt: first }), row(3), row(4)]));
      await answerOf(store.add([row(4), row(4, { endedAt: second }), row(4, { endedAt: first, lifted })]));
      await answerOf(store.add([row(3, { endedAt: second }), ...open.slice(0, 2)]));
      assert.deepEqual(byKey(await listed(store)), [
        row(1, { endedAt: first }),
        row(2, { endedAt: second }),
        row(3, { endedAt: second, lifted }),
        row(4, { endedAt: second, lifted }),
      ]);
    }),

    test("add: another category and another cause are another one", async ({ store }) => {
      const rows = [row(1), row(1, { category: "user-data" }), row(1, { cause: "request-2" })];
      await answerOf(store.add(rows));
      assert.equal((await listed(store)).length, 3);
      assert.deepEqual(await standing(store, [1]), [pseudonym(1)], "a pseudonym comes at most once");
    }),

    test("standing: which of many, and of no other tenant", async ({ store }) => {
      const numbers = Array.from({ length: 5_000 }, (_, index) => index);
      const even = numbers.filter((number) => number % 2 === 0);
      await answerOf(store.add(even.map((number) => row(number))));
      assert.deepEqual(await standing(store, numbers), even.map(pseudonym));
      assert.deepEqual(await standing(store, numbers, { tenant: "tenant-two" }), []);
      assert.deepEqual(await standing(store, []), []);
      assert.deepEqual(await standing(store, [2, 2]), [pseudonym(2)]);
    }),

    test("standing: only of the category and for the reason that is asked for", async ({ store }) => {
      await answerOf(store.add([row(1), row(2, { category: "user-data", reason: "retention" })]));
      assert.deepEqual(await standing(store, [1, 2], { category: "user-data" }), [pseudonym(2)]);
      assert.deepEqual(await standing(store, [1, 2], { reason: "request" }), [pseudonym(1)]);
      assert.deepEqual(await standing(store, [1, 2], { category: "user-data", reason: "request" }), []);
    }),

    test("standing: since a moment are those that were not over before it", async ({ store }) => {
      await answerOf(store.add([row(1), row(2, { endedAt: "2026-11-02T00:00:00.000Z" })]));
      const at = (since: string) => standing(store, [1, 2], { since });
      assert.deepEqual(await at("2026-11-02T00:00:00.000Z"), [pseudonym(1), pseudonym(2)]);
      assert.deepEqual(await at("2026-11-02T00:00:00.001Z"), [pseudonym(1)]);
    }),

    test("standing: the highest generation, lifted ones too; 0 for an empty list", async ({ store }) => {
      assert.equal(await generation(store), 0);
      await answerOf(store.add([row(1), row(2, { generation: 4, lifted })]));
      assert.equal(await generation(store), 4);
      assert.equal(await generation(store, "tenant-two"), 0);
    }),

    test("end: those of the cause are over, and no others", async ({ store }) => {
      await answerOf(
        store.add([row(1), row(2), row(3, { cause: "request-2" }), row(1, { tenant: "tenant-two" })]),
      );
      const at = "2026-11-05T00:00:00.000Z";
      await answerOf(store.end({ tenant, cause: "request-1", at }));
      await answerOf(store.end({ tenant, cause: "request-9", at }));
      assert.deepEqual(
        byKey(await listed(store)).map(({ endedAt }) => endedAt),
        [at, at, null],
      );
      const since = "2026-12-01T00:00:00.000Z";
      assert.deepEqual(await standing(store, [1], { tenant: "tenant-two", since }), [pseudonym(1)]);
    }),

    test("withdraw: those of the cause stand no longer, stay listed, and no others", async ({ store }) => {
      await answerOf(
        store.add([
          row(1),
          row(1, { cause: "request-2" }),
          row(2),
          row(3, { tenant: "tenant-two" }),
          row(4, { cause: "request-4" }),
        ]),
      );
      const withdrawn = { at: "2026-11-21T09:00:00.000Z", by: "system", reason: "cancelled" };
      await answerOf(store.lift({ tenant, pseudonyms: [pseudonym(4)], lifted }));
      await answerOf(store.withdraw({ tenant, cause: "request-1", lifted: withdrawn }));
      await answerOf(store.withdraw({ tenant: "tenant-two", cause: "request-2", lifted: withdrawn }));
      // A copy that was made before.
      await answerOf(store.add([row(1), row(2)]));
      assert.deepEqual(byKey(await listed(store)), [
        row(1, { lifted: withdrawn }),
        row(1, { cause: "request-2" }),
        row(2, { lifted: withdrawn }),
        row(4, { cause: "request-4", lifted }),
      ]);
      assert.deepEqual(await standing(store, [1, 2]), [pseudonym(1)]);
      assert.deepEqual(await standing(store, [3], { tenant: "tenant-two" }), [pseudonym(3)]);
    }),

    test("lift: they stand no longer, stay listed, and are counted once", async ({ store }) => {
      await answerOf(store.add([row(1), row(1, { cause: "request-2" }), row(2, { cause: "request-3" })]));
      const lift = (part = {}) =>
        answerOf(store.lift({ tenant, pseudonyms: [pseudonym(1), pseudonym(7)], lifted, ...part }));
      assert.equal(await lift({ tenant: "tenant-two" }), 0);
      assert.equal(await lift({ category: "user-data" }), 0);
      assert.equal(await lift(), 2);
      assert.equal(await lift(), 0);
      assert.deepEqual(await standing(store, [1, 2]), [pseudonym(2)]);
      assert.deepEqual(
        byKey(await listed(store)).map((each) => each.lifted),
        [lifted, lifted, null],
      );
    }),

    test("lift: who is erased again afterwards stands again", async ({ store }) => {
      await answerOf(store.add([row(1)]));
      await answerOf(store.lift({ tenant, pseudonyms: [pseudonym(1)], lifted }));
      await answerOf(store.add([row(1, { cause: "request-2" })]));
      assert.deepEqual(await standing(store, [1]), [pseudonym(1)]);
    }),

    test("lift: with a name goes whatever the same causes put there for the same person", async ({
      store,
    }) => {
      const swept = (number: number, person?: string) =>
        row(number, { cause: "sweep-1", reason: "retention", ...(person !== undefined && { person }) });
      const theirs = [
        row(1),
        row(2),
        row(2, { cause: "request-2", category: "user-data" }),
        row(3, { cause: "request-2", category: "user-data" }),
        swept(3, "one"),
        swept(4, "one"),
      ];
      const others = [
        swept(5, "two"),
        swept(6),
        swept(7),
        row(8, { cause: "request-3" }),
        row(1, { tenant: "tenant-two" }),
      ];
      await answerOf(store.add([...theirs, ...others]));
      const lift = (number: number, part = {}) =>
        answerOf(store.lift({ tenant, pseudonyms: [pseudonym(number)], lifted, ...part }));
      assert.equal(await lift(1, { category: "customer-data" }), 2);
      assert.deepEqual(await standing(store, [1, 2, 3, 4]), [2, 3, 4].map(pseudonym));
      assert.equal(await lift(2), 4);
      assert.deepEqual(await standing(store, [1, 2, 3, 4, 5, 6, 7, 8]), [5, 6, 7, 8].map(pseudonym));
      assert.equal(await lift(6), 1);
      assert.deepEqual(await standing(store, [6, 7]), [pseudonym(7)]);
      assert.deepEqual(await standing(store, [1], { tenant: "tenant-two" }), [pseudonym(1)]);
    }),

    test("lift: whoever has had the address and another number stays, but for a name that is given", async ({
      store,
    }) => {
      const number = { numberType: "customer-number" };
      const theirs = [
        row(1, number),
        row(2),
        row(1, { ...number, cause: "request-2" }),
        row(4, { cause: "request-2" }),
      ];
      const others = [row(2, { cause: "request-3" }), row(3, { ...number, cause: "request-3" })];
      await answerOf(store.add([...theirs, ...others]));
      const numbers = { "customer-number": [pseudonym(1)] };
      const lift = (...named: number[]) =>
        answerOf(store.lift({ tenant, pseudonyms: named.map(pseudonym), numbers, lifted }));
      assert.equal(await lift(1), 4);
      assert.deepEqual(await standing(store, [1, 2, 3, 4]), [2, 3].map(pseudonym));
      assert.equal(await lift(1, 2), 1);
      assert.deepEqual(await standing(store, [1, 2, 3, 4]), [pseudonym(3)]);
    }),

    test("list: page by page, each once, and those below a generation", async ({ store }) => {
      const rows = Array.from({ length: 9 }, (_, index) => row(index, { generation: 1 + (index % 3) }));
      await answerOf(store.add([...rows, row(4, { tenant: "tenant-two" })]));
      assert.deepEqual(byKey(await listed(store)), rows);
      assert.equal((await listed(store, { below: 3 })).length, 6);
      assert.equal((await listed(store, { below: 1 })).length, 0);
    }),

    test("newest: the last beginning or end", async ({ store }) => {
      const newest = () => answerOf(store.newest({ tenant }));
      assert.equal(await newest(), null);
      await answerOf(store.add([row(1), row(2, { begunAt: "2026-11-03T00:00:00.000Z" })]));
      assert.equal(await newest(), "2026-11-03T00:00:00.000Z");
      await answerOf(store.end({ tenant, cause: "request-1", at: "2026-11-04T00:00:00.000Z" }));
      assert.equal(await newest(), "2026-11-04T00:00:00.000Z");
    }),

    test("rename: it stands under the new pseudonym alone, with everything else", async ({ store }) => {
      const before = row(1, { endedAt: "2026-11-02T00:00:00.000Z", lifted: null });
      await answerOf(store.add([before, row(2)]));
      const renamed = [{ from: before, to: pseudonym(11), generation: 2 }];
      await answerOf(store.rename(renamed));
      await answerOf(store.rename(renamed));
      assert.deepEqual(await standing(store, [1, 2, 11]), [pseudonym(2), pseudonym(11)]);
      assert.deepEqual(byKey(await listed(store)), [
        row(2),
        { ...before, pseudonym: pseudonym(11), generation: 2 },
      ]);
    }),

    test("rename: what has happened since it was read is not lost", async ({ store }) => {
      await answerOf(store.add([row(1)]));
      await answerOf(store.lift({ tenant, pseudonyms: [pseudonym(1)], lifted }));
      await answerOf(store.rename([{ from: row(1), to: pseudonym(11), generation: 2 }]));
      assert.deepEqual(await standing(store, [1, 11]), []);
    }),

    ...casesWhereMade(harness.makeBreakable?.bind(harness), (breakable) => [
      breakable(
        'standing: "could not ask" is an error, and never "not there"',
        async ({ store, breakIt }) => {
          await answerOf(store.add([row(1)]));
          await breakIt();
          await errorOf<unknown>(
            store.standing({ tenant, pseudonyms: [pseudonym(1)] }),
            "standing must answer an error while the store cannot be asked",
          );
          await errorOf<unknown>(store.add([row(2)]), "so must add");
        },
      ),
    ]),
  ];
};
