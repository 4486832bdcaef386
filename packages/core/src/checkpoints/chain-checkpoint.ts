import { type ChainCheckpoint, leafText } from "../audit/checkpoint.ts";
import { Damaged } from "../errors.ts";
import { inclusionProof, isIncluded, noLeaves } from "../merkle.ts";
import { orThrow } from "../result.ts";
import type { Services } from "../runner/services.ts";
import { frontierOf, isOwn, withoutPeaks } from "./make-checkpoint.ts";

/**
 * The newest checkpoint that a chain came under, with the proof that it did; null where it did not yet.
 *
 * @throws Damaged where what is stored does not go together; StorageFailed
 */
export const chainCheckpoint = async (
  { checkpointStore }: Pick<Services, "checkpointStore">,
  tenant: string,
  chain: string,
): Promise<ChainCheckpoint | null> => {
  const leaf = checkpointStore && orThrow(await checkpointStore.leavesOf({ tenant, chain })).at(-1);
  if (!checkpointStore || !leaf) return null;
  const after = Math.max(leaf.checkpoint - 2, 0);
  const around = orThrow(await checkpointStore.list({ tenant, after, limit: 2 }));
  const stored = around.find(({ checkpoint }) => checkpoint.number === leaf.checkpoint);
  const earlier = around.find(({ checkpoint }) => checkpoint.number === leaf.checkpoint - 1);
  if (stored === undefined) throw new Damaged(`Checkpoint ${leaf.checkpoint}`);
  const before = earlier === undefined ? noLeaves : frontierOf(earlier);
  const limit = stored.checkpoint.leaves - before.leaves;
  const added = orThrow(await checkpointStore.leaves({ tenant, from: before.leaves, limit }));
  return {
    ...withoutPeaks(stored),
    head: { entries: leaf.entries, hash: leaf.hash },
    index: leaf.index,
    proof: inclusionProof(before, added.map(leafText), leaf.index - before.leaves),
  };
};

/**
 * Whether the newest leaf of a chain is in the tree of a checkpoint that one of the controller's own keys has signed:
 * whoever can write to the database can add a leaf, and not that.
 *
 * @throws Damaged where what is stored does not go together; StorageFailed
 */
export const isUnderCheckpoint = async (
  services: Pick<Services, "checkpointStore" | "ownKeys">,
  tenant: string,
  chain: string,
): Promise<boolean> => {
  const found = await chainCheckpoint(services, tenant, chain);
  if (found === null || found.checkpoint.tenant !== tenant || !isOwn(services, found)) return false;
  const { checkpoint, head, index, proof } = found;
  const leaf = leafText({ chain, ...head });
  return isIncluded({ leaf, index, leaves: checkpoint.leaves, proof }, checkpoint.root);
};
