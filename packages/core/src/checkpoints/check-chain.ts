import { ChainCheck, type ChainFinding } from "../audit/chain.ts";
import type { AuditEntry } from "../audit/entry.ts";
import { sha256 } from "../crypto.ts";
import type { Instant } from "../instant.ts";
import { orThrow } from "../result.ts";
import type { Services } from "../runner/services.ts";
import { isEndSigned } from "../runner/signed-end.ts";
import { isUnderCheckpoint } from "./chain-checkpoint.ts";
import { type ChainRecord, readChain } from "./chain-record.ts";

/** What was found when a chain of audit entries was looked through. */
export interface CheckedChain {
  readonly record: ChainRecord;
  /** Of its entries, from the first on, how many are under a checkpoint. */
  readonly covered: number;
  /** When its last entry was made; null where it has none. */
  readonly lastAt: Instant | null;
  readonly findings: readonly ChainFinding[];
}

const entriesAtOnce = 1_000;

async function* entriesOf(
  { requestStore, sweepStore }: Services,
  { of, record: { tenant, id } }: ChainRecord,
): AsyncGenerator<AuditEntry, void, undefined> {
  if (of === "request") return yield* orThrow(await requestStore.audit({ tenant, id }));
  for (let after = 0; sweepStore !== null; ) {
    const page = orThrow(await sweepStore.audit({ tenant, id, after, limit: entriesAtOnce }));
    yield* page;
    if (page.length < entriesAtOnce) return;
    after = page.at(-1)?.sequence ?? after;
  }
}

/**
 * Looks through the chain of a request or a sweep; null where there is none of this id. Entries may be added meanwhile:
 * leaves are read first and then the record, so that neither knows of more than is read behind it.
 *
 * @param isProven whether its newest leaf is under a checkpoint that was signed
 * @throws StorageFailed, Damaged
 */
export const checkChain = async (
  services: Services,
  tenant: string,
  id: string,
  isProven: () => Promise<boolean> = () => isUnderCheckpoint(services, tenant, id),
): Promise<CheckedChain | null> => {
  const { checkpointStore } = services;
  const leaves =
    checkpointStore === null ? [] : orThrow(await checkpointStore.leavesOf({ tenant, chain: id }));
  const record = await readChain(services, tenant, id);
  if (record === null) return null;
  const check = new ChainCheck(sha256, leaves);
  let isLonger = false;
  let lastAt: Instant | null = null;
  for await (const entry of entriesOf(services, record)) {
    if (entry.sequence > record.head.entries) isLonger = true;
    else {
      check.add(entry);
      lastAt = entry.at;
    }
  }
  const findings = [...check.finish(record.head)];
  // What the record does not know of was added since it was read, or past it.
  if (isLonger && (await readChain(services, tenant, id))?.record.version === record.record.version) {
    findings.push({ sequence: record.head.entries + 1, what: "cut-off" });
  }
  const newest = leaves.at(-1);
  const last = newest !== undefined && (await isProven()) ? newest : undefined;
  if (services.evidenceSigner !== null && !isEndSigned(services, record.record)) {
    findings.push({ sequence: record.head.entries, what: "unsigned" });
  }
  return { record, covered: Math.min(last?.entries ?? 0, record.head.entries), lastAt, findings };
};
