import {
  type Call,
  type Category,
  orThrow,
  type Row,
  type RowPage,
  subjectOf,
  systemClock,
} from "@subject-rights/core";
import type { PostgresDataSource } from "../../src/index.ts";

/** A person of the shop, by everything they are known by there. */
export const personOf = (email: string, ...numbers: readonly number[]) =>
  subjectOf([
    { type: "email", value: email },
    ...numbers.map((number) => ({ type: "customer-number", value: String(number) })),
  ]);

export const callFor = (tenant = "tenant-one", category: Category = "customer-data"): Call => ({
  tenant,
  categories: [category],
  requestId: "request-1",
  idempotencyKey: "request-1/erase",
  signal: new AbortController().signal,
  clock: systemClock,
  deadline: 30_000,
});

/** The pages of an export, with the lines of each read as rows. */
export const pagesOf = async (
  source: PostgresDataSource,
  subject: ReturnType<typeof personOf>,
  cursor: string | null = null,
  call = callFor(),
): Promise<readonly RowPage[]> => {
  const pages: RowPage[] = [];
  const reading = source.export?.(subject, call, cursor);
  for (;;) {
    const page = orThrow((await reading?.next()) ?? (await Promise.reject(new Error("no export"))));
    if (page === null) return pages;
    if ("rows" in page) {
      pages.push(page);
      continue;
    }
    const { lines, count: _count, columns: _columns, ...rest } = page;
    const texts = Buffer.from(lines).toString("utf8").split("\n").slice(0, -1);
    pages.push({ ...rest, rows: texts.map((line): Row => JSON.parse(line)) });
  }
};
