import assert from "node:assert/strict";
import type { HoldStore, StoredHold } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import {
  type Breakable,
  type CaseMaker,
  type ConformanceCase,
  casesOver,
  casesWhereMade,
} from "../conformance-case.ts";
import type { HoldStoreFixture, StorageHarness } from "./harness.ts";

const tenant = "tenant-one";
const otherTenant = "tenant-two";
const on = "2026-03-02";

const holdSample = (id: string, part: Partial<StoredHold> = {}): StoredHold => ({
  tenant,
  id,
  version: 1,
  pseudonyms: [`pseudonym-of-${id}`, `another-of-${id}`],
  placedAt: "2026-03-02T09:00:00.000Z",
  until: null,
  open: true,
  state: { marker: `state of ${id}`, nested: { list: [1, null, "ä"] } },
  ...part,
});

const placed = async (store: HoldStore, ...holds: readonly StoredHold[]): Promise<void> => {
  for (const hold of holds) assert.deepEqual(await answerOf(store.put(hold)), { outcome: "stored" });
};

const standing = (store: HoldStore, ...people: readonly string[][]) =>
  answerOf(store.standing({ tenant, people, on }));

const lifted = (hold: StoredHold): StoredHold => ({ ...hold, version: hold.version + 1, open: false });

/** What a `HoldStore` promises, rule by rule. */
export const holdStoreCases = (harness: StorageHarness<HoldStoreFixture>): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...keepingCases(test),
    ...standingCases(test),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), breakingCases),
  ];
};

type Test = CaseMaker<HoldStoreFixture>;

const keepingCases = (test: Test): readonly ConformanceCase[] => [
  test("put: a hold is read back as it was stored", async ({ store }) => {
    const holds = [holdSample("a"), holdSample("b", { until: "2027-12-31", pseudonyms: ["only"] })];
    await placed(store, ...holds);
    for (const hold of holds) assert.deepEqual(await answerOf(store.read(hold)), hold);
  }),

  test("put: replaces the version before, and no other", async ({ store }) => {
    const hold = holdSample("a");
    await placed(store, hold, lifted(hold));
    assert.deepEqual(await answerOf(store.read(hold)), lifted(hold));
    for (const late of [
      hold,
      lifted(hold),
      holdSample("a", { version: 4 }),
      holdSample("b", { version: 2 }),
    ]) {
      const marked = { ...late, state: { marker: "too late" } };
      assert.deepEqual(await answerOf(store.put(marked)), { outcome: "changed" });
    }
    assert.deepEqual(await answerOf(store.read(hold)), lifted(hold));
    assert.equal(await answerOf(store.read({ tenant, id: "b" })), undefined);
  }),

  test("put: of several at the same moment over one version, one is stored", async ({ store }) => {
    const hold = holdSample("a");
    await placed(store, hold);
    const answers = await Promise.all(
      [1, 2, 3, 4].map((by) => answerOf(store.put({ ...lifted(hold), state: { by } }))),
    );
    assert.equal(answers.filter(({ outcome }) => outcome === "stored").length, 1);
  }),

  test("read: of another tenant, or what is not there, is undefined", async ({ store }) => {
    await placed(store, holdSample("a"));
    assert.equal(await answerOf(store.read({ tenant: otherTenant, id: "a" })), undefined);
    assert.equal(await answerOf(store.read({ tenant, id: "b" })), undefined);
  }),

  test("list: newest first, of one tenant, all or those that stand or not, page by page", async ({
    store,
  }) => {
    const at = (day: number) => `2026-03-0${day}T09:00:00.000Z`;
    const b = holdSample("b", { placedAt: at(2) });
    await placed(
      store,
      b,
      lifted(b),
      holdSample("a", { placedAt: at(1) }),
      holdSample("d", { placedAt: at(3) }),
      holdSample("c", { placedAt: at(3) }),
      holdSample("e", { placedAt: at(4), tenant: otherTenant }),
    );
    const ids = async (open?: boolean) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await answerOf(store.list({ tenant, open, cursor, limit: 2 }));
        found.push(...page.holds.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined && found.length < 10);
      return found;
    };
    assert.deepEqual(await ids(), ["d", "c", "b", "a"]);
    assert.deepEqual(await ids(true), ["d", "c", "a"]);
    assert.deepEqual(await ids(false), ["b"]);
  }),
];

const standingCases = (test: Test): readonly ConformanceCase[] => [
  test("standing: one pseudonym in common is enough, and each person has an answer of their own", async ({
    store,
  }) => {
    await placed(store, holdSample("a"), holdSample("b"));
    assert.deepEqual(
      await standing(
        store,
        ["stranger"],
        ["stranger", "another-of-b"],
        [],
        ["pseudonym-of-a"],
        ["pseudonym-of-"],
      ),
      [null, "b", null, "a", null],
    );
  }),

  test("standing: a hold that was lifted stands no more, and another on the same person does", async ({
    store,
  }) => {
    const [a, b] = [holdSample("a", { pseudonyms: ["p"] }), holdSample("b", { pseudonyms: ["p"] })];
    await placed(store, a, b, lifted(a));
    assert.deepEqual(await standing(store, ["p"]), ["b"]);
    await placed(store, lifted(b));
    assert.deepEqual(await standing(store, ["p"]), [null]);
  }),

  test("standing: a hold stands on its last day, and not on the day after", async ({ store }) => {
    await placed(
      store,
      holdSample("today", { pseudonyms: ["p"], until: on }),
      holdSample("over", { pseudonyms: ["q"], until: "2026-03-01" }),
    );
    assert.deepEqual(await standing(store, ["p"], ["q"]), ["today", null]);
  }),

  test("standing: the same pseudonym in another tenant is somebody else's", async ({ store }) => {
    await placed(store, holdSample("a", { tenant: otherTenant, pseudonyms: ["p"] }));
    assert.deepEqual(await standing(store, ["p"]), [null]);
  }),

  test("standing: what was put before it is seen, however many there are", async ({ store }) => {
    const holds = Array.from({ length: 50 }, (_, index) =>
      holdSample(`h${index}`, { pseudonyms: [`p${index}`] }),
    );
    await Promise.all(holds.map((hold) => placed(store, hold)));
    assert.deepEqual(
      await standing(store, ...holds.map(({ pseudonyms }) => [...pseudonyms])),
      holds.map(({ id }) => id),
    );
  }),
];

const breakingCases = (test: CaseMaker<HoldStoreFixture & Breakable>): readonly ConformanceCase[] =>
  Object.entries({
    put: (store: HoldStore) => store.put(holdSample("new")),
    read: (store: HoldStore) => store.read({ tenant, id: "known" }),
    list: (store: HoldStore) => store.list({ tenant, limit: 10 }),
    standing: (store: HoldStore) => store.standing({ tenant, people: [["stranger"]], on }),
  }).map(([name, call]) =>
    test(`${name}: "could not ask" is an error, and never an answer`, async ({ store, breakIt }) => {
      await placed(store, holdSample("known"));
      await breakIt();
      await errorOf(call(store), `${name} must answer an error while the store cannot be asked`);
    }),
  );
