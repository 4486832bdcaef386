import { ChainCheck, type ChainFinding, type EvidenceFile, sha256 } from "@subject-rights/core";
import { type Findings, problem, proof } from "./findings.ts";

/** Whether the audit entries are one whole chain, of this request, that ends where the record said. */
export const checkAudit = ({ audit, request }: EvidenceFile): Findings => {
  const check = new ChainCheck(sha256, audit.checkpoint === null ? [] : [audit.checkpoint.head]);
  const found: ChainFinding[] = [];
  for (const entry of audit.entries) {
    check.add(entry);
    const { requestId, tenant, sequence } = entry;
    if (requestId !== request.id || tenant !== request.tenant) found.push({ sequence, what: "misplaced" });
  }
  found.push(...check.finish(audit.head));
  if (found.length > 0) return problem(...found.map(inWords));
  return proof(
    `The ${audit.head.entries} audit entries are one chain: none was changed, left out, moved or added within it.`,
  );
};

const inWords = ({ sequence, what }: ChainFinding): string => {
  switch (what) {
    case "changed":
      return `Audit entry ${sequence} was changed, or does not follow on the one before.`;
    case "missing":
      return `Audit entry ${sequence} is missing.`;
    case "misplaced":
      return `An audit entry of number ${sequence} stands where it does not belong.`;
    case "cut-off":
      return `The audit does not end where it did: entries are missing or were added from number ${sequence} on.`;
    case "rewritten":
      return `Audit entry ${sequence} is not the one that was there when the audit came under its checkpoint.`;
    case "unsigned":
      return `Nobody has signed that the audit ends with entry ${sequence}.`;
  }
};
