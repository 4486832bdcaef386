import type { EvidenceSignature } from "../audit/signature.ts";
import type { Instant } from "../instant.ts";
import type { Category } from "../request/kinds.ts";
import { type CollectionOutcome, isStaying, unprovenIn } from "../request/outcomes.ts";
import type { ProblemCode } from "../request/problems.ts";

/** Why many people are erased at once: the storage period is over, or a backup was restored. */
export type SweepReason = "retention" | "backup-replay";

export type SweepStatus = "running" | "stopped" | "completed" | "completed-with-exceptions";

/**
 * Why somebody was left behind, or a sweep was stopped.
 * - `held`: a hold stands on the person; or on somebody in a copy that is filled anew as a whole, which then waits.
 * - `other-request`: an open request, or another sweep, works on the same person.
 * - `invalid-person`: what the stream gave is not a person with identifiers.
 * - `other-number`: a replay found them by an address of somebody who was erased, and their number never was: they may have
 *   the address since. Or they were named by nothing but addresses more than a day ago: somebody else may.
 */
export type SweepProblemCode = ProblemCode | "held" | "other-request" | "invalid-person" | "other-number";

export interface SweepProblem {
  readonly code: SweepProblemCode;
  readonly source: string | null;
  readonly retryable: boolean;
  /** For `held`: the hold that stands on the person, or on one of those who are in the copy that was to be refreshed. */
  readonly hold?: string;
}

/** How many people; each is counted in one of these. */
export interface SweepCounts {
  /** Something was erased or anonymised, nothing is kept, and it was checked. */
  readonly erased: number;
  /** Nobody held anything of them. */
  readonly absent: number;
  /** The law makes the controller keep something of them; everything else is erased. */
  readonly retained: number;
  /** Something of them stays because it is somebody else's too, and nothing by law; everything else is erased. */
  readonly kept: number;
  /** Erased in the origins; the copies, the list of users, or the last look at all of them, are still to come. */
  readonly waiting: number;
  /** Not erased, or nobody knows: listed by `leftBehind`. */
  readonly leftBehind: number;
}

export type PersonOutcome = "erased" | "absent" | "retained" | "kept";

/** What became of records in one collection of a source, over all people that are counted. */
export interface SweptRecords {
  readonly source: string;
  readonly collection: string;
  readonly erased: number;
  readonly anonymised: number;
  readonly retained: number;
  readonly kept: number;
  /** Of how many that were made anonymous nobody has shown that they have changed. Left out: of none. */
  readonly unproven?: number | undefined;
  /**
   * The first day until which any of it is retained, `YYYY-MM-DD`, as it was counted. Left out: nothing is until a day that
   * was to come, or an earlier version counted it.
   */
  readonly retainedUntil?: string | undefined;
}

/** Everything that is known of a sweep but where it goes on, which is stored encrypted. */
export interface Sweep {
  readonly tenant: string;
  readonly id: string;
  readonly version: number;
  /** How many audit entries there are so far. */
  readonly audited: number;
  /** The hash of the last of them: where their chain ends. */
  readonly auditHead: string;
  /** Under that end; null where nothing is signed. */
  readonly auditSignature: EvidenceSignature | null;
  /** The hash of it as it was read, where it is not as it was read any more: that is what was signed. It is never stored. */
  readonly asRead?: string;
  /** How many numbers of parts were given out. */
  readonly numbered: number;
  readonly reason: SweepReason;
  readonly category: Category;
  readonly status: SweepStatus;
  readonly startedBy: string;
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  readonly endedAt: Instant | null;
  /** Whether the stream was read to its end. */
  readonly isRead: boolean;
  readonly counts: SweepCounts;
  readonly records: readonly SweptRecords[];
  /** Sources that took part and have no way to say whether anything is left. */
  readonly unchecked: readonly string[];
  /** Why it was stopped, where nobody stopped it. */
  readonly problem: SweepProblem | null;
  /** Why somebody gave up those who were left behind. */
  readonly settled: { readonly by: string; readonly at: Instant; readonly reason: string } | null;
}

export const noCounts: SweepCounts = {
  erased: 0,
  absent: 0,
  retained: 0,
  kept: 0,
  waiting: 0,
  leftBehind: 0,
};

/** What is done in each source for one person. */
export type SourceOutcomes = Readonly<Record<string, readonly CollectionOutcome[]>>;

export const personOutcome = (sources: SourceOutcomes): PersonOutcome => {
  const outcomes = Object.values(sources).flat();
  if (outcomes.some(({ outcome }) => outcome === "retained")) return "retained";
  if (outcomes.some((each) => each.outcome === "kept" && each.count > 0)) return "kept";
  return outcomes.some((each) => each.outcome !== "absent" && each.count > 0) ? "erased" : "absent";
};

/** How many records were erased or anonymised, how many stay, and until when something is kept by law. */
export const summaryOf = (sources: SourceOutcomes) => {
  let [records, kept] = [0, 0];
  let until: string | null = null;
  for (const each of Object.values(sources).flat()) {
    if (each.outcome === "erased" || each.outcome === "anonymised") records += each.count;
    if (!isStaying(each)) continue;
    kept += each.count;
    if (each.outcome === "kept") continue;
    if (until === null || each.until > until) until = each.until;
  }
  return { records, kept, until };
};

/** Adds what became of people's records to what is known already. */
export const withRecords = (
  known: readonly SweptRecords[],
  people: readonly SourceOutcomes[],
): readonly SweptRecords[] => {
  const tally = new Map(known.map((each) => [JSON.stringify([each.source, each.collection]), { ...each }]));
  for (const sources of people) {
    for (const [source, outcomes] of Object.entries(sources)) {
      for (const each of outcomes) {
        if (each.outcome === "absent" || each.count === 0) continue;
        const { collection } = each;
        const key = JSON.stringify([source, collection]);
        const counted = tally.get(key) ?? {
          source,
          collection,
          erased: 0,
          anonymised: 0,
          retained: 0,
          kept: 0,
        };
        // What is told as of an earlier day is kept until none that is to come.
        const until = each.outcome === "retained" && each.asOf === undefined ? each.until : [];
        const days = [counted.retainedUntil ?? [], until].flat();
        const [first] = days.toSorted();
        const unproven = (counted.unproven ?? 0) + unprovenIn([each]);
        tally.set(key, {
          ...counted,
          [each.outcome]: counted[each.outcome] + each.count,
          ...(unproven > 0 && { unproven }),
          ...(first !== undefined && { retainedUntil: first }),
        });
      }
    }
  }
  return [...tally.values()];
};

/**
 * Nobody was left behind, nothing stays, each source was asked afterwards, and has shown of all that it made anonymous that
 * it has changed: as for a request.
 */
export const endStatus = ({
  counts,
  unchecked,
  records,
}: Sweep): "completed" | "completed-with-exceptions" =>
  counts.leftBehind + counts.retained + counts.kept + counts.waiting === 0 &&
  unchecked.length === 0 &&
  records.every(({ unproven = 0 }) => unproven === 0)
    ? "completed"
    : "completed-with-exceptions";

export const isEnded = ({ status }: Sweep): boolean =>
  status === "completed" || status === "completed-with-exceptions";
