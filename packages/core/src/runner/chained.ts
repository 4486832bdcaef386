import { chainedText } from "../audit/chain.ts";
import type { AuditDraft, AuditEntry } from "../audit/entry.ts";
import type { EvidenceSignature } from "../audit/signature.ts";
import { sha256 } from "../crypto.ts";
import type { Services } from "./services.ts";
import { signEnd } from "./signed-end.ts";

/** Where the audit of a request or a sweep ends. */
export interface AuditEnd {
  /** The hash of the last entry. */
  readonly auditHead: string;
  /** Under that end; null where nothing is signed. */
  readonly auditSignature: EvidenceSignature | null;
}

/** Something with an audit of its own: a request, or a sweep. */
export interface Audited extends AuditEnd {
  readonly id: string;
  readonly tenant: string;
  /** How many entries there are. */
  readonly audited: number;
}

/**
 * Numbers new entries and chains them, each to the one before.
 *
 * @param before with what was stored last
 */
export const chained = (
  signing: Pick<Services, "evidenceSigner" | "ownKeys">,
  { id, tenant, audited, auditHead, auditSignature }: Audited,
  drafts: readonly AuditDraft[],
): { readonly entries: AuditEntry[]; readonly end: AuditEnd } => {
  if (drafts.length === 0) return { entries: [], end: { auditHead, auditSignature } };
  let previous = auditHead;
  const entries = drafts.map((draft, index): AuditEntry => {
    const entry = { ...draft, tenant, requestId: id, sequence: audited + index + 1 };
    const hash = sha256(chainedText(previous, entry));
    previous = hash;
    return { ...entry, hash };
  });
  const before = {
    tenant,
    chain: id,
    head: { entries: audited, hash: auditHead },
    signature: auditSignature,
  };
  const head = { entries: audited + drafts.length, hash: previous };
  return { entries, end: { auditHead: previous, auditSignature: signEnd(signing, before, head) } };
};
