import { asJson } from "../as-json.ts";
import { headText } from "../audit/head.ts";
import type { EvidenceSignature } from "../audit/signature.ts";
import { canonicalJson } from "../canonical-json.ts";
import { isSigned, sha256 } from "../crypto.ts";
import type { Services } from "./services.ts";

export type Signing = Pick<Services, "evidenceSigner" | "ownKeys">;

/** The record of a request or a sweep, as far as it is signed: all of it but what is personal. */
export interface SignedRecord {
  readonly tenant: string;
  readonly id: string;
  /** How many audit entries there are, and the hash of the last. */
  readonly audited: number;
  readonly auditHead: string;
  /** Null where nothing is signed. */
  readonly auditSignature: EvidenceSignature | null;
  /** What `stateOf` said of it as it was read. Left out: it is what was read. */
  readonly asRead?: string;
  readonly confidential?: unknown;
}

/** Of the record as it is read back from the store, whatever it was made from: what is signed. */
export const stateOf = (record: object): string => {
  const { auditSignature: _, confidential: __, asRead, ...rest } = record as SignedRecord;
  return asRead ?? sha256(canonicalJson(asJson(rest)));
};

const textOf = (record: SignedRecord): string => {
  const { tenant, id, audited, auditHead } = record;
  return headText({ tenant, chain: id }, { entries: audited, hash: auditHead }, stateOf(record));
};

/** Whether one of the controller's own keys has signed that the record is as it is, and its audit ends so. */
export const isEndSigned = ({ ownKeys }: Signing, record: SignedRecord): boolean => {
  const { auditSignature } = record;
  return (
    auditSignature !== null && ownKeys.has(auditSignature.keyId) && isSigned(textOf(record), auditSignature)
  );
};

/**
 * Signs a record that is about to be stored. One that was changed past us is not signed any more: what was written there
 * is not made good by what we add to it.
 *
 * @param before as it was read; null for a new one
 */
export const withSignature = <Kept extends SignedRecord>(
  signing: Signing,
  before: SignedRecord | null,
  { asRead: _, ...kept }: Kept,
): Kept => {
  const next = kept as unknown as Kept;
  const { evidenceSigner } = signing;
  const isGood = evidenceSigner !== null && (before === null || isEndSigned(signing, before));
  return { ...next, auditSignature: isGood ? evidenceSigner(textOf(next)) : null };
};
