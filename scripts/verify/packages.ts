import { globSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { command, together } from "./command.ts";
import type { StageResult } from "./stage.ts";

/** Looks at the packages as they would be published: packed by pnpm, which applies `publishConfig`. */
export async function checkPackages(): Promise<StageResult> {
  const folder = await mkdtemp(join(tmpdir(), "subject-rights-"));
  try {
    const names = await published();
    const packed = await command("pnpm", [
      "--recursive",
      ...names.map((name) => `--filter=./packages/${name}`),
      "pack",
      `--pack-destination=${folder}`,
    ]);
    if (!packed.ok) {
      return packed;
    }
    const tarballs = (await readdir(folder)).sort().map((name) => join(folder, name));
    const checked = command("node", ["scripts/verify/check-tarballs.ts", ...tarballs]);
    const read = command("node", ["scripts/verify/check-types.ts", ...globSync("packages/*/dist/*.d.ts")]);
    const results = await Promise.all([checked, read, ...names.map(importBuilt)]);
    return { ...together(results), remark: (await Promise.all(tarballs.map(sized))).join(", ") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The folders of the packages that are not private. */
async function published(): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await readdir("packages")).sort()) {
    const text = await readFile(join("packages", name, "package.json"), "utf8");
    if ((JSON.parse(text) as { readonly private?: boolean }).private !== true) names.push(name);
  }
  return names;
}

/** Loads the built package as an application's Node does: without the `source` condition. */
async function importBuilt(name: string): Promise<StageResult> {
  const script = `await import("@subject-rights/${name}")`;
  return command("node", ["--input-type=module", "--eval", script], { cwd: join("packages", name) });
}

async function sized(tarball: string): Promise<string> {
  const { size } = await stat(tarball);
  return `${basename(tarball).replace(/^subject-rights-|-\d.*$/g, "")} ${(size / 1024).toFixed(1)} KiB`;
}
