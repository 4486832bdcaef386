import assert from "node:assert/strict";
import type { IntakeStore, MailConclusion, WaitingMail } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import {
  type Breakable,
  type CaseMaker,
  type ConformanceCase,
  casesOver,
  casesWhereMade,
} from "../conformance-case.ts";
import type { IntakeStoreFixture, StorageHarness } from "./harness.ts";

const tenant = "tenant-one";
const otherTenant = "tenant-two";
const at = "2026-03-02T09:00:00.000Z";
const later = "2026-03-02T09:00:00.001Z";
const hash = (number: number): string => number.toString(16).padStart(64, "0");
const mail = { tenant, fingerprint: hash(1) };

const waitingSample = (id: string, part: Partial<WaitingMail> = {}): WaitingMail => ({
  tenant,
  id,
  since: at,
  reason: "no-category",
  requestId: null,
  sealed: Buffer.from(`sealed of ${id} `.repeat(20)).toString("base64"),
  ...part,
});

const conclusionSample = (part: Partial<MailConclusion> = {}): MailConclusion => ({
  ...mail,
  conclusion: { outcome: "submitted", nested: { list: [1, null, "ä"] } },
  waiting: null,
  most: 10,
  ...part,
});

const conclude = (store: IntakeStore, part: Partial<MailConclusion> = {}) =>
  answerOf(store.conclude(conclusionSample(part)));

/** Sees a mail of its own for each, and has it wait. */
const waiting = async (store: IntakeStore, ...mails: readonly WaitingMail[]): Promise<void> => {
  for (const [index, each] of mails.entries()) {
    const key = { tenant: each.tenant, fingerprint: hash(1_000 + index) };
    await answerOf(store.see({ ...key, at }));
    assert.deepEqual(await conclude(store, { ...key, waiting: each }), { outcome: "stored" });
  }
};

const listed = async (store: IntakeStore, of = tenant, limit = 2): Promise<WaitingMail[]> => {
  const found: WaitingMail[] = [];
  let cursor: string | undefined;
  do {
    const page = await answerOf(store.list({ tenant: of, cursor, limit }));
    assert.ok(page.mails.length <= limit, "no more than asked for");
    found.push(...page.mails);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

/** What an `IntakeStore` promises, rule by rule. */
export const intakeStoreCases = (harness: StorageHarness<IntakeStoreFixture>): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...seeingCases(test),
    ...answeringCases(test),
    ...waitingCases(test),
    ...forgettingCases(test),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), breakingCases),
  ];
};

type Test = CaseMaker<IntakeStoreFixture>;

