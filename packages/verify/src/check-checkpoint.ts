import {
  canonicalJson,
  checkpointText,
  type EvidenceFile,
  isIncluded,
  isSigned,
  leafText,
  type SignedCheckpoint,
} from "@subject-rights/core";
import type { TrustedKeys } from "./check-signature.ts";
import { type Findings, problem, proof, together, unproven } from "./findings.ts";

/**
 * Whether the audit is under a checkpoint: a signed statement over the audits of all requests, which the controller
 * cannot take back for one of them alone.
 *
 * @param kept checkpoints of this controller that the reader has from before
 */
export const checkCheckpoint = (
  { audit, request, signature }: EvidenceFile,
  trusted: TrustedKeys,
  kept: readonly SignedCheckpoint[],
): Findings => {
  const shown = audit.checkpoint;
  if (shown === null) {
    return unproven(
      "That this audit is one of all that the controller keeps: it is under no checkpoint yet.",
    );
  }
  const { checkpoint, head, index, proof: path } = shown;
  const { number, at, leaves, root, tenant } = checkpoint;
  if (tenant !== request.tenant || !isSigned(checkpointText(checkpoint), shown.signature)) {
    return problem(`Checkpoint ${number} is not what was signed.`);
  }
  const { keyId } = shown.signature;
  if (trusted.size > 0 ? !trusted.has(keyId) : signature !== null && signature.keyId !== keyId) {
    return problem(
      `Checkpoint ${number} is signed with another key, ${keyId}. If it is a former one, name it too.`,
    );
  }
  const leaf = leafText({ chain: request.id, entries: head.entries, hash: head.hash });
  if (!isIncluded({ leaf, index, leaves, proof: path }, root)) {
    return problem(`The audit is not under checkpoint ${number}, as the file says.`);
  }
  const since = audit.head.entries - head.entries;
  return together(
    proof(
      `The first ${head.entries} audit entries are under checkpoint ${number} of ${at}, with ${leaves} ${leaves === 1 ? "end" : "ends"} of audits in all.`,
    ),
    since > 0
      ? unproven(`That the last ${since} audit entries stay as they are: they are newer than it.`)
      : together(),
    ...kept.map((each) => agreement(checkpoint, each)),
  );
};

const agreement = (checkpoint: SignedCheckpoint["checkpoint"], kept: SignedCheckpoint): Findings => {
  const { number, tenant } = kept.checkpoint;
  if (!isSigned(checkpointText(kept.checkpoint), kept.signature)) {
    return problem(`Checkpoint ${number} that you kept is not what was signed.`);
  }
  if (tenant !== checkpoint.tenant || number !== checkpoint.number) {
    return unproven(
      `That the checkpoint that you kept, number ${number}, goes with this one: the controller can show that, with both.`,
    );
  }
  return canonicalJson({ ...kept.checkpoint }) === canonicalJson({ ...checkpoint })
    ? proof(`Checkpoint ${number} is the one that you kept.`)
    : problem(`Checkpoint ${number} is another one than that which you kept: there are two truths.`);
};
