import { join } from "node:path";
import { manifestIn } from "./install.ts";

const repository = join(import.meta.dirname, "..", "..", "..");
const installed = (name: string) => join(repository, "packages", "runtimes", "node_modules", name);

/** What runs a file of TypeScript: the program, and what stands before the file. */
export interface Runtime {
  /** Its name, with the version as far as it tells what it can. */
  readonly title: string;
  readonly version: string;
  readonly program: string;
  readonly args: readonly string[];
}

const versionIn = async (folder: string): Promise<string> => {
  const { version } = await manifestIn(folder);
  return version.split(".").slice(0, 2).join(".");
};

const node = async (folder: string): Promise<Runtime> => {
  const version = await versionIn(folder);
  return { title: `Node.js ${version}`, version, program: join(folder, "bin", "node"), args: [] };
};

/** The oldest that is supported, the one that runs all else here, and the newest. */
export const nodes = await Promise.all(
  [installed("node-22"), join(repository, "node_modules", "node"), installed("node-26")].map(node),
);

/** Older than what is supported. */
export const tooOld = await node(installed("node-20"));

const bun = await versionIn(installed("bun"));
const deno = await versionIn(installed("deno"));

/** Core and memory run here too. */
export const others: readonly Runtime[] = [
  // The file is called so on every system.
  { title: `Bun ${bun}`, version: bun, program: join(installed("bun"), "bin", "bun.exe"), args: [] },
  {
    title: `Deno ${deno}`,
    version: deno,
    program: join(installed("deno"), "deno"),
    args: ["run", "--allow-all", "--node-modules-dir=manual"],
  },
];
