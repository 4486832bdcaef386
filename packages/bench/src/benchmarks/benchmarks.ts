import type { Benchmark } from "../harness/benchmark.ts";
import { chain } from "./chain/benchmark.ts";
import { erase } from "./erase/benchmark.ts";
import { exports } from "./export/benchmark.ts";
import { csv } from "./export/csv-benchmark.ts";
import { plan } from "./plan/benchmark.ts";
import { requests } from "./requests/benchmark.ts";
import { store } from "./store/benchmark.ts";
import { suppressions } from "./suppressions/benchmark.ts";
import { workers } from "./workers/benchmark.ts";

/** Everything that can be measured, in the order of the page. */
export const benchmarks: readonly Benchmark[] = [
  exports,
  csv,
  erase,
  requests,
  workers,
  store,
  plan,
  chain,
  suppressions,
];
