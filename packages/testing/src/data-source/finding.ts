import assert from "node:assert/strict";
import { type FoundIdentifier, type Identifier, type Subject, sameIdentifier } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { ability, tally } from "./asking.ts";
import { callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

const textOf = ({ type, value, shared }: FoundIdentifier): string =>
  `${type} ${value} ${shared === true ? "shared" : ""}`;

export const locatingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);
  return [
    test("locate: counts what there is, and changes nothing", async ({
      source,
      person,
      otherPerson,
      holds,
    }) => {
      const before = tally(await holds(person));
      assert.deepEqual(tally(await answerOf(ability(source, "locate")(person, call))), before);
      assert.deepEqual(
        tally(await answerOf(ability(source, "locate")(otherPerson, call))),
        tally(await holds(otherPerson)),
      );
      assert.deepEqual(tally(await holds(person)), before);
    }),

    test("locate: a person who is not there is an empty answer", async ({ source, unknownPerson }) => {
      assert.deepEqual(tally(await answerOf(ability(source, "locate")(unknownPerson, call))), {});
    }),
  ];
};

export const identifyingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);
  return [
    test("identify: finds what the person is known by, and says what may be shared", async ({
      source,
      person,
      knownAs,
    }) => {
      const found = await answerOf(ability(source, "identify")(person, call));
      const further = found.filter(
        (each) => !person.identifiers.some((known) => sameIdentifier(known, each)),
      );
      assert.deepEqual([...new Set(further.map(textOf))].toSorted(), (knownAs ?? []).map(textOf).toSorted());
    }),

    test("identify: gives nobody else's identifiers as the person's own", async ({
      source,
      person,
      otherPerson,
    }) => {
      const found = await answerOf(ability(source, "identify")(person, call));
      const own = found.filter(({ shared }) => shared !== true);
      const mixedUp = own.filter((each) =>
        otherPerson.identifiers.some((known) => sameIdentifier(known, each)),
      );
      assert.deepEqual(mixedUp, []);
    }),

    test("identify: a person who is not there is an empty answer", async ({ source, unknownPerson }) => {
      const found = await answerOf(ability(source, "identify")(unknownPerson, call));
      assert.deepEqual(
        found.filter((each) => !unknownPerson.identifiers.some((known) => sameIdentifier(known, each))),
        [],
      );
    }),
  ];
};

/** For a source that is asked about several people at once. */
export const identifyingManyCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);
  const ownOf = (found: readonly FoundIdentifier[], { identifiers }: Subject): readonly string[] => {
    const further = found.filter(
      (each) => each.shared !== true && !identifiers.some((known) => sameIdentifier(known, each)),
    );
    return [...new Set(further.map(({ type, value }: Identifier) => `${type} ${value}`))].toSorted();
  };

  return [
    test("identifyMany: says of each person, in order, what identify would have", async ({
      source,
      person,
      otherPerson,
      unknownPerson,
    }) => {
      const { identifyMany } = source;
      assert.ok(identifyMany !== null, "the harness says that the source can, and it cannot");
      const people = [otherPerson, unknownPerson, person];
      const found = await answerOf(identifyMany(people, call));
      assert.equal(found.length, people.length);
      for (const [index, subject] of people.entries()) {
        const alone = await answerOf(ability(source, "identify")(subject, call));
        assert.deepEqual(ownOf(found[index] ?? [], subject), ownOf(alone, subject));
      }
      assert.deepEqual(await answerOf(identifyMany([], call)), []);
    }),
  ];
};
