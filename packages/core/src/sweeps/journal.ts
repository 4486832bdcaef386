import type { AuditDraft } from "../audit/entry.ts";
import type { SweepStore, SweepTransaction } from "../bridge/define-sweep-store.ts";
import { ChangedMeanwhile, type StorageFailed } from "../errors.ts";
import { formToday } from "../forms/forms.ts";
import { sweepPartForms } from "../forms/sweeps/forms.ts";
import { instant } from "../instant.ts";
import type { StoredSweepPart, SweepCommit, SweepPartKind } from "../ports/sweep-store.ts";
import { err, ok, orThrow, type Result } from "../result.ts";
import { chained } from "../runner/chained.ts";
import type { Services } from "../runner/services.ts";
import { withSignature } from "../runner/signed-end.ts";
import { sealIn, toStoredSweep } from "./stored-sweep.ts";
import type { Sweep } from "./sweep.ts";

/** A part that is to be kept; its number is given when it is stored. */
export interface PartDraft {
  readonly kind: SweepPartKind;
  readonly info: StoredSweepPart["info"];
  readonly personal: unknown;
  /** As it is stored already, where nobody can read it. Left out: `personal` is sealed. */
  readonly sealed?: string | null;
  readonly about?: readonly string[];
}

/** What a commit changes. */
export interface SweepChange {
  readonly sweep: Sweep;
  /** Where it goes on; left out: where it did. */
  readonly cursor?: string | null;
  readonly entries?: readonly AuditDraft[];
  readonly add?: readonly PartDraft[];
  readonly remove?: readonly number[];
  readonly release?: readonly string[];
  /** Called once it is stored, and before anything else is. */
  readonly stored?: (committed: Committed) => void;
}

export interface Committed {
  readonly sweep: Sweep;
  /** The numbers of the parts that were added, in order. */
  readonly numbers: readonly number[];
}

type Change = (sweep: Sweep) => SweepChange;

/** One runner's hold of one sweep: the newest state it knows, and one commit at a time. */
export interface Journal {
  readonly secret: Uint8Array;
  current(): Sweep;
  /** Where the sweep goes on; null at the beginning, and once everything is read. */
  cursor(): string | null;
  /** @throws ChangedMeanwhile where somebody else has stored something; StorageFailed */
  commit(change: Change): Promise<Committed>;
  /**
   * Does work in a transaction of the store, and commits in the same what it says. Batches work side by side; from
   * the commit to the end of its transaction, one keeps all others waiting, and waits itself for nobody.
   *
   * @param work ends with what is to be committed
   * @param last what may still undo it, asked when it is its turn: right before it is stored
   */
  together<Failure>(
    work: (transaction: SweepTransaction) => Promise<Result<Change, Failure>>,
    last?: (transaction: SweepTransaction) => Promise<Result<void, Failure>>,
  ): Promise<Result<Committed, Failure | StorageFailed | ChangedMeanwhile>>;
}

export const openJournal = (
  services: Pick<Services, "clock" | "randomness" | "evidenceSigner" | "ownKeys">,
  store: SweepStore,
  secret: Uint8Array,
  opened: { readonly sweep: Sweep; readonly cursor: string | null },
  changed: (sweep: Sweep) => void,
): Journal => {
  let known = opened;
  let last: Promise<unknown> = Promise.resolve();

  /** Waits for its turn; whoever has it answers the function that ends it. */
  const turn = async (): Promise<() => void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = last;
    last = promise;
    await before;
    return resolve;
  };

  const sealedOf = (sweep: Sweep, { kind, personal }: PartDraft): string | null =>
    personal === null
      ? null
      : sealIn(sweep, secret, services, kind === "waiting" ? "people" : "person", personal);

  const prepare = (change: SweepChange) => {
    const { sweep, cursor = known.cursor, entries = [], add = [], remove = [], release = [] } = change;
    const numbers = add.map((_, index) => sweep.numbered + index + 1);
    const audit = chained(sweep, entries);
    const next: Sweep = withSignature<Sweep>(services, known.sweep, {
      ...sweep,
      auditHead: audit.auditHead,
      version: known.sweep.version + 1,
      audited: sweep.audited + entries.length,
      numbered: sweep.numbered + add.length,
      updatedAt: instant(services.clock.now()),
    });
    const sealed = cursor === null ? null : sealIn(next, secret, services, "cursor", cursor);
    const input: SweepCommit = {
      sweep: toStoredSweep(next, sealed),
      expectedVersion: known.sweep.version,
      entries: audit.entries,
      add: add.map(({ about, ...part }, index) => ({
        number: numbers[index] ?? 0,
        kind: part.kind,
        // One that is taken over is in the form that it had.
        info: { form: formToday(sweepPartForms), ...part.info },
        sealed: part.sealed === undefined ? sealedOf(next, part) : part.sealed,
        ...(about !== undefined && { about }),
      })),
      remove,
      release,
    };
    return { input, after: { sweep: next, cursor }, numbers };
  };

  const keep = ({ after, numbers }: ReturnType<typeof prepare>, { stored }: SweepChange): Committed => {
    known = after;
    const committed = { sweep: after.sweep, numbers };
    stored?.(committed);
    changed(after.sweep);
    return committed;
  };

  const alone = async (change: Change): Promise<Committed> => {
    const end = await turn();
    try {
      const wanted = change(known.sweep);
      const prepared = prepare(wanted);
      const { outcome } = orThrow(await store.commit(prepared.input));
      if (outcome === "changed") throw new ChangedMeanwhile();
      return keep(prepared, wanted);
    } finally {
      end();
    }
  };

  const together: Journal["together"] = async <Failure>(
    work: (transaction: SweepTransaction) => Promise<Result<Change, Failure>>,
    last: (transaction: SweepTransaction) => Promise<Result<void, Failure>> = async () => ok(undefined),
  ) => {
    type Problem = Failure | StorageFailed | ChangedMeanwhile;
    let end = (): void => undefined;
    try {
      const done = await store.transaction?.(
        async (transaction): Promise<Result<() => Committed, Problem>> => {
          // The store may have undone an earlier try, and whoever waits for that one must go on.
          end();
          const change = await work(transaction);
          if (change.isErr()) return err(change.error);
          end = await turn();
          const passed = await last(transaction);
          if (passed.isErr()) return err(passed.error);
          const wanted = change.value(known.sweep);
          const prepared = prepare(wanted);
          const answer = await transaction.commit(prepared.input);
          if (answer.isErr()) return err(answer.error);
          if (answer.value.outcome === "changed") return err(new ChangedMeanwhile());
          return ok(() => keep(prepared, wanted));
        },
      );
      if (done === undefined) throw new Error("the store has no transactions");
      return done.map((stored) => stored());
    } finally {
      end();
    }
  };

  return {
    secret,
    current: () => known.sweep,
    cursor: () => known.cursor,
    together,
    // Where there are transactions, first the connection and then the turn, always: over a single connection,
    // whoever has the turn would wait for whoever waits for the turn.
    commit: async (change) =>
      store.transaction === null ? alone(change) : orThrow(await together<never>(async () => ok(change))),
  };
};
