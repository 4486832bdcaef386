import type { Checkpoint, CheckpointLeaf, SignedCheckpoint } from "../audit/checkpoint.ts";

/**
 * Keeps checkpoints: signed statements about the audits of all requests and sweeps of a tenant. This is what an author
 * writes; `defineCheckpointStore` makes it safe to use. What is stored is never changed, and never deleted.
 *
 * It works on the same data as the request store and the sweep store. A chain is the audit of a request or a sweep, and
 * is known by its id; it waits from each commit of its request or sweep until it is handed to `add` with the version
 * that this commit stored, or a later one.
 */
export interface CheckpointStoreDefinition {
  /** Tenants with chains that wait, each once, in any order. */
  tenants(query: { readonly limit: number }): Promise<string[]>;

  /** Chains of the tenant that wait, in any order. */
  waiting(query: { readonly tenant: string; readonly limit: number }): Promise<WaitingChain[]>;

  /** The checkpoint with the highest number; undefined where there is none. */
  newest(query: { readonly tenant: string }): Promise<StoredCheckpoint | undefined>;

  /**
   * Stores a checkpoint with the leaves that it adds to the tree, and has these chains wait no longer: all of it or
   * nothing. Where there is a checkpoint of this number, stores nothing and answers `taken`. Of two at the same moment,
   * one is stored.
   */
  add(input: CheckpointInput): Promise<{ outcome: "stored" } | { outcome: "taken" }>;

  /** Checkpoints with a number above `after`, in order of their numbers. */
  list(query: {
    readonly tenant: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<StoredCheckpoint[]>;

  /** Leaves of the tree from this index on, in order. */
  leaves(query: {
    readonly tenant: string;
    readonly from: number;
    readonly limit: number;
  }): Promise<StoredLeaf[]>;

  /** All leaves of one chain, in order. */
  leavesOf(query: { readonly tenant: string; readonly chain: string }): Promise<StoredLeaf[]>;
}

export interface CheckpointInput {
  readonly checkpoint: StoredCheckpoint;
  /** In the order of the tree, behind those that are there. */
  readonly leaves: readonly CheckpointLeaf[];
  readonly seen: readonly SeenChain[];
}

export interface WaitingChain {
  readonly of: "request" | "sweep";
  /** The id of the request or the sweep. */
  readonly chain: string;
}

export interface SeenChain extends WaitingChain {
  /** Of the request or the sweep, when its chain was looked at. */
  readonly version: number;
}

export interface StoredCheckpoint extends SignedCheckpoint {
  /** How the tree goes on to grow: the roots of the whole trees that it is made of, the largest first. */
  readonly peaks: readonly string[];
}

export interface StoredLeaf extends CheckpointLeaf {
  /** The place in the tree, from 0, without gaps. */
  readonly index: number;
  /** The number of the checkpoint that it came with. */
  readonly checkpoint: Checkpoint["number"];
}
