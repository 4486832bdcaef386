// node --conditions=source --test src/custom-data-source/loyalty-cards.test.ts
import { test } from "node:test";
import { dataSourceCases } from "@subject-rights/testing";
import { harness } from "./harness.ts";

for (const { name, run } of dataSourceCases(harness)) void test(name, run);
