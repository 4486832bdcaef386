import {
  type Call,
  type Category,
  type ExportPage,
  orThrow,
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
  category,
  requestId: "request-1",
  idempotencyKey: "request-1/erase",
  signal: new AbortController().signal,
  clock: systemClock,
  deadline: 30_000,
});

export const pagesOf = async (
  source: PostgresDataSource,
  subject: ReturnType<typeof personOf>,
  cursor: string | null = null,
  call = callFor(),
): Promise<readonly ExportPage[]> => {
  const pages: ExportPage[] = [];
  const reading = source.export?.(subject, call, cursor);
  for (;;) {
    const page = orThrow((await reading?.next()) ?? (await Promise.reject(new Error("no export"))));
    if (page === null) return pages;
    pages.push(page);
  }
};
