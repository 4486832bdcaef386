import { chainedText } from "../audit/chain.ts";
import type { AuditDraft, AuditEntry } from "../audit/entry.ts";
import { sha256 } from "../crypto.ts";

/** Something with an audit of its own: a request, or a sweep. */
export interface Audited {
  readonly id: string;
  readonly tenant: string;
  /** How many entries there are. */
  readonly audited: number;
  /** The hash of the last one. */
  readonly auditHead: string;
}

/**
 * Numbers new entries and chains them, each to the one before.
 *
 * @param before with what was stored last
 * @returns the entries, and the hash of the last
 */
export const chained = (
  { id, tenant, audited, auditHead }: Audited,
  drafts: readonly AuditDraft[],
): { readonly entries: AuditEntry[]; readonly auditHead: string } => {
  let previous = auditHead;
  const entries = drafts.map((draft, index): AuditEntry => {
    const entry = { ...draft, tenant, requestId: id, sequence: audited + index + 1 };
    const hash = sha256(chainedText(previous, entry));
    previous = hash;
    return { ...entry, hash };
  });
  return { entries, auditHead: previous };
};
