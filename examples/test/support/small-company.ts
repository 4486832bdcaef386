import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { copyCompany } from "../../src/company/copy-company.ts";
import { csvFile } from "../../src/company/files/csv-file.ts";
import { lineFile } from "../../src/company/files/line-file.ts";
import { replaceFile } from "../../src/company/files/replace-file.ts";
import { henrik, knownCustomers, pia } from "../../src/company/people.ts";

const known = [
  ...knownCustomers.flatMap(({ customer, email, wrote }) => [
    customer,
    email,
    ...wrote.map(({ from }) => from),
  ]),
  ...[henrik, pia].flatMap(({ id, email }) => [id, email]),
];
const strangers = 50;

const temporary = () => mkdtemp(join(tmpdir(), "company-"));

/** The company with a few strangers only, so that every test can have one of its own. */
export const makeSmallCompany = async (): Promise<string> => {
  const folder = await temporary();
  await copyCompany(folder);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await cutDown(join(entry.parentPath, entry.name));
  }
  return folder;
};

const cutDown = async (path: string): Promise<void> => {
  const bytes = await readFile(path);
  const file = path.endsWith(".csv") ? csvFile(path) : lineFile(path, () => ({}));
  const kept: Buffer[] = [];
  let index = 0;
  for await (const { start, end } of file.records(new AbortController().signal)) {
    if (index === 0) kept.push(bytes.subarray(0, start));
    const record = bytes.subarray(start, end);
    if (index < strangers || known.some((text) => record.includes(text))) kept.push(record);
    index += 1;
  }
  await replaceFile(path, kept);
};

/** Takes up no room: the company's own programs replace a file that they write to. */
export const copyOf = async (company: string): Promise<{ folder: string; remove(): Promise<void> }> => {
  const folder = await temporary();
  for (const entry of readdirSync(company, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const inside = join(folder, relative(company, entry.parentPath));
    mkdirSync(inside, { recursive: true });
    linkSync(join(entry.parentPath, entry.name), join(inside, entry.name));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};
