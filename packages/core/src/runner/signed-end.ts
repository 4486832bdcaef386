import type { ChainHead } from "../audit/chain.ts";
import { headText } from "../audit/head.ts";
import type { EvidenceSignature } from "../audit/signature.ts";
import { isSigned } from "../crypto.ts";
import type { Services } from "./services.ts";

type Signing = Pick<Services, "evidenceSigner" | "ownKeys">;

/** Where a chain ends, and the signature under that. */
export interface SignedEnd {
  readonly tenant: string;
  readonly chain: string;
  readonly head: ChainHead;
  readonly signature: EvidenceSignature | null;
}

/** Whether one of the controller's own keys has signed that the chain ends so. */
export const isEndSigned = ({ ownKeys }: Signing, { signature, head, ...of }: SignedEnd): boolean =>
  signature !== null && ownKeys.has(signature.keyId) && isSigned(headText(of, head), signature);

/**
 * Signs where a chain ends now; null where nothing is signed, and where nobody has signed where it ended before: what
 * was written past us is not made good by what we add to it.
 */
export const signEnd = (signing: Signing, before: SignedEnd, head: ChainHead): EvidenceSignature | null => {
  const { evidenceSigner } = signing;
  if (evidenceSigner === null) return null;
  const isGood = before.head.entries === 0 || isEndSigned(signing, before);
  return isGood ? evidenceSigner(headText(before, head)) : null;
};
