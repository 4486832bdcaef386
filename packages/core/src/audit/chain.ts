import { canonicalJson } from "../canonical-json.ts";
import type { AuditEntry } from "./entry.ts";

/** The hash in front of the first entry. */
export const chainStart = "";

/**
 * What an entry's hash is taken over: its canonical form (RFC 8785), with the hash of the entry before. Its members are
 * always the same, so that their order is written down here: sorting them for each entry would take most of the time.
 *
 * @throws TypeError as `canonicalJson`
 */
export const chainedText = (previous: string, entry: Omit<AuditEntry, "hash">): string => {
  const { tenant, requestId, sequence, at, actor, action, source, detail } = entry;
  const texts = `${tenant}${requestId}${at}${actor}${action}${source ?? ""}${previous}`;
  // One look for all of them; what may stand in a text of JSON as it is needs no look at each character.
  const quoted = isPlain(texts) ? plainly : canonicalJson;
  const from = source === null ? "null" : quoted(source);
  return (
    `{"action":${quoted(action)},"actor":${quoted(actor)},"at":${quoted(at)},"detail":${detailText(detail)},` +
    `"previous":${quoted(previous)},"requestId":${quoted(requestId)},"sequence":${sequence},` +
    `"source":${from},"tenant":${quoted(tenant)}}`
  );
};

/** Printable ASCII without quotes and backslashes. */
const isPlain = (text: string): boolean => /^[ !#-[\]-~]*$/.test(text);

const plainly = (text: string): string => `"${text}"`;

/** As `canonicalJson`, for the few members that there are. */
const detailText = (detail: AuditEntry["detail"]): string => {
  const names = Object.keys(detail);
  if (names.length > 1) names.sort();
  let text = "";
  for (const name of names) {
    const value = detail[name] ?? null;
    const member =
      typeof value === "number" && Number.isSafeInteger(value) ? `${value}` : canonicalJson(value);
    text += `${text === "" ? "" : ","}${isPlain(name) ? plainly(name) : canonicalJson(name)}:${member}`;
  }
  return `{${text}}`;
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
