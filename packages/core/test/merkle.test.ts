import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inclusionProof, isIncluded, MerkleTree, noLeaves } from "../src/merkle.ts";

const rootOf = (leaves: readonly string[]): string => {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
};

/** Of the reference implementation of Certificate Transparency, as far as its leaves are text. */
const known = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const leavesOfKnown = ["", "\0", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"];

describe("the tree", () => {
  it.each(known.map((root, count) => [count, root]))("of %i leaves has the known root", (count, root) => {
    expect(rootOf(leavesOfKnown.slice(0, Number(count)))).toBe(root);
  });

  const trees = fc.array(fc.string(), { minLength: 1, maxLength: 70 });

  it("shows of every leaf that it is there, at its place and nowhere else", () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat(), (leaves, some, other) => {
        const [index, elsewhere] = [some % leaves.length, other % leaves.length];
        const leaf = leaves[index] ?? "";
        const proof = inclusionProof(noLeaves, leaves, index);
        const inclusion = { leaf, index, leaves: leaves.length, proof };
        const root = rootOf(leaves);
        expect(isIncluded(inclusion, root)).toBe(true);
        expect(isIncluded({ ...inclusion, leaf: `${leaf}!` }, root)).toBe(false);
        expect(isIncluded({ ...inclusion, proof: [...proof, root] }, root)).toBe(false);
        if (proof.length > 0) expect(isIncluded({ ...inclusion, proof: proof.slice(1) }, root)).toBe(false);
        if (leaves[elsewhere] !== leaf) {
          expect(isIncluded({ ...inclusion, index: elsewhere }, root)).toBe(false);
        }
      }),
    );
  });

  it("gives the same proof to those who know of the earlier leaves no more than the frontier", () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat(), (leaves, some, cut) => {
        const earlier = cut % leaves.length;
        const tree = new MerkleTree();
        for (const leaf of leaves.slice(0, earlier)) tree.add(leaf);
        const before = tree.frontier();
        const added = leaves.slice(earlier);
        const index = some % added.length;
        expect(inclusionProof(before, added, index)).toEqual(
          inclusionProof(noLeaves, leaves, earlier + index),
        );
        const grown = new MerkleTree(before);
        for (const leaf of added) grown.add(leaf);
        expect(grown.root()).toBe(rootOf(leaves));
        expect(grown.frontier().leaves).toBe(leaves.length);
      }),
    );
    expect(() => new MerkleTree({ leaves: 3, peaks: ["a"] })).toThrow(RangeError);
  });

  it("has another root where a leaf is changed, left out or added", () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.string(), (leaves, some, leaf) => {
        const at = some % leaves.length;
        const root = rootOf(leaves);
        if (leaves[at] !== leaf) expect(rootOf(leaves.with(at, leaf))).not.toBe(root);
        expect(rootOf(leaves.toSpliced(at, 1))).not.toBe(root);
        expect(rootOf(leaves.toSpliced(at, 0, leaf))).not.toBe(root);
      }),
    );
  });
});
