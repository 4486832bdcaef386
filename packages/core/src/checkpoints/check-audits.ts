import type { ChainFinding } from "../audit/chain.ts";
import { leafText, type SignedCheckpoint } from "../audit/checkpoint.ts";
import type { CheckpointStore } from "../bridge/define-checkpoint-store.ts";
import { canonicalJson } from "../canonical-json.ts";
import { Damaged } from "../errors.ts";
import { type Instant, later } from "../instant.ts";
import { MerkleTree } from "../merkle.ts";
import { orThrow } from "../result.ts";
import { everyRequest } from "../runner/every-request.ts";
import type { Services } from "../runner/services.ts";
import { readChain } from "./chain-record.ts";
import { checkChain } from "./check-chain.ts";
import { isOwn } from "./make-checkpoint.ts";

/**
 * Something in the audits of a tenant that is not as it was.
 * - those of a chain, with the id of its request or sweep and the number of the entry;
 * - `left-out`: the chain ended more than a day before the newest checkpoint, and its end is under none;
 * - `unreadable`: the record of a request or a sweep cannot be read, so that nobody can tell where its chain ends;
 * - `gone`: a request or a sweep was under a checkpoint, and is not there any more;
 * - `checkpoint-missing`: there is none of this number, and there was;
 * - `checkpoint-changed`: this checkpoint, or a leaf that came with it, is not what was signed.
 */
export interface AuditFinding {
  readonly what:
    | ChainFinding["what"]
    | "left-out"
    | "unreadable"
    | "gone"
    | "checkpoint-missing"
    | "checkpoint-changed";
  /** The id of the request or the sweep; null where it is about a checkpoint. */
  readonly chain: string | null;
  /** The number of the audit entry, where it is about one. */
  readonly sequence: number | null;
  /** The number of the checkpoint, where it is about one. */
  readonly checkpoint: number | null;
}

export interface AuditReport {
  /** Whether nothing was found. */
  readonly intact: boolean;
  /** How many requests and sweeps were looked through, and their entries. */
  readonly chains: number;
  readonly entries: number;
  /** Of these entries, how many are under a checkpoint. The newest ones are not until the next is made. */
  readonly covered: number;
  readonly checkpoints: number;
  /** The first thousand. */
  readonly findings: readonly AuditFinding[];
  readonly found: number;
}

const mostFindings = 1_000;
const aDay = 24 * 3_600_000;
const sweepsAtOnce = 100;
const checkpointsAtOnce = 100;
const leavesAtOnce = 1_000;

class Report {
  readonly findings: AuditFinding[] = [];
  chains = 0;
  entries = 0;
  covered = 0;
  checkpoints = 0;
  found = 0;

  find(what: AuditFinding["what"], where: Partial<AuditFinding>): void {
    this.found += 1;
    if (this.findings.length >= mostFindings) return;
    this.findings.push({ what, chain: null, sequence: null, checkpoint: null, ...where });
  }

  done(): AuditReport {
    const { chains, entries, covered, checkpoints, findings, found } = this;
    return { intact: found === 0, chains, entries, covered, checkpoints, findings, found };
  }
}

/**
 * Looks through all audits of a tenant, and the checkpoints over them, in the memory of a page.
 *
 * @param known checkpoints that were kept elsewhere
 * @throws StorageFailed
 */
export const checkAudits = async (
  services: Services,
  tenant: string,
  known: readonly SignedCheckpoint[],
): Promise<AuditReport> => {
  const report = new Report();
  const { checkpointStore } = services;
  let newest: Instant | null = null;
  if (checkpointStore !== null) {
    newest = await checkTree(services, checkpointStore, tenant, known, report);
    await findGone(services, checkpointStore, tenant, report);
  }
  for await (const chain of chainsOf(services, tenant)) {
    // Whether its leaf was signed was just looked at, with all the others.
    const checked = await ifReadable(checkChain(services, tenant, chain, async () => true));
    if (checked === unreadable) report.find("unreadable", { chain });
    if (checked === null || checked === unreadable) continue;
    report.chains += 1;
    report.entries += checked.record.head.entries;
    report.covered += checked.covered;
    const { covered, lastAt, record } = checked;
    const isLeftOut =
      covered < record.head.entries && newest !== null && lastAt !== null && later(lastAt, aDay) < newest;
    if (isLeftOut && checked.findings.length === 0) report.find("left-out", { chain });
    for (const finding of checked.findings) report.find(finding.what, { chain, sequence: finding.sequence });
  }
  return report.done();
};

/**
 * Every checkpoint signs the whole tree up to its last leaf: it is grown anew from the leaves that are there.
 *
 * @returns when the newest that was signed was made
 */
