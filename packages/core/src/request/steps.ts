import type { Instant } from "../instant.ts";
import type { NamedCollection } from "./collections.ts";
import { withLeftBefore } from "./left-before.ts";
import type { Outage, PastOutage } from "./outage.ts";
import {
  type CollectionCount,
  type CollectionOutcome,
  type GoneCount,
  isStaying,
  totalCount,
  untold,
} from "./outcomes.ts";
import type { Problem, ProblemCode } from "./problems.ts";

/** What the Data Sources page shows: a check mark is `succeeded`, a warning triangle is `warning`. */
export const sourceStatuses = ["pending", "running", "succeeded", "warning"] as const;
export type SourceStatus = (typeof sourceStatuses)[number];

/**
 * What a request wants of a source.
 * - `erase`: an origin that can erase, or a copy that must be erased in because it cannot be refreshed.
 * - `refresh`: a copy, once its origins no longer hold the person.
 * - `manual`: nobody gave us code to erase there; its owner is asked.
 * - `export`: hand over what it holds.
 * - `leave`: a copy that cannot be exported, and need not be, because its origins are.
 * - `identify`: not part of the request's category; only asked what else the person is known by.
 */
export type StepTask = "erase" | "refresh" | "manual" | "export" | "leave" | "identify";

/** Which ability of the source is called next. */
export type StepStage = "identify" | "locate" | "perform" | "verify" | "done";

/** One collection as it was collected for an export. */
export interface CollectedCollection {
  readonly collection: string;
  readonly rows: number;
  /** How many chunks of rows are staged. */
  readonly chunks: number;
  /** By which generation of the work they were staged, and under which number. Left out: by this one, in this order. */
  readonly staged?: Staged;
  /** The source was not read to its end, so that this may be half of what it held. Left out: it was. */
  readonly partial?: true;
}

export interface Staged {
  readonly generation: number;
  readonly number: number;
}

/** What was collected, each with the place where it is staged: whatever becomes of the step, it is found by that. */
export const collectedBy = ({
  collected,
  generation,
}: Pick<SourceStep, "collected" | "generation">): (CollectedCollection & { readonly staged: Staged })[] =>
  collected.map((each, number) => ({ ...each, staged: each.staged ?? { generation, number } }));

export interface CollectedColumn {
  readonly name: string;
  /** The kinds of value that were seen in it: `text`, `integer`, `timestamp`, … */
  readonly types: readonly string[];
}

export interface ManualTask {
  readonly answer: "done" | "not-there" | "cannot" | null;
  readonly note: string | null;
  readonly answeredBy: string | null;
  readonly answeredAt: Instant | null;
  /** It came when nothing was to be done here any more. Left out: it did not. */
  readonly late?: true;
}

