import assert from "node:assert/strict";
import { totalCount } from "@subject-rights/core";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { AbilityName, DataSourceFixture, DataSourceHarness } from "./harness.ts";

export const describingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => [
  test("the source has the abilities that the harness names", async ({ source }) => {
    const found = (Object.entries(source.descriptor.abilities) as [AbilityName, boolean][])
      .filter(([, able]) => able)
      .map(([name]) => name);
    assert.deepEqual(harness.abilities.toSorted(), found.toSorted());
  }),

  test("the harness seeds what the cases need", async (fixture) => {
    const { source, person, otherPerson, unknownPerson, addressOnFile, holds } = fixture;
    assert.ok(totalCount(await holds(person)) >= 2, "`person` has two records at least");
    assert.ok(totalCount(await holds(otherPerson)) >= 1, "`otherPerson` has one record at least");
    assert.equal(totalCount(await holds(unknownPerson)), 0, "`unknownPerson` has none");
    if (addressOnFile === null) {
      assert.ok(
        !source.needs.includes("email"),
        "`addressOnFile` is given where people are found by address",
      );
    } else {
      assert.notEqual(addressOnFile, addressOnFile.toLowerCase(), "`addressOnFile` has capitals");
      assert.ok(
        person.values("email").includes(addressOnFile.toLowerCase()),
        "`person` goes by that address",
      );
    }
    if (harness.abilities.includes("identify")) assert.ok(fixture.knownAs?.length, "`knownAs` is given");
    if (harness.abilities.includes("refresh")) assert.ok(fixture.eraseAtOrigins, "`eraseAtOrigins` is given");
  }),
];