const checkTree = async (
  services: Services,
  store: CheckpointStore,
  tenant: string,
  known: readonly SignedCheckpoint[],
  report: Report,
): Promise<Instant | null> => {
  const tree = new MerkleTree();
  const kept = new Map<number, Set<string>>();
  for (const { checkpoint } of known) {
    const texts = kept.get(checkpoint.number) ?? new Set();
    kept.set(checkpoint.number, texts.add(canonicalJson({ ...checkpoint })));
  }
  let last = 0;
  let leaves = 0;
  const missing = (until: number) => {
    for (last += 1; last < until; last += 1) report.find("checkpoint-missing", { checkpoint: last });
  };
  let signed = 0;
  let newestAt: Instant | null = null;
  const changed = new Set<number>();
  const grow = async (number: number, until: number): Promise<boolean> => {
    let isWhole = true;
    while (leaves < until && isWhole) {
      const limit = Math.min(until - leaves, leavesAtOnce);
      const added = orThrow(await store.leaves({ tenant, from: leaves, limit }));
      isWhole = added.length === limit;
      for (const [index, leaf] of added.entries()) {
        const isInPlace = leaf.index === leaves + index;
        if (!isInPlace || leaf.checkpoint <= signed || leaf.checkpoint > number) isWhole = false;
        tree.add(leafText(leaf));
      }
      leaves += limit;
    }
    leaves = Math.max(leaves, until);
    signed = number;
    return isWhole;
  };
  for (;;) {
    const page = orThrow(await store.list({ tenant, after: last, limit: checkpointsAtOnce }));
    for (const stored of page) {
      const { checkpoint } = stored;
      const { number } = checkpoint;
      missing(number);
      report.checkpoints += 1;
      // What nobody signed says nothing about how far the tree goes.
      const isSigned = checkpoint.tenant === tenant && isOwn(services, stored);
      const isGrown = isSigned && (await grow(number, checkpoint.leaves)) && tree.root() === checkpoint.root;
      const elsewhere = kept.get(number);
      // Two different ones of one number cannot both be what was signed.
      const isKept =
        elsewhere === undefined || (elsewhere.size === 1 && elsewhere.has(canonicalJson({ ...checkpoint })));
      if (isSigned) newestAt = checkpoint.at;
      if (isGrown && isKept) continue;
      changed.add(number);
      report.find("checkpoint-changed", { checkpoint: number });
    }
    if (page.length < checkpointsAtOnce) break;
  }
  const [beyond] = orThrow(await store.leaves({ tenant, from: leaves, limit: 1 }));
  if (beyond !== undefined) {
    const { checkpoint } = beyond;
    // Leaves of a checkpoint that is being stored come with it, so these belong to none, or to none that was signed.
    const newest = orThrow(await store.newest({ tenant }));
    if (newest === undefined || newest.checkpoint.number === last) {
      if (checkpoint > last) report.find("checkpoint-missing", { checkpoint });
      else if (!changed.has(checkpoint)) report.find("checkpoint-changed", { checkpoint });
    }
  }
  for (const number of kept.keys())
    if (number > last) report.find("checkpoint-missing", { checkpoint: number });
  return newestAt;
};

/** So many ids are remembered as looked up. */
const mostRemembered = 100_000;

const findGone = async (
  services: Services,
  store: CheckpointStore,
  tenant: string,
  report: Report,
): Promise<void> => {
  let known = new Set<string>();
  for (let from = 0; ; ) {
    const leaves = orThrow(await store.leaves({ tenant, from, limit: leavesAtOnce }));
    for (const { chain, index } of leaves) {
      from = index + 1;
      if (known.has(chain)) continue;
      if (known.size >= mostRemembered) known = new Set();
      known.add(chain);
      if ((await ifReadable(readChain(services, tenant, chain))) === null) report.find("gone", { chain });
    }
    if (leaves.length < leavesAtOnce) return;
  }
};

const unreadable = "unreadable";

/** What cannot be read is there all the same, and is no reason to look at nothing else. */
const ifReadable = async <Read>(work: Promise<Read>): Promise<Read | typeof unreadable> => {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Damaged) return unreadable;
    throw thrown;
  }
};

/** The ids of all requests and sweeps. */
async function* chainsOf(services: Services, tenant: string): AsyncGenerator<string, void, undefined> {
  for await (const request of everyRequest(services, tenant)) {
    yield request.match(
      ({ id }) => id,
      ({ id }) => id,
    );
  }
  const { sweepStore } = services;
  for (let cursor: string | undefined; sweepStore !== null; ) {
    const page = orThrow(await sweepStore.list({ tenant, cursor, limit: sweepsAtOnce }));
    for (const { id } of page.sweeps) yield id;
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
}
