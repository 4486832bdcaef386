import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const repository = join(import.meta.dirname, "..", "..", "..");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

export const manifestIn = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

/**
 * Puts packed packages into a folder of somebody's, as a package manager would: each with the dependencies that it names,
 * and nothing beside them. By hand, because an installation asks the registry what there is, which the lockfile and the
 * store have answered: the same files are linked from there.
 */
export const install = async (tarballs: string, into: string): Promise<readonly Manifest[]> => {
  await writeFile(
    join(into, "package.json"),
    JSON.stringify({ name: "lamps", version: "1.0.0", type: "module" }),
  );
  const packed = (await readdir(tarballs)).filter((name) => name.endsWith(".tgz"));
  return Promise.all(packed.map((name) => unpack(join(tarballs, name), into)));
};

const unpack = async (tarball: string, into: string): Promise<Manifest> => {
  const short = /subject-rights-(?<short>.+)-\d+\.\d+\.\d+\.tgz$/.exec(tarball)?.groups?.["short"] ?? "";
  const folder = join(into, "node_modules", "@subject-rights", short);
  await mkdir(folder, { recursive: true });
  await promisify(execFile)("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  const manifest = await manifestIn(folder);
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    const link = join(folder, "node_modules", dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(
      await realpath(join(repository, "packages", short, "node_modules", dependency)),
      link,
      "junction",
    );
  }
  return manifest;
};
