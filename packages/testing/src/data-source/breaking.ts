import assert from "node:assert/strict";
import { type Call, CallFailed, type DataSource, type Subject } from "@subject-rights/core";
import { errorOf } from "../answers.ts";
import type { Breakable, CaseMaker, ConformanceCase } from "../conformance-case.ts";
import { ability, type ExportedRow, pagesOf, rowsOf, tally, tallyOfRows } from "./asking.ts";
import { type AbilityName, callTo, type DataSourceFixture, type DataSourceHarness } from "./harness.ts";

type Asking = (source: DataSource, subject: Subject, call: Call) => Promise<unknown>;

const refused = "an empty answer would say that the person is not there";

const askings: Readonly<Record<AbilityName, Asking>> = {
  identify: (source, subject, call) => errorOf(ability(source, "identify")(subject, call), refused),
  locate: (source, subject, call) => errorOf(ability(source, "locate")(subject, call), refused),
  export: (source, subject, call) => assert.rejects(pagesOf(source, subject, call), CallFailed.is, refused),
  erase: (source, subject, call) => errorOf(ability(source, "erase")(subject, call), refused),
  refresh: (source, _subject, call) => errorOf(ability(source, "refresh")(call), "it was not refreshed"),
  verify: (source, subject, call) => errorOf(ability(source, "remaining")(subject, call), refused),
};

const brokenOnTheWay = async (
  source: DataSource,
  subject: Subject,
  call: Call,
  breakIt: () => Promise<void>,
) => {
  const pages = ability(source, "export")(subject, call, null);
  const rows: ExportedRow[] = [];
  try {
    for (let index = 0; ; index += 1) {
      const next = await pages.next();
      if (next.isErr()) return { rows, ended: "with an error" } as const;
      if (next.value === null) return { rows, ended: "as if complete" } as const;
      rows.push(...rowsOf([next.value]));
      if (index === 0) await breakIt();
    }
  } finally {
    await pages.close();
  }
};

/** "Could not ask" is not "not there": the answer that turns a failure into a false "done". */
export const breakingCases = (
  test: CaseMaker<DataSourceFixture & Breakable>,
  harness: DataSourceHarness,
): readonly ConformanceCase[] => {
  const call = callTo(harness);
  return [
    ...harness.abilities.map((name) =>
      test(`${name}: "could not ask" is an error, and never an answer`, async ({
        source,
        person,
        breakIt,
      }) => {
        await breakIt();
        await askings[name](source, person, call);
      }),
    ),

    ...(harness.abilities.includes("export")
      ? [
          test("export: what breaks off on the way never ends as if it were complete", async (fixture) => {
            const { source, person, holds } = fixture;
            const whole = tally(await holds(person));
            const { rows, ended } = await brokenOnTheWay(source, person, call, () => fixture.breakIt());
            // A source that had read everything before it broke may well end.
            if (ended === "as if complete") assert.deepEqual(tallyOfRows(rows), whole);
          }),
        ]
      : []),
  ];
};
