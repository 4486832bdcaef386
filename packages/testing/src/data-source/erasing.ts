import assert from "node:assert/strict";
import type { CollectionOutcome } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { ability, assertLeft, erased, tally, tallyOfOutcomes } from "./asking.ts";
import { callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

/** Where something was done, by what the source says. Doing something to no record at all is `absent`. */
const claimsOf = (outcomes: readonly CollectionOutcome[]): readonly CollectionOutcome[] =>
  outcomes.filter(({ outcome }) => outcome === "erased" || outcome === "anonymised");

export const erasingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);

  /** Erasing once more adds nothing to what the first time did, and does not claim to. */
  const again = (name: string, idempotencyKey: string) =>
    test(name, async ({ source, person, otherPerson, holds }) => {
      await erased(source, person, call);
      const [after, others] = [tally(await holds(person)), tally(await holds(otherPerson))];
      const second = await erased(source, person, callTo(harness, { idempotencyKey }));
      assert.deepEqual(claimsOf(second), [], "absent, retained or kept, and nothing else");
      assert.deepEqual(tally(await holds(person)), after);
      assert.deepEqual(tally(await holds(otherPerson)), others);
    });

  return [
    test("erase: nothing is left but what is said to be retained", async ({ source, person, holds }) => {
      const outcomes = await erased(source, person, call);
      assertLeft(await holds(person), outcomes);
    }),

    test("erase: says what became of every record", async ({ source, person, holds }) => {
      const before = tally(await holds(person));
      assert.deepEqual(tallyOfOutcomes(await erased(source, person, call)), before);
    }),

    test("erase: everybody else stays", async ({ source, person, otherPerson, holds }) => {
      const others = tally(await holds(otherPerson));
      await erased(source, person, call);
      assert.deepEqual(tally(await holds(otherPerson)), others);
    }),

    test("erase: a person who is not there is absent, and nobody is erased", async ({
      source,
      person,
      otherPerson,
      unknownPerson,
      holds,
    }) => {
      const before = [tally(await holds(person)), tally(await holds(otherPerson))];
      const outcomes = await erased(source, unknownPerson, call);
      assert.deepEqual(
        outcomes.filter(({ outcome }) => outcome !== "absent"),
        [],
      );
      assert.deepEqual([tally(await holds(person)), tally(await holds(otherPerson))], before);
    }),

    again("erase: a second time the person is absent", "effect-2"),
    again(
      "erase: a second time under the same idempotency key does no more than the first",
      call.idempotencyKey,
    ),

    test("erase: two people at the same moment are both erased", async ({
      source,
      person,
      otherPerson,
      holds,
    }) => {
      const outcomes = await Promise.all([erased(source, person, call), erased(source, otherPerson, call)]);
      for (const [index, subject] of [person, otherPerson].entries()) {
        assertLeft(await holds(subject), outcomes[index] ?? []);
      }
    }),
  ];
};

export const remainingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);
  const remaining = async ({ source, person }: DataSourceFixture) =>
    tally(await answerOf(ability(source, "remaining")(person, call)));

  const before = test("verify: counts everything where nothing was erased", async (fixture) => {
    assert.deepEqual(await remaining(fixture), tally(await fixture.holds(fixture.person)));
  });
  const after = test("verify: counts what an erasure left", async (fixture) => {
    await erased(fixture.source, fixture.person, call);
    assert.deepEqual(await remaining(fixture), tally(await fixture.holds(fixture.person)));
  });
  return [
    ...(harness.abilities.includes("verify") ? [before] : []),
    ...(harness.abilities.includes("erase") ? [after] : []),
  ];
};
