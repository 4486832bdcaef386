import {
  type ArtifactStore,
  type ArtifactStoreDefinition,
  type CheckpointStore,
  type CheckpointStoreDefinition,
  type CommitInput,
  type HoldInput,
  type HoldStore,
  type HoldStoreDefinition,
  type InsertInput,
  type IntakeStore,
  type IntakeStoreDefinition,
  type KeyRing,
  type KeyRingDefinition,
  ok,
  type RequestKey,
  type RequestStore,
  type RequestStoreDefinition,
  type ResultAsync,
  type SourceStatusStore,
  type SourceStatusStoreDefinition,
  type SuppressionStore,
  type SuppressionStoreDefinition,
  type SweepCommit,
  type SweepStore,
  type SweepStoreDefinition,
} from "@subject-rights/core";

const thrown = async <Answer>(call: ResultAsync<Answer, Error>): Promise<Answer> =>
  (await call).match(
    (answer) => answer,
    (error) => {
      throw error;
    },
  );

/** A port as its author would have written it, to break one operation of it and bridge it again. */
export const plainRequestStore = (store: RequestStore): Required<RequestStoreDefinition> => ({
  insert: (input) => thrown(store.insert(input)),
  read: (key) => thrown(store.read(key)),
  readByTokenHash: (tokenHash) => thrown(store.readByTokenHash(tokenHash)),
  findAbout: (query) => thrown(store.findAbout(query)),
  commit: (input) => thrown(store.commit(input)),
  list: (query) => thrown(store.list(query)),
  due: (query) => thrown(store.due(query)),
  standing: async () => (store.standing === null ? [] : thrown(store.standing())),
  audit: (key) => thrown(store.audit(key)),
  transaction: async (work) => {
    const { transaction } = store;
    if (transaction === null) throw new Error("the store has no transactions");
    return thrown(
      transaction(async ({ handle, read, insert, commit }) => {
        const inside = {
          handle,
          read: (key: RequestKey) => thrown(read(key)),
          insert: (input: InsertInput) => thrown(insert(input)),
          commit: (input: CommitInput) => thrown(commit(input)),
        };
        return ok(await work(inside));
      }),
    );
  },
});

export const plainArtifactStore = (store: ArtifactStore): ArtifactStoreDefinition => ({
  write: (chunk) => thrown(store.write(chunk)),
  read: (key) => thrown(store.read(key)),
  remove: (key) => thrown(store.remove(key)),
  sweep: (query) => thrown(store.sweep(query)),
});

export const plainKeyRing = (keyRing: KeyRing): KeyRingDefinition => ({
  create: (name) => thrown(keyRing.create(name)),
  use: (name) => thrown(keyRing.use(name)),
  rotate: (name) => thrown(keyRing.rotate(name)),
  useAll: (name) => thrown(keyRing.useAll(name)),
  destroy: (name) => thrown(keyRing.destroy(name)),
});

export const plainHoldStore = (store: HoldStore): HoldStoreDefinition => ({
  put: (hold) => thrown(store.put(hold)),
  read: (key) => thrown(store.read(key)),
  list: (query) => thrown(store.list(query)),
  standing: (query) => thrown(store.standing(query)),
});

export const plainSuppressionStore = (store: SuppressionStore): SuppressionStoreDefinition => ({
  add: (suppressions) => thrown(store.add(suppressions)),
  end: (cause) => thrown(store.end(cause)),
  withdraw: (cause) => thrown(store.withdraw(cause)),
  lift: (which) => thrown(store.lift(which)),
  standing: (query) => thrown(store.standing(query)),
  list: (query) => thrown(store.list(query)),
  newest: (query) => thrown(store.newest(query)),
  rename: (renamed) => thrown(store.rename(renamed)),
});

export const plainCheckpointStore = (store: CheckpointStore): CheckpointStoreDefinition => ({
  tenants: (query) => thrown(store.tenants(query)),
  waiting: (query) => thrown(store.waiting(query)),
  newest: (query) => thrown(store.newest(query)),
  add: (input) => thrown(store.add(input)),
  list: (query) => thrown(store.list(query)),
  leaves: (query) => thrown(store.leaves(query)),
  leavesOf: (query) => thrown(store.leavesOf(query)),
});

export const plainSourceStatusStore = (store: SourceStatusStore): SourceStatusStoreDefinition => ({
  put: (status) => thrown(store.put(status)),
  list: (query) => thrown(store.list(query)),
});

export const plainSweepStore = (store: SweepStore): Required<SweepStoreDefinition> => ({
  insert: (input) => thrown(store.insert(input)),
  read: (key) => thrown(store.read(key)),
  list: (query) => thrown(store.list(query)),
  parts: (query) => thrown(store.parts(query)),
  findAbout: (query) => thrown(store.findAbout(query)),
  audit: (query) => thrown(store.audit(query)),
  hold: (input) => thrown(store.hold(input)),
  release: (key) => thrown(store.release(key)),
  commit: (input) => thrown(store.commit(input)),
  transaction: async (work) => {
    const { transaction } = store;
    if (transaction === null) throw new Error("the store has no transactions");
    return thrown(
      transaction(async ({ handle, hold, commit }) => {
        const inside = {
          handle,
          hold: (input: HoldInput) => thrown(hold(input)),
          commit: (input: SweepCommit) => thrown(commit(input)),
        };
        return ok(await work(inside));
      }),
    );
  },
});

export const plainIntakeStore = (store: IntakeStore): IntakeStoreDefinition => ({
  see: (mail) => thrown(store.see(mail)),
  conclude: (conclusion) => thrown(store.conclude(conclusion)),
  countAnswer: (answer) => thrown(store.countAnswer(answer)),
  read: (key) => thrown(store.read(key)),
  list: (query) => thrown(store.list(query)),
  remove: (key) => thrown(store.remove(key)),
  overdue: (query) => thrown(store.overdue(query)),
  forget: (query) => thrown(store.forget(query)),
});
