import {
  defineArtifactStore,
  defineCheckpointStore,
  defineHoldStore,
  defineKeyRing,
  defineNotifier,
  defineRequestStore,
  defineSourceStatusStore,
  defineSuppressionStore,
  defineSweepStore,
  type Notifier,
  ok,
  orThrow,
  type RequestStore,
  type RequestStoreDefinition,
  type ResultAsync,
  type SweepStore,
  type SweepStoreDefinition,
  type Transact,
} from "@subject-rights/core";
import type { MemoryStorage } from "@subject-rights/memory";
import type { SimulatedClock } from "@subject-rights/testing";

/** Stands before and behind each effect on the outside world: may let it through, break it, or end the process. */
export type Gate = <Answer>(name: string, effect: () => Promise<Answer>) => Promise<Answer>;

export const open: Gate = (_name, effect) => effect();

type AsWritten<Port> = {
  [Name in keyof Port]: Port[Name] extends (...input: infer Input) => ResultAsync<infer Answer, Error>
    ? (...input: Input) => Promise<Answer>
    : never;
};

/** A port as its author would have written it: plain async, and everything it does goes through the gate. */
const gated = <Port extends object>(port: Port, name: string, gate: Gate): AsWritten<Port> => {
  const operations = Object.entries(port).map(([operation, perform]) => [
    operation,
    (...input: unknown[]) =>
      gate(`${name}.${operation}`, async () => {
        const answer = await perform(...input);
        if (answer.isErr()) throw answer.error;
        return answer.value;
      }),
  ]);
  return Object.fromEntries(operations) as AsWritten<Port>;
};

/** A transaction through the gate: what is done in it, and before it begins and when it is to be stored. */
const gatedTransaction =
  (transact: Transact, gate: Gate): NonNullable<RequestStoreDefinition["transaction"]> =>
  async (work) => {
    const name = "request-store.transaction";
    const answer = await gate(name, async () =>
      transact(async (transaction) => {
        const { handle, ...operations } = transaction;
        const value = await work({ handle, ...gated(operations, name, gate) });
        await gate(`${name}.end`, async () => undefined);
        return ok(value);
      }),
    );
    return orThrow(answer);
  };

const gatedRequestStore = ({ transaction, ...store }: RequestStore, gate: Gate): RequestStore =>
  defineRequestStore({
    ...gated(store, "request-store", gate),
    ...(transaction === null ? {} : { transaction: gatedTransaction(transaction, gate) }),
  });

const gatedSweepStore = ({ transaction, ...store }: SweepStore, gate: Gate): SweepStore => {
  const name = "sweep-store.transaction";
  const transacts: NonNullable<SweepStoreDefinition["transaction"]> = async (work) =>
    gate(name, async () => {
      if (transaction === null) throw new Error("the store has no transactions");
      const answer = await transaction(async ({ handle, ...operations }) => {
        const value = await work({ handle, ...gated(operations, name, gate) });
        await gate(`${name}.end`, async () => undefined);
        return ok(value);
      });
      return orThrow(answer);
    });
  return defineSweepStore({
    ...gated(store, "sweep-store", gate),
    ...(transaction === null ? {} : { transaction: transacts }),
  });
};

/** Storage whose every operation goes through the gate. */
export const gatedStorage = (storage: MemoryStorage, gate: Gate): MemoryStorage => ({
  requestStore: gatedRequestStore(storage.requestStore, gate),
  artifactStore: defineArtifactStore(gated(storage.artifactStore, "artifact-store", gate)),
  sourceStatusStore: defineSourceStatusStore(gated(storage.sourceStatusStore, "source-status-store", gate)),
  keyRing: defineKeyRing(gated(storage.keyRing, "key-ring", gate)),
  sweepStore: gatedSweepStore(storage.sweepStore, gate),
  holdStore: defineHoldStore(gated(storage.holdStore, "hold-store", gate)),
  checkpointStore: defineCheckpointStore(gated(storage.checkpointStore, "checkpoint-store", gate)),
  intakeStore: storage.intakeStore,
  suppressionStore: defineSuppressionStore(gated(storage.suppressionStore, "suppression-store", gate)),
});

/** A notifier whose sending goes through the gate. */
export const gatedNotifier = (notifier: Notifier, clock: SimulatedClock, gate: Gate): Notifier =>
  defineNotifier({
    id: notifier.id,
    attachmentLimit: notifier.attachmentLimit,
    send: (message, context) =>
      gate("notifier.send", async () => {
        const sent = await notifier.send(message, { ...context, clock, deadline: 60_000 });
        if (sent.isErr()) throw sent.error;
      }),
  });