export interface Settlement {
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

/** Which of its abilities a source is called for next: one may be down while another works. */
export const callOf = ({ stage, task }: SourceStep): string => (stage === "perform" ? task : stage);

/** Where a step goes on when its source has said once more who the person is, unless that is somebody with more names. */
export interface AskedAgain extends Pick<SourceStep, "stage" | "status" | "attempts" | "problem"> {
  /** How many names the person had. */
  readonly names: number;
  /** Whether the source was down for this request: that it says who somebody is does not mean that its work goes on. */
  readonly isOut: boolean;
}

/** Others have told by which names the person is known, and were erased, before a source had answered anything. */
export interface ToldBefore {
  /** When that was said last, by the first that was erased: a later name nobody can tell any more. */
  readonly at: Instant;
  /** When the source answered for the first time. Left out: not yet. */
  readonly heardAt?: Instant;
}

/**
 * Sources that could say whose the addresses are by which another one is to be asked, and that did not answer right before
 * its work.
 */
interface Unsaid {
  /** Those that have not answered since. */
  readonly by: readonly string[];
  /** How often its work has waited for one. */
  readonly tries: number;
  /** It finds the person by a number, and works by that alone meanwhile. Left out: it waits. */
  readonly byNumber?: true;
}

/** What a request does at one source, and how far it has come. */
export interface SourceStep {
  readonly source: string;
  /** What it was called when the request came to it. */
  readonly title: string;
  readonly kind: "origin" | "copy";
  readonly task: StepTask;
  /** The origins that have to be done first, for a copy. */
  readonly after: readonly string[];
  readonly canIdentify: boolean;
  /** Somebody else runs it: what it says of itself is that party's word. Left out: no. */
  readonly thirdParty?: true;
  /** How many recipients are told what was erased here. Left out: none. */
  readonly recipients?: number;
  readonly status: SourceStatus;
  readonly stage: StepStage;
  /** Tries since the last success or the last time somebody asked for another. */
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  /** Counts up when the work starts anew; part of the idempotency key. */
  readonly generation: number;
  /** How many of the person's identifiers this source was asked with. */
  readonly identifiersAsked: number;
  /** When it last said who the person is, and by how many names it was asked. Left out: never, as far as is known. */
  readonly lastAsked?: { readonly at: Instant; readonly names: number };
  /** Those that told who the person is were erased before it had answered anything. Left out: they were not. */
  readonly toldBefore?: ToldBefore;
  /** It is asked once more who the person is, before its work or that of another goes on. Left out, and null: it is not. */
  readonly askedAgain?: AskedAgain | null;
  /**
   * It told something by an address of which it is still to be decided whether somebody else has it too: it is asked anew once
   * that is decided. Left out, and false: it did not.
   */
  readonly heldBack?: boolean;
  /** Whoever could say whose the addresses are for its work was down. Left out, and null: nobody was. */
  readonly unsaid?: Unsaid | null;
  /**
   * How many names were known when the source said last that it knows the person by a further one. Left out, and null: it
   * has not, or has done its work since.
   */
  readonly saidOtherwise?: number | null;
  /** How many identifiers the work was done with; fewer than are known now means that it is done again. */
  readonly identifiersUsed: number;
  /** By identifiers of which types the source finds people. Left out: it was not asked yet, or that was stored before this was kept. */
  readonly foundBy?: readonly string[];
  /** Null where the source cannot count, or could not be asked. */
  readonly located: readonly CollectionCount[] | null;
  /** What was gone already when it was counted, by earlier rounds of this request. Left out: nothing. */
  readonly goneBefore?: readonly GoneCount[];
  /** A try to erase ended without an answer since it was counted: nobody said what that try erased. Left out: none did. */
  readonly unanswered?: boolean;
  /** A hash of what the source was and could do when it was counted; null before, and where it is not registered. */
  readonly configuration: string | null;
  readonly outcomes: readonly CollectionOutcome[];
  /** When the source has answered last what became of records. Left out: not yet, or nobody wrote it down. */
  readonly saidAt?: Instant;
  /** That was without addresses that nobody had vouched for within a day. Left out: it was with all that was known. */
  readonly byCertain?: boolean;
  /**
   * What earlier erasures of the person left here, by law or as somebody else's too, and this request may have no name for
   * any more: the source does not find it. Left out: nothing.
   */
  readonly keptEarlier?: readonly CollectionOutcome[];
  /**
   * Whether the source was asked afterwards: null before, false where it has no way to answer, or was asked by names that
   * may not have been the person's any more.
   */
  readonly checked: boolean | null;
  /** It was asked for the first time when whoever could tell the person's newest names was erased. Left out: no. */
  readonly askedTooLate?: boolean;
  /**
   * The request was opened again for something else: here it is only asked what there is, and nothing is erased. What it
   * was asked for before was done, and what has come since is not part of it. Left out: no.
   */
  readonly onlyAsked?: boolean;
  /**
   * The request was opened again for these collections alone: the others are only asked about. Left out: for all that the
   * source holds.
   */
  readonly part?: readonly string[];
  /** The collections that the source had when something was retained in one. Left out: none is, or it does not say. */
  readonly keys?: readonly NamedCollection[];
  /** How much of what stays as somebody else's too the last look there has found. Left out: nothing. */
  readonly keptFound?: readonly CollectionCount[];
  /** What was there when it was last looked, beside what stays. Left out: nothing, or nobody has looked. */
  readonly left?: readonly CollectionCount[];
  readonly collected: readonly CollectedCollection[];
  /** What an export had collected before it began anew, until it has done so. Left out: nothing. */
  readonly collectedBefore?: readonly CollectedCollection[];
  /** Null while all is well. */
  readonly problem: Problem | null;
  /** It had failed, and somebody had it tried again: nobody knows yet what comes of that. Left out, and false: no. */
  readonly triedAgain?: boolean;
  /** The person had been there again after an erasure when somebody had it tried again: the last look is to say. Left out, and false: no. */
  readonly wasThere?: boolean;
  /** How often the support contact was told of this source: each time is a notice of its own. */
  readonly alerts: number;
  /** While the source is down, and the quick tries of this request are used up. Left out: null. */
  readonly outage?: Outage | null;
  /** The last one that is over. Left out: null. */
  readonly lastOutage?: PastOutage | null;
  /**
   * What the support contact was told of, until it works again: each once. That the source is down is told for all
   * requests by the one that looks after the outage.
   */
  readonly alertedOf?: ProblemCode | null;
  /** How often the person was there again after an erasure that was clean: left out for never. */
  readonly relapses?: number;
  /** The hold that a copy waits for: it stands on somebody else who would be lost with it. Left out: none. */
  readonly heldBy?: string | null;
  readonly manual: ManualTask | null;
  /** What the owner has answered last of what they did here, in whatever round. Left out: nothing, or it stands in `manual` alone. */
  readonly ownerSaid?: "done" | "not-there";
  /**
   * The source was registered when the request had been closed already, and it was opened again for something else: it was never
   * part of it. Left out: no, or that was stored before this was kept.
   */
  readonly registeredSince?: true;
  readonly settlement: Settlement | null;
  /**
   * What was still to be kept when it was closed by hand is erased on its day all the same. Left out, and false: nothing was,
   * whoever closed it sees to that too, or that was stored before this was kept.
   */
  readonly keepsOn?: boolean;
  /** How it was closed by hand before the request was opened again for what was kept here. Left out: it was not. */
  readonly settledBefore?: Settlement;
}

/** How a person has closed it, in whatever round; not while it is at work again. */
export const settlementAt = (step: SourceStep): Settlement | null =>
  step.settlement ?? (step.stage === "done" ? (step.settledBefore ?? null) : null);

/** Nothing more is to be done here: it worked, or a person said so. */
export const isResolved = (step: SourceStep): boolean => step.stage === "done" || step.settlement !== null;

/** The work is done, the last check may still be due. */
export const isPerformed = (step: SourceStep): boolean => isResolved(step) || step.stage === "verify";

/** Whether every source that can was asked who the person is, or does not answer for now. */
export const isEverybodyAsked = ({ steps }: { readonly steps: readonly SourceStep[] }): boolean =>
  steps.every((step) => step.stage !== "identify" || step.settlement !== null || isStuck(step));

/** Turned to warning: the quick tries are used up, or trying again cannot help. */
export const isStuck = (step: SourceStep): boolean => step.status === "warning" && step.settlement === null;

/** The source is down, and its part comes when it answers. One that nobody has registered any more may never be again. */
export const isToCome = ({ outage, problem, settlement }: SourceStep): boolean =>
  outage != null && settlement === null && problem?.code !== "not-registered";

/** Whether an export has read the source to its end: it may be asked once more since then who the person is. */
export const isRead = ({ task, stage, askedAgain }: SourceStep): boolean =>
  task === "export" && (askedAgain?.stage ?? stage) === "done";

/**
 * What an export hands out of a source: what it has read to its end, also where that is to be read anew, or was closed by
 * hand since. What was collected is the person's, unless it came into doubt by which names: then it was let go. Null where
 * there is nothing: half of what a source holds is not handed out.
 */
export const givenBy = (step: SourceStep): ReturnType<typeof collectedBy> | null => {
  if (isRead(step)) return collectedBy(step);
  const { generation, collectedBefore = [] } = step;
  const before = collectedBefore.filter(({ partial }) => partial !== true);
  return before.length === 0 ? null : collectedBy({ collected: before, generation });
};

/** Whether that is all that the source has of the person by the names, so many, by which they are known now. */
export const isAllGiven = (step: SourceStep, names: number): boolean =>
  isRead(step) && (step.askedAgain?.names ?? names) >= names;

/**
 * What became of everything that is known of here, as people are told: what an earlier erasure left is told, whoever says
 * that there is nothing, and so is what the last look has found.
 */
export const outcomesAt = (step: SourceStep): readonly CollectionOutcome[] =>
  withLeftBefore(step.outcomes, step.keptEarlier ?? [], leftAt(step));

/** What a source held of the person a collection, over all rounds: what it counted last, and what was gone before. */
export const countedAltogether = ({ located, goneBefore = [] }: SourceStep): GoneCount[] | null =>
  located &&
  collectionsOf([...located, ...goneBefore]).map((collection) => ({
    collection,
    count: totalCount([...located, ...goneBefore].filter((each) => each.collection === collection)),
  }));

/**
 * What a source still holds, as far as anybody has looked: what the last look afterwards has found beside what stays. Of one
 * that a person closed before there was such a look, it is what was counted and was not told of since; nothing where it was
 * at work since, and nobody knows what it did.
 */
export const leftAt = (step: SourceStep): CollectionCount[] => {
  const { task, settlement, left = [], located, goneBefore = [], outcomes } = step;
  const counted =
    isLookedAt(step) || settlement === null || task === "export" || isClosedUnsaid(step)
      ? left
      : collectionsOf(located ?? []).map((collection) => {
          const count = totalCount((located ?? []).filter((each) => each.collection === collection));
          return { collection, count: untold({ collection, count }, goneBefore, outcomes) };
        });
  return counted.filter(({ count }) => count > 0);
};

const isLookedAt = ({ left = [], checked }: SourceStep): boolean => left.length > 0 || checked === true;

/** It was at work, or the last try there has no answer: nobody knows what that has erased. */
export const isUnsaid = ({ unanswered, problem }: SourceStep): boolean =>
  unanswered === true || problem?.code === "interrupted";

/** The same of one that a person closed, and that nobody has looked at since. That it never will is an answer. */
export const isClosedUnsaid = (step: SourceStep): boolean =>
  step.settlement !== null &&
  step.task !== "export" &&
  !isLookedAt(step) &&
  step.problem?.code !== "permanent-failure" &&
  isUnsaid(step);

const collectionsOf = (counts: readonly GoneCount[]): string[] => [
  ...new Set(counts.map(({ collection }) => collection)),
];

/** What a source has come to by now, where it is worked on again: what stays in a copy is for the next look to say. */
export const outcomesSoFar = ({ task, outcomes }: SourceStep): readonly CollectionOutcome[] =>
  task === "refresh" ? outcomes.filter((each) => !isStaying(each)) : outcomes;

/** What was there before, and is not told of yet, is gone now, as a check behind this has to confirm. */
export const countedAs = (step: SourceStep, outcome: "erased" | "absent"): CollectionOutcome[] =>
  (step.located ?? []).map((counted) => {
    const { collection } = counted;
    const count = untold(counted, step.goneBefore ?? [], outcomesSoFar(step));
    return outcome === "erased" && count > 0
      ? { collection, outcome, count }
      : { collection, outcome: "absent" };
  });

/** What the owner says of a source of which nobody could look whether it is so; null of every other. */
export const ownersWord = ({ task, manual, ownerSaid, checked }: SourceStep): "done" | "not-there" | null => {
  if (task !== "manual" || checked === true) return null;
  const said = manual?.answer ?? ownerSaid ?? null;
  return said === "cannot" ? null : said;
};
