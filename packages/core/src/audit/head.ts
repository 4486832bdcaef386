import { canonicalJson } from "../canonical-json.ts";
import type { ChainHead } from "./chain.ts";

/**
 * What is signed with each commit of a request or a sweep: where its audit ends, and what its record says. Whoever can
 * write to the database but has no key can make neither say anything else, not even before the next checkpoint.
 *
 * @param state SHA-256 of the record in its canonical form, in hex
 */
export const headText = (
  { tenant, chain }: { readonly tenant: string; readonly chain: string },
  { entries, hash }: ChainHead,
  state: string,
): string =>
  canonicalJson({ format: "subject-rights-chain", version: 1, tenant, chain, entries, hash, state });