const seeingCases = (test: Test): readonly ConformanceCase[] => [
  test("see: the first to see a mail says when, and what became of it is read back", async ({ store }) => {
    assert.deepEqual(await answerOf(store.see({ ...mail, at })), { at, conclusion: null });
    assert.deepEqual(await answerOf(store.see({ ...mail, at: later })), { at, conclusion: null });
    assert.deepEqual(await conclude(store), { outcome: "stored" });
    const { conclusion } = conclusionSample();
    assert.deepEqual(await answerOf(store.see({ ...mail, at: later })), { at, conclusion });
  }),

  test("see: of several at the same moment one is the first", async ({ store }) => {
    const moments = Array.from({ length: 10 }, (_, index) => `2026-03-02T09:00:00.00${index}Z`);
    const seen = await Promise.all(moments.map((each) => answerOf(store.see({ ...mail, at: each }))));
    assert.equal(new Set(seen.map((each) => each.at)).size, 1);
  }),

  test("see: the same mail in another tenant is another one", async ({ store }) => {
    await answerOf(store.see({ ...mail, at }));
    await conclude(store);
    assert.deepEqual(await answerOf(store.see({ ...mail, tenant: otherTenant, at: later })), {
      at: later,
      conclusion: null,
    });
  }),

  test("conclude: what waits for a person is read back as it was stored", async ({ store }) => {
    const mails = [
      waitingSample("a"),
      waitingSample("b", { requestId: "request-1", reason: "bounced", since: later }),
    ];
    await waiting(store, ...mails);
    for (const each of mails) assert.deepEqual(await answerOf(store.read(each)), each);
  }),

  test("conclude: what became of a mail stays as it was recorded first", async ({ store }) => {
    await answerOf(store.see({ ...mail, at }));
    await conclude(store);
    const again = await conclude(store, { conclusion: { outcome: "other" }, waiting: waitingSample("a") });
    assert.deepEqual(again, { outcome: "concluded" });
    const { conclusion } = conclusionSample();
    assert.deepEqual((await answerOf(store.see({ ...mail, at }))).conclusion, conclusion);
    assert.deepEqual(await listed(store), []);
  }),

  test("conclude: of several at the same moment one is stored", async ({ store }) => {
    await answerOf(store.see({ ...mail, at }));
    const ids = ["a", "b", "c", "d", "e"];
    const answers = await Promise.all(ids.map((id) => conclude(store, { waiting: waitingSample(id) })));
    assert.deepEqual(answers.map(({ outcome }) => outcome).toSorted(), [
      ...Array(4).fill("concluded"),
      "stored",
    ]);
    assert.equal((await listed(store)).length, 1);
  }),

  test("conclude: a mail that nobody saw is an error", async ({ store }) => {
    await errorOf<unknown>(store.conclude(conclusionSample()), "nobody saw this mail");
  }),

  test("conclude: where as many wait as may, nothing is stored, and what does not wait is", async ({
    store,
  }) => {
    await waiting(store, waitingSample("a"), waitingSample("b"), waitingSample("c", { tenant: otherTenant }));
    await answerOf(store.see({ ...mail, at }));
    const full = await conclude(store, { waiting: waitingSample("d"), most: 2 });
    assert.deepEqual(full, { outcome: "full" });
    assert.equal((await answerOf(store.see({ ...mail, at }))).conclusion, null);
    assert.equal((await listed(store)).length, 2);
    assert.deepEqual(await conclude(store, { most: 2 }), { outcome: "stored" });
    const other = { ...mail, fingerprint: hash(2) };
    await answerOf(store.see({ ...other, at }));
    const fits = await conclude(store, { ...other, waiting: waitingSample("d"), most: 3 });
    assert.deepEqual(fits, { outcome: "stored" });
  }),
];

const answeringCases = (test: Test): readonly ConformanceCase[] => [
  test("countAnswer: as many as may, for each recipient, day and tenant", async ({ store }) => {
    const count = (part = {}, most = 2) =>
      answerOf(store.countAnswer({ tenant, recipient: hash(1), day: "2026-03-02", most, ...part }));
    assert.deepEqual([await count(), await count(), await count()], [true, true, false]);
    assert.equal(await count({ recipient: hash(2) }), true);
    assert.equal(await count({ day: "2026-03-03" }), true);
    assert.equal(await count({ tenant: otherTenant }), true);
    assert.equal(await count({ recipient: hash(3) }, 0), false);
    assert.equal(await count({}, 3), true, "what was refused was not counted");
  }),

  test("countAnswer: of many at the same moment as many as may", async ({ store }) => {
    const answer = { tenant, recipient: hash(1), day: "2026-03-02", most: 3 };
    const counted = await Promise.all(Array.from({ length: 10 }, () => answerOf(store.countAnswer(answer))));
    assert.equal(counted.filter(Boolean).length, 3);
  }),
];

