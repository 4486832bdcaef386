import { z } from "zod";
import { canonicalJson } from "../canonical-json.ts";
import type { Instant } from "../instant.ts";
import type { ChainHead } from "./chain.ts";
import { type EvidenceSignature, signatureSchema } from "./signature.ts";

/** Where the chain of a request or a sweep ended when it was put under a checkpoint: one leaf of the tree. */
export interface CheckpointLeaf extends ChainHead {
  /** The id of the request or the sweep. */
  readonly chain: string;
}

/**
 * A statement about all audits of a tenant at once: the root of a Merkle tree (RFC 9162) over the ends of their chains,
 * in the order in which they were put there. The tree only ever grows: a chain that went on has a further leaf.
 */
export interface Checkpoint {
  readonly format: typeof checkpointFormat;
  readonly version: 1;
  readonly tenant: string;
  /** From 1, without gaps. */
  readonly number: number;
  /** How many leaves the tree has. */
  readonly leaves: number;
  readonly root: string;
  readonly at: Instant;
}

/** Small, and the same for the whole tenant: keep some of them where nobody who can write to the database comes. */
export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Over the canonical form (RFC 8785) of the checkpoint. */
  readonly signature: EvidenceSignature;
}

export const checkpointFormat = "subject-rights-checkpoint";

const count = z.number().int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const leafSchema = z.strictObject({ chain: z.string(), entries: count, hash });

const checkpointSchema = z.strictObject({
  format: z.literal(checkpointFormat),
  version: z.literal(1),
  tenant: z.string(),
  number: z.number().int().positive(),
  leaves: count,
  root: hash,
  at: z.iso.datetime({ precision: 3 }),
});

export const signedCheckpointSchema = z.strictObject({
  checkpoint: checkpointSchema,
  signature: signatureSchema,
});

/** That a chain is under a checkpoint, for those who have neither the tree nor the other chains. */
export const chainCheckpointSchema = signedCheckpointSchema.extend({
  /** Where the chain ended then. */
  head: z.strictObject({ entries: count, hash }),
  /** The place of the leaf in the tree, from 0. */
  index: count,
  /** From the leaf upwards (RFC 9162, 2.1.3.1). */
  proof: z.array(hash).max(64),
});
export type ChainCheckpoint = z.infer<typeof chainCheckpointSchema>;

/** What a leaf of the tree is. */
export const leafText = ({ chain, entries, hash: head }: CheckpointLeaf): string =>
  canonicalJson({ chain, entries, hash: head });

/** What is signed of a checkpoint. */
export const checkpointText = (checkpoint: Checkpoint): string => canonicalJson({ ...checkpoint });
