import { buffer } from "node:stream/consumers";
import type { Row } from "@subject-rights/core";
import { afterEach, expect, inject, it } from "vitest";
import { unpack } from "../unpack.ts";
import { createWorld, peopleSource } from "../world.ts";

const { poolSize } = Buffer;

afterEach(() => {
  Buffer.poolSize = poolSize;
});

/** Small enough to be cut from the memory that Node shares among many buffers. */
const bystanders = () =>
  Array.from({ length: 100 }, (_, index) => Buffer.from(`a buffer of others, ${index}`));

const pagesOf = (rows: readonly Row[]) =>
  async function* () {
    for (let from = 0; from < rows.length; from += 1_000)
      yield { collection: "people", rows: rows.slice(from, from + 1_000) };
  };

// How Node shares memory is its own affair: 8 KB, 64 KB and a little, or what somebody set while the last piece was in use.
it.each([
  [poolSize, poolSize],
  [65_600, 65_536],
  [4_000_000, 4_096],
  [0, 0],
  ...(inject("isThorough") ? [[8_192, 4_096] as const, [4_096, 4_000_000] as const] : []),
] as const)(
  "an export leaves memory alone that Node shares in pools of %i bytes, and then of %i",
  async (first, then) => {
    Buffer.poolSize = first;
    // Until the piece of before is used up, and one of this size is in use.
    for (let used = 0; used <= 2 * 65_600; used += 1_000) Buffer.allocUnsafe(Math.min(1_000, first / 4));
    Buffer.poolSize = then;
    const others = bystanders();
    // Once small, once larger than what is compressed and encrypted in one piece.
    for (const count of [1, 20_000]) {
      const rows = Array.from({ length: count }, (_, number) => ({ number, note: `note ${number * 7_919}` }));
      const world = await createWorld({
        sources: [peopleSource("crm", new Map(), { export: pagesOf(rows) })],
      });
      const requestId = await world.acknowledged("export");
      others.push(...bystanders());
      expect(await world.read(requestId)).toMatchObject({ phase: "closed", outcome: "completed" });

      const attachment = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery")?.attachment;
      if (attachment == null) throw new Error("no package was delivered");
      const files = await unpack(await buffer(attachment.read()));
      const data = [...files].find(([path]) => path.endsWith(".json") && path !== "manifest.json");
      expect(JSON.parse(String(data?.[1]))).toEqual(rows);
      expect(world.errors).toEqual([]);
    }
    expect(others.map(String)).toEqual([...bystanders(), ...bystanders(), ...bystanders()].map(String));
  },
);