const waitingCases = (test: Test): readonly ConformanceCase[] => [
  test("read: of another tenant, or what is not there, is undefined", async ({ store }) => {
    await waiting(store, waitingSample("a"));
    assert.equal(await answerOf(store.read({ tenant: otherTenant, id: "a" })), undefined);
    assert.equal(await answerOf(store.read({ tenant, id: "b" })), undefined);
  }),

  test("list: the one that waits longest first, of one tenant, page by page", async ({ store }) => {
    const mails = ["c", "a", "e", "b", "d"].map((id, index) =>
      waitingSample(id, { since: index < 2 ? later : at }),
    );
    await waiting(store, ...mails, waitingSample("f", { tenant: otherTenant }));
    assert.deepEqual(
      (await listed(store)).map(({ id }) => id),
      ["b", "d", "e", "a", "c"],
    );
    assert.deepEqual(
      (await listed(store, otherTenant)).map(({ id }) => id),
      ["f"],
    );
  }),

  test("remove: it is gone, and only of its tenant", async ({ store }) => {
    await waiting(store, waitingSample("a"), waitingSample("a", { tenant: otherTenant }));
    assert.equal(await answerOf(store.remove({ tenant, id: "a" })), true);
    assert.equal(await answerOf(store.remove({ tenant, id: "a" })), false);
    assert.deepEqual(await listed(store), []);
    assert.equal((await listed(store, otherTenant)).length, 1);
  }),
];

const forgettingCases = (test: Test): readonly ConformanceCase[] => [
  test("overdue: those that wait since before, of all tenants, the one that waits longest first", async ({
    store,
  }) => {
    await waiting(
      store,
      waitingSample("a", { since: later }),
      waitingSample("b"),
      waitingSample("c", { tenant: otherTenant, since: "2026-03-01T09:00:00.000Z" }),
    );
    const overdue = (before: string, limit = 10) => answerOf(store.overdue({ before, limit }));
    const [b, c] = [
      { tenant, id: "b" },
      { tenant: otherTenant, id: "c" },
    ];
    assert.deepEqual(await overdue(later), [c, b]);
    assert.deepEqual(await overdue(later, 1), [c]);
    assert.deepEqual(await overdue(at), [c]);
  }),

  test("forget: what was seen before is not known any more, and what has no conclusion is", async ({
    store,
  }) => {
    const open = { ...mail, fingerprint: hash(2) };
    await answerOf(store.see({ ...mail, at }));
    await answerOf(store.see({ ...open, at }));
    await conclude(store);
    await answerOf(store.forget({ before: at }));
    assert.equal((await answerOf(store.see({ ...mail, at: later }))).at, at);
    await answerOf(store.forget({ before: later }));
    assert.deepEqual(await answerOf(store.see({ ...mail, at: later })), { at: later, conclusion: null });
    assert.equal((await answerOf(store.see({ ...open, at: later }))).at, at);
  }),

  test("forget: answers of an earlier day are not counted any more", async ({ store }) => {
    const count = (day: string) => answerOf(store.countAnswer({ tenant, recipient: hash(1), day, most: 1 }));
    assert.deepEqual([await count("2026-03-01"), await count("2026-03-02")], [true, true]);
    await answerOf(store.forget({ before: at }));
    assert.deepEqual([await count("2026-03-01"), await count("2026-03-02")], [true, false]);
  }),
];

const operations: Readonly<Record<string, (store: IntakeStore) => PromiseLike<unknown>>> = {
  see: (store) => errorOf<unknown>(store.see({ ...mail, at }), "see"),
  conclude: (store) => errorOf<unknown>(store.conclude(conclusionSample()), "conclude"),
  countAnswer: (store) =>
    errorOf<unknown>(
      store.countAnswer({ tenant, recipient: hash(1), day: "2026-03-02", most: 1 }),
      "countAnswer",
    ),
  read: (store) => errorOf<unknown>(store.read({ tenant, id: "a" }), "read"),
  list: (store) => errorOf<unknown>(store.list({ tenant, limit: 2 }), "list"),
  remove: (store) => errorOf<unknown>(store.remove({ tenant, id: "a" }), "remove"),
  overdue: (store) => errorOf<unknown>(store.overdue({ before: later, limit: 2 }), "overdue"),
};

const breakingCases = (breakable: CaseMaker<IntakeStoreFixture & Breakable>): readonly ConformanceCase[] =>
  Object.entries(operations).map(([operation, ask]) =>
    breakable(
      `${operation}: "could not ask" is an error, and never an answer`,
      async ({ store, breakIt }) => {
        await answerOf(store.see({ ...mail, at }));
        await breakIt();
        await ask(store);
      },
    ),
  );
