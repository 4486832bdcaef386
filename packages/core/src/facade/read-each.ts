import { type DamagedRecord, damagedRecord } from "../bridge/readable.ts";
import type { Damaged } from "../errors.ts";
import type { Result } from "../result.ts";

/** Those of many records that can be read, and which cannot. */
export const readEach = <Stored extends DamagedRecord, Read>(
  stored: readonly Stored[],
  read: (stored: Stored) => Result<Read, Damaged>,
): { readonly read: readonly Read[]; readonly damaged: readonly DamagedRecord[] } => {
  const all: Read[] = [];
  const damaged: DamagedRecord[] = [];
  for (const each of stored) {
    read(each).match(
      (value) => void all.push(value),
      (error) => void damaged.push(damagedRecord(each.id, error)),
    );
  }
  return { read: all, damaged };
};
