import { globSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { command, together } from "./command.ts";
import { publishedPackages } from "./published.ts";
import type { StageResult } from "./stage.ts";

/** Where the packages are as they would be published. */
const packed = join(".output", "packed");

/** Packs them by pnpm, which applies `publishConfig`. */
export async function packPackages(): Promise<StageResult> {
  await rm(packed, { recursive: true, force: true });
  await mkdir(packed, { recursive: true });
  const packages = await publishedPackages();
  return command("pnpm", [
    "--recursive",
    ...packages.map(({ name }) => `--filter=${name}`),
    "pack",
    `--pack-destination=${join(process.cwd(), packed)}`,
  ]);
}

/** Looks at the packages as they would be published. */
export async function checkPackages(): Promise<StageResult> {
  const tarballs = (await readdir(packed)).sort().map((name) => join(packed, name));
  const checked = command("node", ["scripts/verify/check-tarballs.ts", ...tarballs]);
  const read = command("node", ["scripts/verify/check-types.ts", ...globSync("packages/*/dist/*.d.ts")]);
  const loaded = command("node", ["scripts/verify/load-built.ts"]);
  const results = await Promise.all([checked, read, loaded]);
  return { ...together(results), remark: (await Promise.all(tarballs.map(sized))).join(", ") };
}

/** Runs them wherever they say that they run. */
export const tryPackages = (): Promise<StageResult> =>
  command("node", ["--conditions=source", "examples/test/runtimes/main.ts", packed]);

async function sized(tarball: string): Promise<string> {
  const { size } = await stat(tarball);
  return `${basename(tarball).replace(/^subject-rights-|-\d.*$/g, "")} ${(size / 1024).toFixed(1)} KiB`;
}
