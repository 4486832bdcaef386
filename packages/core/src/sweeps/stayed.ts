import { z } from "zod";
import { Damaged } from "../errors.ts";
import { inFormOfToday } from "../forms/forms.ts";
import { sweepPartForms } from "../forms/sweeps/forms.ts";
import type { Instant } from "../instant.ts";
import type { JsonObject } from "../ports/request-store.ts";
import type { FoundSweepPart } from "../ports/sweep-store.ts";
import { type Category, categorySchema } from "../request/kinds.ts";
import { foundIn } from "../request/left-before.ts";
import { type CollectionOutcome, isLeft } from "../request/outcomes.ts";
import { err, ok, type Result } from "../result.ts";
import type { Numbers } from "../subject/numbers.ts";
import type { PartDraft } from "./journal.ts";
import type { SourceOutcomes, Sweep } from "./sweep.ts";

/** What stays of one person since a sweep, by their pseudonyms. */
interface Stayed {
  readonly sweep: string;
  readonly names: readonly string[];
  readonly numbers?: Numbers | undefined;
  readonly at: Instant;
  readonly category: Category;
  readonly sources: SourceOutcomes;
}

/** Of whom it is kept. */
interface Known {
  readonly mark: string;
  /** The pseudonyms of what only they go by. */
  readonly names: readonly string[];
  readonly numbers: Numbers;
  /** What earlier tries of the sweep have come to. */
  readonly before: SourceOutcomes;
  /** Whether that is kept already. */
  readonly said: boolean;
  /** Whether earlier erasures have left something, for which this one may answer. */
  readonly answers: boolean;
  /** Whether it is counted. */
  readonly counted: boolean;
}

const hasLeft = (sources: SourceOutcomes): boolean =>
  Object.values(sources).some((outcomes) => outcomes.some(isLeft));

/**
 * What is kept for whoever erases somebody later, or hands out a copy: what sources have answered, where any of it stays or
 * did before; and where any of it answers for what an earlier erasure left.
 */
export const stayedDraft = (
  { category }: Sweep,
  { mark, names, numbers, before, said, answers, counted }: Known,
  all: SourceOutcomes,
  at: Instant,
): PartDraft[] => {
  const isFound = Object.values(all).some((outcomes) => foundIn(outcomes).length > 0);
  if (names.length === 0 || !(hasLeft(all) || hasLeft(before) || (answers && isFound))) return [];
  const sources = JSON.stringify(all);
  if (said && sources === JSON.stringify(before)) return [];
  const info = { mark, category, at, numbers, sources: JSON.parse(sources), counted };
  return [{ kind: "stayed", info, personal: null, about: names }];
};

/** Written by sweeps and by nothing else. */
export const sourceOutcomesSchema = z.record(
  z.string(),
  z.array(z.custom<CollectionOutcome>((value) => typeof value === "object" && value !== null)),
);

const infoSchema = z.object({
  mark: z.string(),
  category: categorySchema,
  at: z.string(),
  // One of an earlier version has none.
  numbers: z.record(z.string(), z.array(z.string())).optional(),
  sources: sourceOutcomesSchema,
});

const infoOf = (info: JsonObject): Result<z.infer<typeof infoSchema>, Damaged> =>
  inFormOfToday(sweepPartForms, info, partName).andThen((known) => {
    const { success, data, error } = infoSchema.safeParse(known);
    return success ? ok(data) : err(new Damaged(partName, { cause: error }));
  });

const partName = "A part of a sweep";

/** Those of whom what stays is counted, of parts that were found and can be read. */
export const countedIn = (parts: readonly FoundSweepPart[]): Pick<Stayed, "names" | "sources">[] =>
  parts.flatMap(({ kind, info, about: names = [] }) => {
    const data = infoOf(info).unwrapOr(null);
    return kind === "stayed" && info["counted"] === true && data !== null
      ? [{ names, sources: data.sources }]
      : [];
  });

/** Whether nobody can read what a part has to say of what stays, or of which kind it is. */
const isUnreadable = ({ kind, info }: Pick<FoundSweepPart, "kind" | "info">): boolean =>
  kind === "stayed" && infoOf(info).isErr();

/** Whether that is so for newer code as well. */
export const isDamaged = ({ kind, info }: Pick<FoundSweepPart, "kind" | "info">): boolean =>
  kind === "stayed" &&
  infoOf(info).match(
    () => false,
    ({ isNewer }) => !isNewer,
  );

/** What stays of somebody, and nobody can read. */
export interface UnreadablePart {
  readonly sweep: string;
  readonly names: readonly string[];
}

export const unreadableIn = (parts: readonly FoundSweepPart[]): UnreadablePart[] =>
  parts.filter(isUnreadable).map(({ sweepId, about = [] }) => ({ sweep: sweepId, names: about }));

/** What stays, of parts that were found and can be read; of somebody whom a sweep has tried again, what the last try has come to. */
export const stayedIn = (parts: readonly FoundSweepPart[]): Stayed[] => {
  const newest = new Map<string, Stayed>();
  for (const { kind, sweepId, info, about = [] } of parts.toSorted(
    (one, other) => one.number - other.number,
  )) {
    const data = infoOf(info).unwrapOr(null);
    if (kind !== "stayed" || data === null) continue;
    const { mark, ...stayed } = data;
    newest.set(JSON.stringify([sweepId, mark]), { ...stayed, sweep: sweepId, names: about });
  }
  return [...newest.values()];
};
