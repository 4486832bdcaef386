import type { Anonymisation } from "../data-map/data-map.ts";

/** What a keyed hash looks like: `anonymous-` and 128 bits in hexadecimal. */
const hashLike = `anonymous-${"0123456789abcdef".repeat(2)}`;

/** In characters. */
export const hashLength = hashLike.length;

/** What will stand in the column, where that is known: NULL, the constant, or a hash like any other. */
export const fixedValue = (
  anonymise: Anonymisation | null,
): { readonly value: string | null } | undefined => {
  if (anonymise === null) return undefined;
  if (anonymise === "null") return { value: null };
  if (anonymise === "hash") return { value: hashLike };
  return "constant" in anonymise ? { value: String(anonymise.constant) } : undefined;
};

/** Whether rows that differ may become the same in this column. */
export const makesEqual = (anonymise: Anonymisation | null): boolean =>
  typeof anonymise === "object" && anonymise !== null && ("constant" in anonymise || "coarser" in anonymise);
