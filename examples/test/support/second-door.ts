import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { CollectionCount, Subject } from "@subject-rights/core";
import { parse } from "csv-parse/sync";
import { users } from "../../src/company/people.ts";

/** Reads a file of the company by other means than the sources do. */
const rowsIn = (path: string): Record<string, unknown>[] => {
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".csv")) return parse(text, { columns: true });
  const lines = text.split("\n").filter((line) => line !== "");
  if (path.endsWith(".jsonl")) return lines.map((line) => JSON.parse(line));
  return lines.map((line) => ({
    user: /user=(\S+)/.exec(line)?.[1],
    email: /email=(\S+)/.exec(line)?.[1],
  }));
};

/** Everything a person is known by, in lower case; a user's address leads to the user's id. */
const allNames = ({ identifiers }: Subject): Set<string> => {
  const values = identifiers.map(({ value }) => value.toLowerCase());
  const ids = users.filter(({ email }) => values.includes(email.toLowerCase())).map(({ id }) => id);
  return new Set([...values, ...ids]);
};

const columns = ["customer", "email", "previous_email", "from", "user"];

/** How many records of a person the files hold. */
export const countRecords = (paths: readonly string[], person: Subject): CollectionCount[] => {
  const names = allNames(person);
  return paths.map((path) => ({
    collection: basename(path).replace(/\.(csv|jsonl)$/, ""),
    count: rowsIn(path).filter((row) =>
      columns.some((column) => names.has(String(row[column]).toLowerCase())),
    ).length,
  }));
};
