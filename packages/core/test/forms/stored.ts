import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { HoldView, RequestView, SweepView } from "@subject-rights/core";
import { type MemoryTables, memoryTables } from "@subject-rights/memory";
import { simulatedClock } from "@subject-rights/testing";
import { companyOver, type Holdings } from "./company.ts";
import { fromStoredText } from "./stored-text.ts";

/** What the library said of what it stored, on the day on which it did. */
export interface Told {
  readonly at: string;
  /** Ids of requests, by what has happened to them. */
  readonly stories: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly sweeps: Readonly<Record<string, string>>;
  readonly holds: Readonly<Record<"held" | "lifted", HoldView["id"]>>;
  readonly views: Readonly<Record<string, RequestView>>;
  readonly sweepViews: Readonly<Record<string, SweepView>>;
}

const read = (form: string, name: string): unknown =>
  fromStoredText(readFileSync(new URL(`./${form}/${name}.json`, import.meta.url), "utf8"));

/**
 * What was told on its day, but for what is told otherwise by now: of a source that was closed by hand without an answer nobody
 * knows what it did, and no count from before is told as what is left.
 */
export const toldIn = (form: string): Told => {
  const told = read(form, "told") as Told;
  const { settled } = told.views;
  if (form !== "1" || settled === undefined) return told;
  const sources = settled.sources.map((source) => ({ ...source, left: [] }));
  return { ...told, views: { ...told.views, settled: { ...settled, sources } } };
};
export const wrappedIn = (form: string) =>
  read(form, "wrapped-key") as Readonly<Record<"masterKey" | "wrapped", Uint8Array>>;

export const storedForms = readdirSync(new URL(".", import.meta.url)).filter((name) => /^\d+$/.test(name));

/** Another one when anything in the folder is edited. */
export const hashOf = (form: string): string => {
  const hash = createHash("sha256");
  const folder = new URL(`./${form}/`, import.meta.url);
  for (const name of readdirSync(folder).toSorted())
    hash.update(name).update(readFileSync(new URL(name, folder)));
  return hash.digest("hex");
};

/**
 * Today's code over what was stored then. It works on nothing before its clock goes on.
 *
 * @param change what somebody does to it before
 */
export const reopened = async (form: string, change: (tables: MemoryTables) => void = () => undefined) => {
  const told = toldIn(form);
  const tables: MemoryTables = {
    ...memoryTables(),
    ...(read(form, "sweeps") as Partial<MemoryTables>),
    ...Object.fromEntries(
      ["requests", "audit", "keys", "chunks", "statuses", "holds", "suppressions", "checkpoints"].map(
        (name) => [name, read(form, name)],
      ),
    ),
  };
  change(tables);
  const holdings = read(form, "holdings") as Holdings;
  return { told, holdings, ...(await companyOver(holdings, tables, simulatedClock(new Date(told.at)), 77)) };
};
