import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvFile } from "../../src/company/files/csv-file.ts";
import { lineFile } from "../../src/company/files/line-file.ts";
import { makeCompany } from "../../src/company/make-company.ts";
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
  await makeCompany(folder);
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
  await writeFile(path, Buffer.concat(kept));
};

export const copyOf = async (company: string): Promise<{ folder: string; remove(): Promise<void> }> => {
  const folder = await temporary();
  await cp(company, folder, { recursive: true });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};
