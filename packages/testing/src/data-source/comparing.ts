import assert from "node:assert/strict";
import {
  type Call,
  type DataSource,
  identifiedSubject,
  KnownOtherwise,
  type Subject,
  subjectOf,
} from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { ability, erased, pagesOf, rowsOf, tally, tallyOfOutcomes, tallyOfRows } from "./asking.ts";
import { type AbilityName, callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

/** What a source says it found of a person when asked in one way or the other. */
type Finding = (
  source: DataSource,
  subject: Subject,
  call: Call,
) => Promise<Readonly<Record<string, number>>>;

const findings: Partial<Readonly<Record<AbilityName, Finding>>> = {
  locate: async (source, subject, call) => tally(await answerOf(ability(source, "locate")(subject, call))),
  export: async (source, subject, call) => tallyOfRows(rowsOf(await pagesOf(source, subject, call))),
  erase: async (source, subject, call) => tallyOfOutcomes(await erased(source, subject, call)),
};

const abilitiesThatFind = ({ abilities }: DataSourceHarness): readonly [AbilityName, Finding][] =>
  abilities.flatMap((name) => {
    const finding = findings[name];
    return finding === undefined ? [] : [[name, finding] as [AbilityName, Finding]];
  });

/** Whom an ability finds, asked in the ways that go wrong most easily. */
export const comparingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] =>
  abilitiesThatFind(harness).flatMap(([name, finding]) => [
    test(`${name}: finds by an address that the data writes with capitals`, async ({
      source,
      addressOnFile,
    }) => {
      if (addressOnFile === null) return;
      const byAddressAlone = subjectOf([{ type: "email", value: addressOnFile.toLowerCase() }]);
      assert.notDeepEqual(await finding(source, byAddressAlone, callTo(harness)), {});
    }),

    test(`${name}: looks for each identifier, not for the first alone`, async (fixture) => {
      const { source, person, unknownPerson, holds } = fixture;
      const held = tally(await holds(person));
      const byBoth = subjectOf([...unknownPerson.identifiers, ...person.identifiers]);
      assert.deepEqual(await finding(source, byBoth, callTo(harness)), held);
    }),

    test(`${name}: an address that became somebody else's after it was asked who this is leads to nobody`, async (fixture) => {
      const { source, person, otherPerson, holds, passAddressOn } = fixture;
      if (passAddressOn === undefined) return;
      const numbers = (subject: Subject) =>
        identifiedSubject(subject.identifiers.filter(({ type }) => type !== "email"));
      await passAddressOn.call(fixture);
      const [theirs, others] = [
        tally(await holds(numbers(person))),
        tally(await holds(numbers(otherPerson))),
      ];
      const found = await askedOnceMore(
        source,
        identifiedSubject(person.identifiers),
        callTo(harness),
        finding,
      );
      assert.deepEqual(tally(await holds(numbers(otherPerson))), others);
      // What an erasure tells beside is told as staying.
      const isMore = ([collection, count]: [string, number]) => count > (theirs[collection] ?? 0);
      if (name !== "erase") assert.deepEqual(Object.entries(found).filter(isMore), []);
    }),

    ...(harness.foreignTenant === undefined
      ? []
      : [
          findingNobody(
            test,
            `${name}: finds nobody in another tenant`,
            finding,
            callTo(harness, { tenant: harness.foreignTenant }),
          ),
        ]),

    ...(harness.otherCategory === undefined ? [] : ofCategories(test, harness, name, finding)),
  ]);

/** A source may refuse to act where the person has another name by now; then it is asked for that, and tried again. */
const askedOnceMore = async (source: DataSource, person: Subject, call: Call, finding: Finding) => {
  try {
    return await finding(source, person, call);
  } catch (thrown) {
    if (!(thrown instanceof KnownOtherwise)) throw thrown;
    const told = await answerOf(ability(source, "identify")(person, call));
    const own = told.filter(({ shared }) => shared !== true);
    return finding(source, identifiedSubject([...person.identifiers, ...own]), call);
  }
};

/** A request may reach several categories of a source: all of them are told, and no other. */
const ofCategories = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
  name: AbilityName,
  finding: Finding,
): readonly ConformanceCase[] => {
  const { category = "customer-data", otherCategory = category } = harness;
  return [
    test(`${name}: finds whoever is asked for in several categories`, async ({ source, person }) => {
      const both = callTo(harness, { categories: [otherCategory, category] });
      assert.notDeepEqual(await finding(source, person, both), {});
    }),

    findingNobody(
      test,
      `${name}: finds nothing of a category that is not asked for`,
      finding,
      callTo(harness, { categories: [otherCategory] }),
    ),
  ];
};

const findingNobody = (test: CaseMaker<DataSourceFixture>, name: string, finding: Finding, call: Call) =>
  test(name, async ({ source, person, holds }) => {
    const held = tally(await holds(person));
    assert.deepEqual(await finding(source, person, call), {});
    assert.deepEqual(tally(await holds(person)), held);
  });
