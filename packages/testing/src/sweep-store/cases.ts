import assert from "node:assert/strict";
import { err, ok, type ResultAsync, type SweepStore, type SweepTransact } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import {
  type Breakable,
  type CaseMaker,
  type ConformanceCase,
  casesOver,
  casesWhereMade,
} from "../conformance-case.ts";
import { nextVersion, requestSample, stored } from "../request-store/samples.ts";
import type { SweepStoreFixture, SweepStoreHarness } from "./harness.ts";
import {
  commitSample,
  committed,
  inserted,
  numbersOf,
  otherTenant,
  partSample,
  sweepEntry,
  sweepSample,
  tenant,
} from "./samples.ts";

/** What a `SweepStore` promises, rule by rule. */
export const sweepStoreCases = (harness: SweepStoreHarness): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    ...keepingCases(test),
    ...committingCases(test),
    ...claimingCases(test),
    ...(harness.transactions === true ? transactingCases(test) : []),
    ...casesWhereMade(harness.makeBreakable?.bind(harness), breakingCases),
  ];
};

type Test = CaseMaker<SweepStoreFixture>;

const keepingCases = (test: Test): readonly ConformanceCase[] => [
  test("insert: a sweep is read back as it was stored", async ({ store }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    assert.deepEqual(await answerOf(store.read(sweep)), sweep);
    const bare = sweepSample("b", { sealed: null });
    await inserted(store, bare);
    assert.deepEqual(await answerOf(store.read(bare)), bare);
  }),

  test("insert: an id that is taken, by a sweep or a request, is an error and changes nothing", async ({
    store,
    requests,
  }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    await stored(requests, requestSample("r", { tenant }));
    for (const id of ["a", "r"]) {
      const second = sweepSample(id, { state: { marker: "second" } });
      await errorOf(store.insert({ sweep: second, entries: [] }), "the id is taken");
    }
    assert.deepEqual(await answerOf(store.read(sweep)), sweep);
  }),

  test("read: of another tenant, or what is not there, is undefined", async ({ store }) => {
    await inserted(store, sweepSample("a"));
    assert.equal(await answerOf(store.read({ tenant: otherTenant, id: "a" })), undefined);
    assert.equal(await answerOf(store.read({ tenant, id: "b" })), undefined);
  }),

  test("list: newest first, of one tenant, page by page", async ({ store }) => {
    const at = (day: number) => `2026-03-0${day}T09:00:00.000Z`;
    await inserted(
      store,
      sweepSample("b", { startedAt: at(2) }),
      sweepSample("a", { startedAt: at(1) }),
      sweepSample("d", { startedAt: at(3) }),
      sweepSample("c", { startedAt: at(3) }),
      sweepSample("e", { startedAt: at(4), tenant: otherTenant }),
    );
    const first = await answerOf(store.list({ tenant, limit: 3 }));
    assert.deepEqual(
      first.sweeps.map(({ id }) => id),
      ["d", "c", "b"],
    );
    const second = await answerOf(store.list({ tenant, limit: 3, cursor: first.cursor }));
    assert.deepEqual(
      second.sweeps.map(({ id }) => id),
      ["a"],
    );
    assert.equal(second.cursor, undefined);
  }),

  test("findAbout: finds what stayed of somebody, in every sweep of the tenant, as long as it is there", async ({
    store,
  }) => {
    const [one, two] = [sweepSample("a"), sweepSample("b")];
    const elsewhere = sweepSample("a", { tenant: otherTenant });
    await inserted(store, one, two, elsewhere);
    const about = (number: number, ...pseudonyms: string[]) => ({
      ...partSample(number, "stayed"),
      about: pseudonyms,
    });
    const [first, second, third] = [about(1, "p1", "p2"), about(2, "p3"), about(1, "p2")];
    await committed(store, commitSample(one, { add: [first, second, partSample(3)] }));
    await committed(store, commitSample(two, { add: [third] }));
    await committed(store, commitSample(elsewhere, { add: [about(1, "p1")] }));
    const found = async (...pseudonyms: string[]) =>
      (await answerOf(store.findAbout({ tenant, pseudonyms }))).toSorted((left, right) =>
        left.sweepId < right.sweepId ? -1 : 1,
      );
    const ofFirst = { ...first, sweepId: "a" };
    assert.deepEqual(await found("p1"), [ofFirst]);
    assert.deepEqual(await found("p1", "p2"), [ofFirst, { ...third, sweepId: "b" }]);
    assert.deepEqual(await found("p2"), await found("p1", "p2"));
    assert.deepEqual(await found("p4"), []);
    assert.deepEqual(await found(), []);
    await committed(store, commitSample({ ...one, version: 2 }, { remove: [1] }));
    assert.deepEqual(await found("p1"), []);
  }),

  test("audit: entries in order, page by page, of one sweep", async ({ store }) => {
    const [sweep, other] = [sweepSample("a"), sweepSample("a", { tenant: otherTenant })];
    await inserted(store, sweep, other);
    const entries = [2, 3, 4].map((sequence) => sweepEntry(sweep, sequence));
    await committed(store, commitSample(sweep, { entries }));
    const query = { tenant, id: "a", limit: 3 };
    const all = [sweepEntry(sweep, 1), ...entries];
    assert.deepEqual(await answerOf(store.audit({ ...query, after: 0 })), all.slice(0, 3));
    assert.deepEqual(await answerOf(store.audit({ ...query, after: 3 })), all.slice(3));
  }),
];

