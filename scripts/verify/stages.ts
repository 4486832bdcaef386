import { command, together } from "./command.ts";
import { checkPackages } from "./packages.ts";
import type { Stage } from "./stage.ts";
import { runTests, runThoroughTests } from "./tests.ts";

export const stages: readonly Stage[] = [
  { name: "test", fills: true, run: runTests },
  {
    name: "typecheck",
    // The code of the documentation in the same program: most of the time goes to what all of it imports. TypeScript 7
    // checks in a third of the time; TypeScript 6, whose API tsup and typedoc need, sees what is published in `build`.
    run: async () =>
      together([
        await command("node", ["--conditions=source", "examples/test/write-docs.ts"]),
        await command("node", ["node_modules/typescript-7/bin/tsc", "--project", ".output/docs"]),
      ]),
  },
  {
    name: "build",
    // Types come from the `source` condition, so the packages wait for nothing of each other.
    run: () =>
      command("pnpm", ["--recursive", "--no-sort", "--no-bail", "--workspace-concurrency=2", "run", "build"]),
  },
  {
    name: "lint",
    run: async () =>
      together([
        await command("biome", ["check", "--error-on-warnings", "."]),
        await command("oxlint", [
          "--type-aware",
          "--deny-warnings",
          "--report-unused-disable-directives",
          "packages",
          "examples",
          "scripts",
        ]),
      ]),
  },
  {
    name: "imports",
    run: () =>
      command("depcruise", ["--config", ".dependency-cruiser.mjs", "packages", "examples", "scripts"]),
  },
  { name: "knip", run: () => command("knip", []) },
  { name: "reference", run: () => command("typedoc", ["--logLevel", "Warn"]) },
  { name: "packages", needs: ["build"], run: checkPackages },
  { name: "thorough", fills: true, onlyNamed: true, run: runThoroughTests },
];
