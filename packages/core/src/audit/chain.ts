import { canonicalJson } from "../canonical-json.ts";
import type { AuditEntry } from "./entry.ts";

/** The hash in front of the first entry. */
export const chainStart = "";

/**
 * What an entry's hash is taken over: its canonical form (RFC 8785), with the hash of the entry before. Its members are
 * always the same, so that their order is written down here, and nearly always `JSON.stringify` writes the canonical
 * form by itself, in a third of the time.
 *
 * @throws TypeError as `canonicalJson`
 */
export const chainedText = (previous: string, entry: Omit<AuditEntry, "hash">): string => {
  const { tenant, requestId, sequence, at, actor, action, source, detail } = entry;
  const ordered = inOrder(detail);
  if (ordered !== null) {
    const text = JSON.stringify({
      action,
      actor,
      at,
      detail: ordered,
      previous,
      requestId,
      sequence,
      source,
      tenant,
    });
    // Half of a surrogate pair would be written like this; it has no canonical form.
    if (!text.includes("\\ud")) return text;
  }
  return canonicalJson({ action, actor, at, detail, previous, requestId, sequence, source, tenant });
};

/** No entry of ours comes near it. */
const mostNames = 32;

/** With its names in order; null where an object cannot have them in that order, or a value is none of JSON. */
const inOrder = (detail: AuditEntry["detail"]): AuditEntry["detail"] | null => {
  const names = Object.keys(detail);
  // A file of strangers may have any number.
  if (names.length > mostNames) return null;
  let isOrdered = true;
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] ?? "";
    const value = detail[name];
    if (typeof value === "number" ? !Number.isFinite(value) : value === undefined) return null;
    if (isPlacedByObjects(name)) return null;
    // There are few of them: put into their places one by one they are in order sooner than `sort` has begun.
    let to = at;
    for (; to > 0 && (names[to - 1] ?? "") > name; to -= 1) names[to] = names[to - 1] ?? "";
    if (to === at) continue;
    names[to] = name;
    isOrdered = false;
  }
  if (isOrdered) return detail;
  const ordered: Record<string, AuditEntry["detail"][string]> = {};
  for (const name of names) ordered[name] = detail[name] ?? null;
  return ordered;
};

/** Names that begin with a digit may be numbers, which come first in an object; and `__proto__` is none of its members. */
const isPlacedByObjects = (name: string): boolean => {
  const first = name.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || name === "__proto__";
};

/**
 * What is wrong with a chain of entries, and where.
 * - `missing`: there is no entry of this number.
 * - `misplaced`: an entry stands in another place than its number says: it was inserted, moved, or is there twice.
 * - `changed`: the entry is not what it was, or was hashed behind another one.
 * - `cut-off`: entries are missing at the end, or the last one is not the one that the record names.
 * - `rewritten`: another entry was there when the chain came under a checkpoint.
 * - `unsigned`: the chain ends here, and nobody who has the key has ended it so.
 */
export interface ChainFinding {
  readonly sequence: number;
  readonly what: "missing" | "misplaced" | "changed" | "cut-off" | "rewritten" | "unsigned";
}

/** What the record says of its chain: how many entries there are, and the hash of the last. */
export interface ChainHead {
  readonly entries: number;
  readonly hash: string;
}

/** Looks through a chain, entry by entry, in the memory of one. */
export class ChainCheck {
  readonly findings: ChainFinding[] = [];
  readonly #hash: (text: string) => string;
  readonly #known: readonly ChainHead[];
  #next = 1;
  #previous = chainStart;

  /** @param known where the chain ended before, as far as that is known from elsewhere: under checkpoints */
  constructor(hash: (text: string) => string, known: readonly ChainHead[] = []) {
    this.#hash = hash;
    this.#known = known;
  }

  add(entry: AuditEntry): void {
    const { sequence } = entry;
    if (sequence < this.#next) return void this.findings.push({ sequence, what: "misplaced" });
    for (; this.#next < sequence; this.#next += 1)
      this.findings.push({ sequence: this.#next, what: "missing" });
    // Behind a gap the hash before is unknown: the entry itself cannot be judged.
    const isBehindGap =
      this.findings.at(-1)?.what === "missing" && this.findings.at(-1)?.sequence === sequence - 1;
    if (!isBehindGap && this.#hash(chainedText(this.#previous, entry)) !== entry.hash) {
      this.findings.push({ sequence, what: "changed" });
    }
    if (
      this.#known.length > 0 &&
      this.#known.some((head) => head.entries === sequence && head.hash !== entry.hash)
    ) {
      this.findings.push({ sequence, what: "rewritten" });
    }
    this.#previous = entry.hash;
    this.#next = sequence + 1;
  }

  /** @returns everything that was found; empty where the chain is whole and ends where the record says */
  finish(head: ChainHead): readonly ChainFinding[] {
    const count = this.#next - 1;
    // A chain that was longer once was cut off, whatever the record says.
    const ends = Math.max(head.entries, ...this.#known.map(({ entries }) => entries));
    if (count !== ends || this.#previous !== head.hash) {
      this.findings.push({ sequence: Math.min(count, ends) + (count === ends ? 0 : 1), what: "cut-off" });
    }
    return this.findings;
  }
}
