import assert from "node:assert/strict";
import { categorySchema } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { ability, tally } from "./asking.ts";
import { callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

export const refreshingCases = (
  test: CaseMaker<DataSourceFixture>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  // As from the Data Sources page, where no request is behind it.
  const call = callTo(harness, { requestId: null, categories: categorySchema.options });
  return [
    test("refresh: whoever is in the origins is in the copy afterwards", async (fixture) => {
      const { source, person, otherPerson, holds } = fixture;
      const before = [tally(await holds(person)), tally(await holds(otherPerson))];
      await answerOf(ability(source, "refresh")(call));
      assert.deepEqual([tally(await holds(person)), tally(await holds(otherPerson))], before);
    }),

    test("refresh: whoever left the origins has left the copy when it resolves", async (fixture) => {
      const { source, person, otherPerson, holds } = fixture;
      const others = tally(await holds(otherPerson));
      await fixture.eraseAtOrigins?.(person);
      await answerOf(ability(source, "refresh")(call));
      assert.deepEqual(tally(await holds(person)), {});
      assert.deepEqual(tally(await holds(otherPerson)), others);
    }),

    ...(harness.abilities.includes("locate") || harness.abilities.includes("verify")
      ? [
          test("verify: counts what a refresh left", async (fixture) => {
            const { source, person, holds } = fixture;
            await fixture.eraseAtOrigins?.(person);
            await answerOf(ability(source, "refresh")(call));
            const left = await answerOf(ability(source, "remaining")(person, callTo(harness)));
            assert.deepEqual(tally(left), tally(await holds(person)));
          }),
        ]
      : []),

    test("refresh: a second time under the same idempotency key changes nothing", async (fixture) => {
      const { source, person, otherPerson, holds } = fixture;
      await answerOf(ability(source, "refresh")(call));
      const after = [tally(await holds(person)), tally(await holds(otherPerson))];
      await answerOf(ability(source, "refresh")(call));
      assert.deepEqual([tally(await holds(person)), tally(await holds(otherPerson))], after);
    }),
  ];
};
