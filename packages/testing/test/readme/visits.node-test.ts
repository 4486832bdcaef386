import { test } from "node:test";
import { dataSourceCases } from "@subject-rights/testing";
import { harness } from "./visits.ts";

for (const each of dataSourceCases(harness)) void test(each.name, each.run);
