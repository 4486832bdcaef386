import assert from "node:assert/strict";
import { type DataSource, type FoundIdentifier, normaliseEmail, type Subject } from "@subject-rights/core";
import type { Breakable, CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

type People = readonly (readonly FoundIdentifier[])[];

const listed = async (source: DataSource, tenant: string, harness: DataSourceHarness): Promise<People> => {
  const pages = source.identifiers?.(callTo(harness, { tenant }));
  assert.ok(pages, "the source has `identifiers`");
  const people: (readonly FoundIdentifier[])[] = [];
  for (;;) {
    const page = (await pages.next()).match(
      (value) => value,
      (error) => assert.fail(error),
    );
    if (page === null) return people;
    people.push(...page.people);
  }
};

/** Listed by one of their own names at least, as theirs alone. */
const names = (people: People, { identifiers }: Subject): boolean =>
  people.some((found) =>
    found.some((each) => {
      const { type } = each;
      const value = type === "email" ? normaliseEmail(each.value) : each.value;
      return each.shared !== true && identifiers.some((own) => own.type === type && own.value === value);
    }),
  );

export const listingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const { tenant = "tenant-one", foreignTenant } = harness;
  return [
    test("identifiers: lists everybody who is held, and nobody else", async ({
      source,
      person,
      otherPerson,
      unknownPerson,
    }) => {
      const people = await listed(source, tenant, harness);
      assert.ok(names(people, person) && names(people, otherPerson), "whoever is held is listed");
      assert.ok(!names(people, unknownPerson), "and nobody is made up");
    }),

    test("identifiers: a person is listed by nobody else's names", async ({
      source,
      person,
      otherPerson,
    }) => {
      const people = await listed(source, tenant, harness);
      const both = people.filter((each) => names([each], person) && names([each], otherPerson));
      assert.deepEqual(both, []);
    }),

    test("identifiers: of another tenant nobody is listed", async ({ source, person }) => {
      if (foreignTenant === undefined) return;
      assert.ok(!names(await listed(source, foreignTenant, harness), person));
    }),
  ];
};

export const listingBreakingCases = (
  breakable: CaseMaker<DataSourceFixture & Breakable>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => [
  breakable('identifiers: "could not ask" is an error, and never the end', async ({ source, breakIt }) => {
    await breakIt();
    const pages = source.identifiers?.(callTo(harness));
    let page = await pages?.next();
    while (page?.isOk() === true && page.value !== null) page = await pages?.next();
    assert.ok(page?.isErr(), "listing must answer an error while the source cannot be asked");
  }),
];
