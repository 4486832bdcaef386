import type { StagedCollection } from "./contents.ts";

export const pagePath = "index.html";
export const manifestPath = "manifest.json";
/** What a package is called within the ZIP that it is encrypted in. */
export const innerPath = "personal-data.zip";

/** Where a collection's files lie in the package: the path without `.json` or `.csv`. */
export type PathOf = ReadonlyMap<StagedCollection, string>;

/**
 * Gives every collection a path of its own: `data/01-crm/02-order-lines`. The numbers make it unique, whatever the
 * letter case, and no name that Windows keeps for itself; of the names only letters, digits and dashes are left.
 */
export const dataPaths = (collections: readonly StagedCollection[]): PathOf => {
  const sources = new Map<string, StagedCollection[]>();
  for (const staged of collections) {
    const others = sources.get(staged.source.id);
    if (others === undefined) sources.set(staged.source.id, [staged]);
    else others.push(staged);
  }
  const paths = new Map<StagedCollection, string>();
  let folder = 0;
  for (const [id, own] of sources) {
    folder += 1;
    const place = `data/${numbered(folder, sources.size, id)}`;
    for (const [index, staged] of own.entries()) {
      paths.set(staged, `${place}/${numbered(index + 1, own.length, staged.collection)}`);
    }
  }
  return paths;
};

const longestSlug = 40;

const numbered = (number: number, count: number, name: string): string => {
  const digits = String(number).padStart(Math.max(2, String(count).length), "0");
  const slug = slugOf(name);
  return slug === "" ? digits : `${digits}-${slug}`;
};

const slugOf = (name: string): string =>
  name
    .slice(0, 4 * longestSlug)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestSlug + 1)
    .replace(/^-/, "")
    .slice(0, longestSlug)
    .replace(/-$/, "");