const committingCases = (test: Test): readonly ConformanceCase[] => [
  test("commit: the sweep, its audit and its parts are stored", async ({ store }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    const input = commitSample(sweep, {
      sweep: { ...sweep, version: 2, state: { marker: "after" }, sealed: null },
      add: [partSample(1), partSample(2), partSample(3, "counted"), partSample(4, "begun")],
    });
    await committed(store, input);
    assert.deepEqual(await answerOf(store.read(sweep)), input.sweep);
    const query = { tenant, id: "a", kind: "left-behind", limit: 1 } as const;
    assert.deepEqual(await answerOf(store.parts({ ...query, after: 0 })), [partSample(1)]);
    assert.deepEqual(await answerOf(store.parts({ ...query, after: 1 })), [partSample(2)]);
    assert.deepEqual(await answerOf(store.parts({ ...query, after: 2 })), []);
    const [first] = await answerOf(store.parts({ ...query, kind: undefined, after: 0 }));
    assert.deepEqual(first, partSample(1), "without a kind, parts of any");
    assert.deepEqual(await numbersOf(store, sweep, "counted"), [3]);
    assert.deepEqual(await numbersOf(store, sweep, "begun"), [4]);
  }),

  test("commit: removed parts are gone, and what they held with them", async ({ store, dump }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    await committed(store, commitSample(sweep, { add: [partSample(1), partSample(3)] }));
    const second = { ...sweep, version: 2 };
    await committed(store, commitSample(second, { add: [partSample(4)], remove: [1] }));
    assert.deepEqual(await numbersOf(store, sweep), [3, 4]);
    assert.ok(!(await dump()).includes("sealed part 1"), "a removed part is still there");
  }),

  test("commit: on another version nothing is stored", async ({ store, dump }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    await committed(store, commitSample(sweep, { add: [partSample(1)] }));
    for (const id of ["a", "b"]) {
      const late = commitSample(sweepSample(id, { state: { marker: "too-late" } }), {
        entries: [{ ...sweepEntry(sweep, 2), action: "too-late" }],
        add: [{ ...partSample(2), info: { marker: "too-late" } }],
        remove: [1],
      });
      assert.deepEqual(await answerOf(store.commit(late)), { outcome: "changed" });
    }
    assert.ok(!(await dump()).includes("too-late"), "a refused commit left something");
    assert.deepEqual(await numbersOf(store, sweep), [1]);
  }),

  test("commit: of two at the same moment over one version, one wins", async ({ store }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    const answers = await Promise.all(
      [1, 2, 3, 4].map((number) =>
        answerOf(store.commit(commitSample(sweep, { add: [partSample(number)] }))),
      ),
    );
    assert.equal(answers.filter(({ outcome }) => outcome === "committed").length, 1);
    assert.equal((await numbersOf(store, sweep)).length, 1);
  }),
];

const claimingCases = (test: Test): readonly ConformanceCase[] => {
  const hold = (store: SweepStore, sweepId: string, ...people: readonly string[][]) =>
    answerOf(store.hold({ tenant, sweepId, people }));
  /** Whether a new request of the tenant gets a claim. */
  const claims = async ({ requests }: SweepStoreFixture, id: string, claim: string) => {
    const request = requestSample(id, { tenant });
    await stored(requests, request);
    const input = { request: nextVersion(request, { claims: [claim] }), expectedVersion: 1, entries: [] };
    return answerOf(requests.commit(input));
  };

  return [
    test("hold: people of an open request are not held, and all others are", async (fixture) => {
      const { store } = fixture;
      await inserted(store, sweepSample("s"));
      assert.deepEqual(await claims(fixture, "r", "p2"), { outcome: "committed" });
      const answers = await hold(store, "s", ["p1"], ["p2", "p3"], [], ["p4", "p5"]);
      assert.deepEqual(answers, [null, "r", null, null]);
    }),

    test("hold: keeps requests and other sweeps away until it is given back", async (fixture) => {
      const { store } = fixture;
      await inserted(store, sweepSample("s"), sweepSample("t"));
      assert.deepEqual(await hold(store, "s", ["p1", "p2"]), [null]);
      assert.deepEqual(await hold(store, "s", ["p2", "p3"]), [null], "its own claims keep nobody away");
      assert.deepEqual(await claims(fixture, "r1", "p1"), { outcome: "claimed", by: "s" });
      assert.deepEqual(await hold(store, "t", ["p1"], ["p9"]), ["s", null]);
      const sweep = sweepSample("s");
      await committed(store, commitSample(sweep, { release: ["p1", "p9"] }));
      assert.deepEqual(await claims(fixture, "r2", "p1"), { outcome: "committed" });
      assert.deepEqual(await claims(fixture, "r3", "p2"), { outcome: "claimed", by: "s" });
      assert.deepEqual(await claims(fixture, "r4", "p9"), { outcome: "claimed", by: "t" });
      await answerOf(store.release(sweep));
      assert.deepEqual(await claims(fixture, "r5", "p2"), { outcome: "committed" });
      assert.deepEqual(await claims(fixture, "r6", "p9"), { outcome: "claimed", by: "t" });
    }),

    test("hold: of two sweeps at the same moment, one gets a person", async ({ store }) => {
      const ids = ["s", "t", "u"];
      await inserted(store, ...ids.map((id) => sweepSample(id)));
      const answers = await Promise.all(ids.map((id) => hold(store, id, ["p1"], [`only-${id}`])));
      assert.equal(answers.filter(([holder]) => holder === null).length, 1);
      assert.ok(answers.every(([, holder]) => holder === null));
    }),

    test("hold: the same claims in another tenant are other people's", async ({ store }) => {
      await inserted(store, sweepSample("s"), sweepSample("s", { tenant: otherTenant }));
      assert.deepEqual(await hold(store, "s", ["p1"]), [null]);
      const elsewhere = { tenant: otherTenant, sweepId: "t", people: [["p1"]] };
      assert.deepEqual(await answerOf(store.hold(elsewhere)), [null]);
    }),
  ];
};

