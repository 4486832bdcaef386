import type { Value } from "@subject-rights/core";

/** How many lists and objects may lie inside one another in an export: core refuses a row with more. */
export const deepest = 32;

export const isDeeperThan = (value: Value, levels: number): boolean => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Date) {
    return false;
  }
  if (levels === 0) return true;
  const parts: readonly Value[] = Array.isArray(value) ? value : Object.values(value);
  return parts.some((part) => isDeeperThan(part, levels - 1));
};
