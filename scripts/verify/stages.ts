import { globSync } from "node:fs";
import { command, together, uncollected } from "./command.ts";
import { checkPackages, packPackages, tryPackages } from "./packages.ts";
import type { Stage } from "./stage.ts";
import { runTests, runThoroughTests } from "./tests.ts";

export const stages: readonly Stage[] = [
  { name: "test", fills: true, run: runTests },
  {
    name: "typecheck",
    // Types, and the few rules that need types, in one program, the code of the documentation too: most of the time
    // goes to what all of it imports. One thread, which looks at each type once.
    run: async () => {
      const written = await command("node", ["--conditions=source", "examples/test/write-docs.ts"]);
      // Named one by one, for git ignores them.
      const documentation = globSync(".output/docs/*/*.ts");
      const checked = await command(
        "oxlint",
        [
          "--type-aware",
          "--type-check",
          "--threads=1",
          "--deny-warnings",
          "--report-unused-disable-directives",
          ".",
          ...documentation,
        ],
        { environment: uncollected },
      );
      return together([written, checked]);
    },
  },
  { name: "build", run: () => command("node", ["scripts/build.ts"]) },
  { name: "lint", run: () => command("biome", ["check", "--error-on-warnings", "."]) },
  {
    name: "imports",
    run: () =>
      command("depcruise", ["--config", ".dependency-cruiser.mjs", "packages", "examples", "scripts"]),
  },
  { name: "knip", run: () => command("knip", []) },
  { name: "reference", run: () => command("typedoc", ["--emit", "none", "--logLevel", "Warn"]) },
  { name: "pack", needs: ["build"], run: packPackages },
  { name: "packages", needs: ["pack"], run: checkPackages },
  { name: "runtimes", needs: ["pack"], run: tryPackages },
  { name: "thorough", fills: true, onlyNamed: true, run: runThoroughTests },
];
