import assert from "node:assert/strict";
import type { CollectionOutcome, DataSource, Subject } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { assertLeft, tally, tallyOfOutcomes } from "./asking.ts";
import { callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

/** For a source that erases several people at once. */
export const erasingManyCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);

  const erasedAtOnce = async (
    { eraseMany }: DataSource,
    people: readonly Subject[],
  ): Promise<readonly (readonly CollectionOutcome[])[]> => {
    assert.ok(eraseMany !== null, "the harness says that the source can erase several, and it cannot");
    return answerOf(eraseMany(people, call));
  };

  return [
    test("eraseMany: says of each person, in order, what erase would have", async ({
      source,
      person,
      otherPerson,
      unknownPerson,
      holds,
    }) => {
      const before = [tally(await holds(otherPerson)), tally(await holds(person))];
      const [other, unknown, one] = await erasedAtOnce(source, [otherPerson, unknownPerson, person]);
      assert.deepEqual([tallyOfOutcomes(other ?? []), tallyOfOutcomes(one ?? [])], before);
      assert.deepEqual(
        (unknown ?? []).filter(({ outcome }) => outcome !== "absent"),
        [],
      );
      for (const [subject, outcomes] of [
        [person, one],
        [otherPerson, other],
      ] as const) {
        assertLeft(await holds(subject), outcomes ?? []);
      }
    }),

    test("eraseMany: everybody else stays", async ({ source, person, otherPerson, unknownPerson, holds }) => {
      const others = tally(await holds(otherPerson));
      await erasedAtOnce(source, [person, unknownPerson]);
      assert.deepEqual(tally(await holds(otherPerson)), others);
    }),

    test("eraseMany: a second time everybody is absent", async ({ source, person, otherPerson }) => {
      await erasedAtOnce(source, [person, otherPerson]);
      const again = (await erasedAtOnce(source, [person, otherPerson])).flat();
      assert.deepEqual(
        again.filter(({ outcome }) => outcome === "erased" || outcome === "anonymised"),
        [],
      );
    }),

    test("eraseMany: nobody is an empty answer", async ({ source, person, holds }) => {
      const before = tally(await holds(person));
      assert.deepEqual(await erasedAtOnce(source, []), []);
      assert.deepEqual(tally(await holds(person)), before);
    }),

    test("verifyMany: counts of each person, in order, what is left", async ({
      source,
      person,
      otherPerson,
      unknownPerson,
      holds,
    }) => {
      if (source.remainingMany === null) return;
      await erasedAtOnce(source, [person]);
      const people = [otherPerson, person, unknownPerson];
      const counts = await answerOf(source.remainingMany(people, call));
      assert.equal(counts.length, people.length);
      for (const [index, subject] of people.entries()) {
        assert.deepEqual(tally(counts[index] ?? []), tally(await holds(subject)));
      }
    }),
  ];
};
