import type { SweepStore } from "../bridge/define-sweep-store.ts";
import type { StoredSweepPart, SweepKey, SweepPartKind } from "../ports/sweep-store.ts";
import { orThrow } from "../result.ts";

/** Every part of a kind, or of any for null, that has a number up to `last`, page by page. @throws StorageFailed */
export async function* allParts(
  store: SweepStore,
  { tenant, id }: SweepKey,
  kind: SweepPartKind | null,
  limit: number,
  last: number,
): AsyncGenerator<readonly StoredSweepPart[], void, undefined> {
  for (let after = 0; ; ) {
    const found = orThrow(await store.parts({ tenant, id, kind: kind ?? undefined, after, limit }));
    const parts = found.filter(({ number }) => number <= last);
    if (parts.length > 0) yield parts;
    if (found.length < limit || parts.length < found.length) return;
    after = found.at(-1)?.number ?? after;
  }
}
