import type { EvidenceFile } from "@subject-rights/core";
import { type Findings, problem, together, unproven } from "./findings.ts";

type Entry = EvidenceFile["audit"]["entries"][number];

/** Whether what stands beside the audit was in the store as the library had left it, and goes with the audit. */
export const checkRecord = (file: EvidenceFile): Findings => {
  const { audit, signature } = file;
  const newest = (action: string): Entry | undefined =>
    audit.entries.findLast((entry) => entry.action === action);
  return together(
    checkEnd(file, newest("closed")),
    checkApproval(file, newest("plan-approved")),
    audit.recordSigned
      ? together()
      : signature === null
        ? unproven("That the record was as it had been left when this file was made: it is not signed.")
        : problem("The record was changed past the library before this file was made, or was never signed."),
  );
};

const checkEnd = ({ request }: EvidenceFile, closed: Entry | undefined): Findings => {
  if (request.closedAt === null) return together();
  return closed?.at === request.closedAt && closed.detail["outcome"] === request.outcome
    ? together()
    : problem("How and when the request ended is not what its audit says.");
};

const checkApproval = ({ approval }: EvidenceFile, approved: Entry | undefined): Findings => {
  if (approval === null || approval.approvedBy === null) return together();
  const { plan, approvedBy, approvedAt } = approval;
  return approved?.detail["plan"] === plan && approved.actor === approvedBy && approved.at === approvedAt
    ? together()
    : problem("Who approved which plan is not what the audit says.");
};
