import { seededRandomness } from "@subject-rights/testing";
import * as fc from "fast-check";
import { expect, it } from "vitest";

it("gives the same bytes for the same seed, however they are fetched", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat({ max: 40 }), { maxLength: 5 }), (seed, lengths) => {
      const [one, other] = [seededRandomness(seed), seededRandomness(seed)];
      const pieces = lengths.map((length) => one.bytes(length));
      const whole = other.bytes(lengths.reduce((sum, length) => sum + length, 0));
      expect(pieces.flatMap((piece) => [...piece])).toEqual([...whole]);
    }),
  );
});

it("gives other bytes for each seed, and goes on with others", () => {
  const starts = Array.from({ length: 1_000 }, (_, seed) => seededRandomness(seed).bytes(8).join());
  expect(new Set(starts).size).toBe(1_000);
  const randomness = seededRandomness(1);
  expect(randomness.bytes(32)).not.toEqual(randomness.bytes(32));
});

it("spreads over all bytes evenly enough to make ids and keys of", () => {
  const counts = new Map<number, number>();
  for (const byte of seededRandomness(7).bytes(256 * 100)) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  expect(counts.size).toBe(256);
  expect(Math.max(...counts.values())).toBeLessThan(160);
});
