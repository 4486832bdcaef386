// Builds the packages that are published, each to ESM in its `dist/`, with its types: `node scripts/build.ts`.
// All in one process, the declarations in one program: ten of each cost four times as much.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "tsup";
import { uncollected } from "./verify/command.ts";
import { publishedPackages } from "./verify/published.ts";

/** Where `tsconfig.build.json` puts the declarations. */
const declarations = ".output/declarations";

const { status } = spawnSync(
  process.execPath,
  // One thread: each of several works out again what all of it imports.
  ["node_modules/typescript-7/bin/tsc", "--project", "tsconfig.build.json", "--singleThreaded"],
  { stdio: "inherit", env: { ...process.env, ...uncollected } },
);
if (status !== 0) process.exit(1);

const packages = await publishedPackages();
const shared = { config: false, format: "esm", target: "node22", silent: true } as const;
for (const { folder, entries } of packages) {
  await build({
    ...shared,
    entry: entries.map((name) => join(folder, "src", `${name}.ts`)),
    outDir: join(folder, "dist"),
    // What each imports of others is theirs.
    skipNodeModulesBundle: true,
    clean: true,
    sourcemap: true,
  });
}
await build({
  ...shared,
  // From declarations instead of sources: tsup would have each package checked once more, with all that it imports.
  entry: Object.fromEntries(
    packages.flatMap(({ folder, entries }) =>
      entries.map((name) => [join(folder, "dist", name), join(declarations, folder, "src", `${name}.d.ts`)]),
    ),
  ),
  dts: { only: true },
  external: [/^[^./]/],
  outDir: ".",
});
