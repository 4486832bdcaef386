import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether to do more of the same: more seeds, more kills, larger sizes. */
    readonly isThorough: boolean;
  }
}

/** These ask a real PostgreSQL server, which is started for them. */
const onPostgres = [
  "packages/postgres/test/**/*.test.ts",
  "packages/pg-boss/test/**/*.test.ts",
  "packages/http/test/postgres/**/*.test.ts",
  "packages/bench/test/**/*.test.ts",
];

export default defineConfig({
  test: {
    // Tests run on `src`, so nothing has to be built first, and Node strips the types, as it does for the examples:
    // nothing here needs what Vite would do to a module, which costs more than a tenth of the whole run.
    // The collector is for tests of memory: a flag that is set later than the start may bring a worker down.
    // Much is made here that lives for moments: young memory that is larger is collected less often, and half of what the
    // collector takes, a twelfth of the whole run, is saved.
    // PGlite is WebAssembly: compiling it a second time, into quicker code, takes longer than it is used here.
    execArgv: [
      "--conditions=source",
      "--expose-gc",
      "--min-semi-space-size=32",
      "--max-semi-space-size=64",
      "--liftoff-only",
    ],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // The slowest takes a few seconds; the rest is for machines that have other things to do.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Much of what runs here waits for servers and processes: with one more than there are cores none of them stands idle.
    maxWorkers: availableParallelism() + 1,
    // What a file imports is evaluated once a worker. Nothing here keeps state in a module, or changes another's.
    isolate: false,
    // The hundredth process that a test starts need not compile what the first has compiled. Who is killed before its
    // end keeps that for the next one with `flushCompileCache`.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "subject-rights-compiled") },
    unstubEnvs: true,
    restoreMocks: true,
    expect: { poll: { timeout: 10_000 } },
    // More seeds, more kills, larger sizes: `npm run test:thorough`.
    provide: { isThorough: process.env["THOROUGH"] === "1" },
    projects: [
      {
        extends: true,
        test: {
          name: "without a server",
          include: [
            "packages/*/test/**/*.test.ts",
            "examples/test/**/*.test.ts",
            "scripts/test/**/*.test.ts",
          ],
          exclude: onPostgres,
        },
      },
      {
        extends: true,
        test: {
          name: "on PostgreSQL",
          include: onPostgres,
          globalSetup: "packages/postgres/test/support/shared-server.ts",
        },
      },
    ],
  },
});
