import { globSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { command, together } from "./command.ts";
import { publishedPackages } from "./published.ts";
import type { StageResult } from "./stage.ts";

/** Looks at the packages as they would be published: packed by pnpm, which applies `publishConfig`. */
export async function checkPackages(): Promise<StageResult> {
  const folder = await mkdtemp(join(tmpdir(), "subject-rights-"));
  try {
    const packages = await publishedPackages();
    const packed = await command("pnpm", [
      "--recursive",
      ...packages.map(({ name }) => `--filter=${name}`),
      "pack",
      `--pack-destination=${folder}`,
    ]);
    if (!packed.ok) {
      return packed;
    }
    const tarballs = (await readdir(folder)).sort().map((name) => join(folder, name));
    const checked = command("node", ["scripts/verify/check-tarballs.ts", ...tarballs]);
    const read = command("node", ["scripts/verify/check-types.ts", ...globSync("packages/*/dist/*.d.ts")]);
    const loaded = command("node", ["scripts/verify/load-built.ts"]);
    const results = await Promise.all([checked, read, loaded]);
    return { ...together(results), remark: (await Promise.all(tarballs.map(sized))).join(", ") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sized(tarball: string): Promise<string> {
  const { size } = await stat(tarball);
  return `${basename(tarball).replace(/^subject-rights-|-\d.*$/g, "")} ${(size / 1024).toFixed(1)} KiB`;
}
