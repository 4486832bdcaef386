import { merkleHash } from "./crypto.ts";

/**
 * A Merkle tree over texts, as RFC 9162 (2.1) has it: SHA-256, `0x00` before a leaf and `0x01` before a node, so that
 * neither can be passed off as the other; of `n` leaves, the left half takes the largest power of two below `n`.
 * Hashes are hexadecimal.
 */

/** The hash of a tree without leaves: SHA-256 of nothing. */
const emptyRoot = merkleHash("");

const leafHash = (leaf: string): string => merkleHash("00", leaf);

const nodeHash = (left: string, right: string): string => merkleHash("01", Buffer.from(left + right, "hex"));

/** The largest power of two below `count`. */
const split = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

/** How a tree goes on to grow, without its leaves: a million of them leave twenty hashes at most. */
export interface Frontier {
  readonly leaves: number;
  /** The roots of the whole trees that it is made of, the largest first. */
  readonly peaks: readonly string[];
}

export const noLeaves: Frontier = { leaves: 0, peaks: [] };

/** How many leaves each of the whole trees has, the largest first: the powers of two that make up the number. */
const wholeTrees = (leaves: number): number[] => {
  const trees: number[] = [];
  for (let rest = leaves; rest > 0; ) {
    const largest = 2 ** Math.floor(Math.log2(rest));
    trees.push(largest);
    rest -= largest;
  }
  return trees;
};

/** Grows leaf by leaf. */
export class MerkleTree {
  readonly #trees: { readonly hash: string; readonly leaves: number }[];

  /** @throws RangeError where it is the frontier of no tree */
  constructor({ leaves, peaks }: Frontier = noLeaves) {
    const trees = wholeTrees(leaves);
    if (trees.length !== peaks.length) throw new RangeError(`no tree of ${leaves} leaves has these peaks`);
    this.#trees = trees.map((size, index) => ({ hash: peaks[index] ?? "", leaves: size }));
  }

  add(leaf: string): void {
    let [hash, leaves] = [leafHash(leaf), 1];
    for (let last = this.#trees.at(-1); last?.leaves === leaves; last = this.#trees.at(-1)) {
      this.#trees.pop();
      hash = nodeHash(last.hash, hash);
      leaves *= 2;
    }
    this.#trees.push({ hash, leaves });
  }

  frontier(): Frontier {
    return {
      leaves: this.#trees.reduce((sum, { leaves }) => sum + leaves, 0),
      peaks: this.#trees.map(({ hash }) => hash),
    };
  }

  root(): string {
    return (
      this.#trees.reduceRight<string | null>(
        (right, { hash }) => (right === null ? hash : nodeHash(hash, right)),
        null,
      ) ?? emptyRoot
    );
  }
}

/**
 * What has to be known beside a leaf to work out the root, from the leaf upwards (RFC 9162, 2.1.3.1). For a leaf among
 * the newest, the leaves before them need not be known: each node that is asked of those is a peak.
 *
 * @param before the tree before `added`
 * @param index of the leaf among `added`, from 0
 */
export const inclusionProof = (before: Frontier, added: readonly string[], index: number): string[] => {
  const peaks = new Map<number, string>();
  let start = 0;
  for (const [at, size] of wholeTrees(before.leaves).entries()) {
    peaks.set(start, before.peaks[at] ?? "");
    start += size;
  }
  const root = (from: number, to: number): string => {
    if (to <= before.leaves) return peaks.get(from) ?? "";
    if (to - from === 1) return leafHash(added[from - before.leaves] ?? "");
    const middle = from + split(to - from);
    return nodeHash(root(from, middle), root(middle, to));
  };
  const wanted = before.leaves + index;
  const path = (from: number, to: number): string[] => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return wanted < middle
      ? [...path(from, middle), root(middle, to)]
      : [...path(middle, to), root(from, middle)];
  };
  return path(0, before.leaves + added.length);
};

export interface Inclusion {
  readonly leaf: string;
  /** From 0. */
  readonly index: number;
  /** How many leaves the tree has. */
  readonly leaves: number;
  readonly proof: readonly string[];
}

/** Whether a leaf is in the tree of this root, at this place (RFC 9162, 2.1.3.2). */
export const isIncluded = ({ leaf, index, leaves, proof }: Inclusion, root: string): boolean => {
  if (index < 0 || index >= leaves) return false;
  let [at, last] = [index, leaves - 1];
  let hash = leafHash(leaf);
  for (const beside of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(beside, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, beside);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash === root;
};
