import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const examples = join(import.meta.dirname, "..", "..");
const repository = join(examples, "..");

/** A page of the documentation, and its blocks of code. */
export interface Page {
  /** `writing-a-store`; the README of a package is named for the package. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** The files that its TypeScript makes: a block starts with `// name.ts`. */
  readonly files: ReadonlyMap<string, string>;
  readonly sql: readonly string[];
}

export const readPages = async (): Promise<readonly Page[]> => {
  const docs = join(repository, "docs");
  const names = await readdir(docs, { recursive: true });
  const paths = names.filter((name) => name.endsWith(".md")).map((name) => join(docs, name));
  return Promise.all([...paths, join(repository, "packages", "core", "README.md")].map(readPage));
};

const readPage = async (path: string): Promise<Page> => {
  const text = await readFile(path, "utf8");
  const files = new Map<string, string>();
  for (const code of blocksOf(text, "ts")) {
    const name = /^\/\/ (?<name>[\w.-]+\.ts)\n/.exec(code)?.groups?.["name"];
    if (name === undefined || files.has(name)) throw new Error(`a block of ${path} has no name of its own`);
    files.set(name, code);
  }
  const file = basename(path, ".md");
  return {
    name: file === "README" ? basename(dirname(path)) : file,
    path,
    text,
    files,
    sql: blocksOf(text, "sql"),
  };
};

const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].flatMap(([, found, code]) =>
    found === language && code !== undefined ? [code] : [],
  );

/**
 * Writes the files of each page into a folder of its own, from which the published names can be imported.
 *
 * @returns the folder of them all, in `.output`
 */
export const writePages = async (pages: readonly Page[], name: string): Promise<string> => {
  const folder = join(repository, ".output", name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await symlink(join(examples, "node_modules"), join(folder, "node_modules"), "junction");
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  for (const { name, files } of pages) {
    if (files.size > 0) await mkdir(join(folder, name));
    for (const [file, code] of files) await writeFile(join(folder, name, file), code);
  }
  return folder;
};
