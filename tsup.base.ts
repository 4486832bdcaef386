import { basename } from "node:path";
import { defineConfig } from "tsup";

/** Where `tsconfig.build.json` puts the declarations of the package that is built. */
const declarations = `../../.output/declarations/${basename(process.cwd())}/src`;

/** How a package is built whose entries are these files in `src`. */
export const configOf = (...entries: readonly string[]) =>
  defineConfig({
    entry: entries.map((name) => `src/${name}.ts`),
    format: "esm",
    target: "node22",
    // From declarations instead of sources: tsup would have each package checked once more, with all that it imports.
    dts: { entry: Object.fromEntries(entries.map((name) => [name, `${declarations}/${name}.d.ts`])) },
    clean: true,
    sourcemap: true,
  });

export const config = configOf("index");
