import {
  type Checkpoint,
  type CheckpointLeaf,
  checkpointFormat,
  checkpointText,
  leafText,
  type SignedCheckpoint,
} from "../audit/checkpoint.ts";
import type { CheckpointStore } from "../bridge/define-checkpoint-store.ts";
import { type EvidenceSigner, isSigned } from "../crypto.ts";
import { Damaged } from "../errors.ts";
import { instant } from "../instant.ts";
import { MerkleTree, noLeaves } from "../merkle.ts";
import type { SeenChain, StoredCheckpoint } from "../ports/checkpoint-store.ts";
import { orThrow } from "../result.ts";
import type { Services } from "../runner/services.ts";
import { isEndSigned } from "../runner/signed-end.ts";
import { readChain } from "./chain-record.ts";

export interface Checkpointing extends Services {
  readonly checkpointStore: CheckpointStore;
  readonly evidenceSigner: EvidenceSigner;
}

/** So many chains come under one checkpoint at most: so many leaves are looked at to prove that one is among them. */
const mostLeaves = 1_000;

/**
 * Puts every chain that has grown under a checkpoint, by as many checkpoints as that takes.
 *
 * @returns the newest checkpoint, made now or before; null where there was nothing yet to put under one
 * @throws Damaged where the newest one is not what was signed; StorageFailed
 */
export const makeCheckpoints = async (
  services: Checkpointing,
  tenant: string,
): Promise<SignedCheckpoint | null> => {
  const { checkpointStore } = services;
  for (;;) {
    const waiting = orThrow(await checkpointStore.waiting({ tenant, limit: mostLeaves }));
    const newest = orThrow(await checkpointStore.newest({ tenant }));
    if (newest !== undefined && !isSound(services, newest)) {
      throw new Damaged(`Checkpoint ${newest.checkpoint.number}`);
    }
    const made = newest === undefined ? null : withoutPeaks(newest);
    if (waiting.length === 0) return made;
    const leaves: CheckpointLeaf[] = [];
    const seen: SeenChain[] = [];
    for (const each of waiting) {
      const record = await readChain(services, tenant, each.chain).catch((thrown: unknown) => {
        // One that cannot be read still waits when it can be again; `verifyAll` names it.
        if (thrown instanceof Damaged) return null;
        throw thrown;
      });
      if (record === null) continue;
      seen.push({ ...each, version: record.record.version });
      // What nobody signed stays outside, and is named when the audit is looked through.
      if (isEndSigned(services, record.record)) leaves.push({ chain: each.chain, ...record.head });
    }
    // What waits and is not there was taken out from under us: `verifyAll` names it.
    if (seen.length === 0) return made;
    const checkpoint = next(services, tenant, newest, leaves);
    // Where somebody else was faster, what they did not take in still waits.
    const { outcome } = orThrow(await checkpointStore.add({ checkpoint, leaves, seen }));
    // What has grown since comes under the next one, or this would never end.
    if (outcome === "stored" && waiting.length < mostLeaves) return withoutPeaks(checkpoint);
  }
};

const next = (
  { evidenceSigner, clock }: Checkpointing,
  tenant: string,
  newest: StoredCheckpoint | undefined,
  leaves: readonly CheckpointLeaf[],
): StoredCheckpoint => {
  const tree = new MerkleTree(newest === undefined ? noLeaves : frontierOf(newest));
  for (const leaf of leaves) tree.add(leafText(leaf));
  const { leaves: size, peaks } = tree.frontier();
  const checkpoint: Checkpoint = {
    format: checkpointFormat,
    version: 1,
    tenant,
    number: (newest?.checkpoint.number ?? 0) + 1,
    leaves: size,
    root: tree.root(),
    at: instant(clock.now()),
  };
  return { checkpoint, peaks, signature: evidenceSigner(checkpointText(checkpoint)) };
};

export const withoutPeaks = ({ checkpoint, signature }: StoredCheckpoint): SignedCheckpoint => ({
  checkpoint,
  signature,
});

export const frontierOf = ({ checkpoint, peaks }: StoredCheckpoint) => ({
  leaves: checkpoint.leaves,
  peaks,
});

/** Whether one of the controller's own keys has signed it. */
export const isOwn = (
  { ownKeys }: Pick<Services, "ownKeys">,
  { checkpoint, signature }: SignedCheckpoint,
): boolean => ownKeys.has(signature.keyId) && isSigned(checkpointText(checkpoint), signature);

/** Whether it was signed, and its tree goes on as it was. */
const isSound = (services: Checkpointing, stored: StoredCheckpoint): boolean => {
  if (!isOwn(services, stored)) return false;
  try {
    return new MerkleTree(frontierOf(stored)).root() === stored.checkpoint.root;
  } catch {
    return false;
  }
};
