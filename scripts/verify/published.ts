import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  /** The files of `src` that its `package.json` names as built, without what they end with. */
  readonly entries: readonly string[];
}

/** The packages that are not private. */
export async function publishedPackages(): Promise<readonly PublishedPackage[]> {
  const found: PublishedPackage[] = [];
  for (const each of (await readdir("packages")).sort()) {
    const folder = join("packages", each);
    const text = await readFile(join(folder, "package.json"), "utf8");
    const { name, private: isPrivate } = JSON.parse(text) as {
      readonly name: string;
      readonly private?: boolean;
    };
    const entries = [...text.matchAll(/"\.\/dist\/([^"]+)\.js"/g)].map(([, entry]) => entry ?? "");
    if (isPrivate !== true) found.push({ name, folder, entries: [...new Set(entries)] });
  }
  return found;
}