const transactionOf = ({ transaction }: SweepStore): SweepTransact => {
  assert.ok(transaction !== null, "the harness says that the store has transactions, and it has none");
  return transaction;
};

const transactingCases = (test: Test): readonly ConformanceCase[] => [
  test("transaction: claims and a commit are stored together", async ({ store }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    await answerOf(
      transactionOf(store)(async ({ hold, commit }) => {
        assert.deepEqual(await answerOf(hold({ tenant, sweepId: "a", people: [["p1"], ["p2"]] })), [
          null,
          null,
        ]);
        return commit(commitSample(sweep, { add: [partSample(1)], release: ["p1"] }));
      }),
    );
    assert.deepEqual(await numbersOf(store, sweep), [1]);
    const held = await answerOf(store.hold({ tenant, sweepId: "b", people: [["p1"], ["p2"]] }));
    assert.deepEqual(held, [null, "a"]);
  }),

  test("transaction: what fails in it undoes everything, and is the answer", async ({ store, dump }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    const problem = new Error("the work failed");
    const undone = transactionOf(store)(async ({ hold, commit }) => {
      await answerOf(hold({ tenant, sweepId: "a", people: [["p1"]] }));
      const input = commitSample(sweep, { add: [{ ...partSample(1), info: { marker: "undone" } }] });
      assert.deepEqual(await answerOf(commit(input)), { outcome: "committed" });
      return err(problem);
    });
    assert.equal(await errorOf(undone, "what failed must not look stored"), problem);
    assert.ok(!(await dump()).includes("undone"), "something was stored");
    assert.deepEqual(await answerOf(store.hold({ tenant, sweepId: "b", people: [["p1"]] })), [null]);
  }),

  test("transaction: after a commit that came too late it goes on", async ({ store }) => {
    const sweep = sweepSample("a");
    await inserted(store, sweep);
    await answerOf(
      transactionOf(store)(async ({ commit }) => {
        const late = commitSample({ ...sweep, version: 7 });
        assert.deepEqual(await answerOf(commit(late)), { outcome: "changed" });
        await answerOf(commit(commitSample(sweep, { add: [partSample(1)] })));
        return ok(undefined);
      }),
    );
    assert.deepEqual(await numbersOf(store, sweep), [1]);
  }),
];

const known = sweepSample("known");

const operations: Readonly<
  Record<Exclude<keyof SweepStore, "transaction">, (store: SweepStore) => ResultAsync<unknown, Error>>
> = {
  insert: (store) => store.insert({ sweep: sweepSample("new"), entries: [] }),
  read: (store) => store.read(known),
  list: (store) => store.list({ tenant, limit: 10 }),
  parts: (store) => store.parts({ tenant, id: "known", kind: "left-behind", after: 0, limit: 10 }),
  findAbout: (store) => store.findAbout({ tenant, pseudonyms: ["p1"] }),
  audit: (store) => store.audit({ tenant, id: "known", after: 0, limit: 10 }),
  hold: (store) => store.hold({ tenant, sweepId: "known", people: [["p1"]] }),
  release: (store) => store.release(known),
  commit: (store) => store.commit(commitSample(known)),
};

const breakingCases = (test: CaseMaker<SweepStoreFixture & Breakable>): readonly ConformanceCase[] =>
  Object.entries(operations).map(([name, call]) =>
    test(`${name}: "could not ask" is an error, and never an answer`, async ({ store, breakIt }) => {
      await inserted(store, known);
      await breakIt();
      await errorOf(call(store), `${name} must answer an error while the store cannot be asked`);
    }),
  );
