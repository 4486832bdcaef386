import { canonicalJson } from "../canonical-json.ts";
import type { ChainHead } from "./chain.ts";

/**
 * What is signed of the end of a chain, with each entry that is added: whoever can write to the database but has no
 * key cannot make a chain end otherwise, not even before it comes under a checkpoint.
 */
export const headText = (
  { tenant, chain }: { readonly tenant: string; readonly chain: string },
  { entries, hash }: ChainHead,
): string => canonicalJson({ format: "subject-rights-chain", version: 1, tenant, chain, entries, hash });
