import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  artifactStoreCases,
  type ConformanceCase,
  dataSourceCases,
  dispatcherCases,
  holdStoreCases,
  intakeStoreCases,
  keyRingCases,
  notifierCases,
  requestStoreCases,
  sourceStatusStoreCases,
  suppressionStoreCases,
  sweepStoreCases,
} from "@subject-rights/testing";
import { expect, it } from "vitest";
import { harness } from "./readme/visits.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const file = (name: string) => readFile(new URL(`readme/${name}`, import.meta.url), "utf8");

it("the examples stand in the README as they run", async () => {
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gsu)].map(([, code]) => code);
  expect(blocks).toEqual(await Promise.all(["visits.ts", "visits.test.ts", "visits.node-test.ts"].map(file)));
});

it("the cases run under node:test", async () => {
  const path = fileURLToPath(new URL("readme/visits.node-test.ts", import.meta.url));
  // A test runner inside a test runner would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=source", "--test", "--test-reporter=tap", path],
    { env },
  );
  expect(stdout).toContain(`# pass ${dataSourceCases(harness).length}\n`);
  expect(stdout).toContain("# fail 0\n");
}, 30_000);

const notRun = () => Promise.reject(new Error("only the names are read"));
const everything = { make: notRun, makeBreakable: notRun };

it.each<[string, readonly ConformanceCase[]]>([
  [
    "Data source",
    dataSourceCases({
      ...everything,
      abilities: ["identify", "locate", "export", "erase", "refresh", "verify"],
      identifiesMany: true,
      erasesMany: true,
      listsPeople: true,
      foreignTenant: "tenant-two",
      otherCategory: "user-telemetry",
    }),
  ],
  ["Notifier", notifierCases({ ...everything, makeDown: notRun, makeRefusing: notRun })],
  ["Request store", requestStoreCases({ ...everything, transactions: true })],
  ["Artifact store", artifactStoreCases(everything)],
  ["Key ring", keyRingCases(everything)],
  ["Source status store", sourceStatusStoreCases(everything)],
  ["Hold store", holdStoreCases(everything)],
  ["Intake store", intakeStoreCases(everything)],
  ["Suppression store", suppressionStoreCases(everything)],
  ["Dispatcher", dispatcherCases({ ...everything, makeShared: notRun, makeJoining: notRun })],
  ["Sweep store", sweepStoreCases({ ...everything, transactions: true })],
])("every case is listed: %s", (port, cases) => {
  const [, section = ""] = readme.split(`\n### ${port}\n`);
  const [list = ""] = section.split("\n### ");
  const listed = [...list.matchAll(/^- (.*)$/gm)].map(([, name]) => name);
  expect(listed).toEqual(cases.map(({ name }) => name));
});
