import { z } from "zod";

/** What a signature is made of. */
export interface EvidenceSignature {
  readonly algorithm: "Ed25519";
  /** SHA-256 of the public key (SPKI, DER), in hex: which key it was. */
  readonly keyId: string;
  /** The public key itself (SPKI, DER), in base64. Whether it is the controller's is for the reader to know. */
  readonly publicKey: string;
  /** In base64. */
  readonly value: string;
}

export const signatureSchema = z.strictObject({
  algorithm: z.literal("Ed25519"),
  keyId: z.string().regex(/^[0-9a-f]{64}$/),
  publicKey: z.base64(),
  value: z.base64(),
}) satisfies z.core.$ZodType<EvidenceSignature>;
