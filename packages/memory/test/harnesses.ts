import type { Attachment, Message } from "@subject-rights/core";
import {
  memoryArtifactStore,
  memoryHoldStore,
  memoryIntakeStore,
  memoryKeyRing,
  memoryNotifier,
  memoryRequestStore,
  memorySourceStatusStore,
  memoryStorage,
  memorySuppressionStore,
  memoryTables,
} from "@subject-rights/memory";
import type {
  ArtifactStoreFixture,
  CheckpointStoreFixture,
  HoldStoreFixture,
  IntakeStoreFixture,
  KeyRingFixture,
  NotifierHarness,
  ReceivedMessage,
  RequestStoreHarness,
  SourceStatusStoreFixture,
  StorageHarness,
  SuppressionStoreFixture,
  SweepStoreHarness,
} from "@subject-rights/testing";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const requestStore: RequestStoreHarness = {
  transactions: true,
  async make() {
    const tables = memoryTables();
    const dump = async () => JSON.stringify([[...tables.requests], [...tables.audit]]);
    return { store: memoryRequestStore(tables), dump };
  },
};

export const sweepStore: SweepStoreHarness = {
  transactions: true,
  async make() {
    const tables = memoryTables();
    const { sweepStore: store, requestStore: requests } = memoryStorage({ tables });
    const dump = async () =>
      JSON.stringify([
        [...tables.sweeps],
        [...tables.sweepParts.values()].map((parts) => [...parts]),
        [...tables.audit],
        [...tables.sweepClaims],
      ]);
    return { store, requests, dump };
  },
};

export const artifactStore: StorageHarness<ArtifactStoreFixture> = {
  async make() {
    const { chunks } = memoryTables();
    return {
      store: memoryArtifactStore(chunks),
      dump: async () => [...chunks.values()].map(({ bytes }) => hexOf(bytes)).join(),
    };
  },
};

export const keyRing: StorageHarness<KeyRingFixture> = {
  async make() {
    const { keys } = memoryTables();
    return {
      keyRing: memoryKeyRing({ keys }),
      dump: async () => [...keys.values()].flat().map(hexOf).join(),
    };
  },
};

export const holdStore: StorageHarness<HoldStoreFixture> = {
  async make() {
    return { store: memoryHoldStore() };
  },
};

export const checkpointStore: StorageHarness<CheckpointStoreFixture> = {
  async make() {
    const { checkpointStore: store, requestStore: requests, sweepStore: sweeps } = memoryStorage();
    return { store, requests, sweeps };
  },
};

export const intakeStore: StorageHarness<IntakeStoreFixture> = {
  async make() {
    return { store: memoryIntakeStore() };
  },
};

export const suppressionStore: StorageHarness<SuppressionStoreFixture> = {
  async make() {
    return { store: memorySuppressionStore() };
  },
};

export const sourceStatusStore: StorageHarness<SourceStatusStoreFixture> = {
  async make() {
    return { store: memorySourceStatusStore() };
  },
};

const bytesOf = async (attachment: Attachment): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of attachment.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const received = async ({ id, to, notice, attachment }: Message): Promise<ReceivedMessage> => ({
  id,
  to: [to],
  // The facts themselves are all the words that this notifier has.
  text: textsIn(notice).join("\n"),
  attachments: attachment === null ? [] : [{ ...attachment, bytes: await bytesOf(attachment) }],
});

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

export const notifier: NotifierHarness = {
  async make() {
    const notifier = memoryNotifier({ attachmentLimit: 200_000 });
    return { notifier, inbox: () => Promise.all(notifier.sent.map(received)) };
  },
};
