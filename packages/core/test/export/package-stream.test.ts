import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Damaged } from "../../src/errors.ts";
import type { StagedCollection } from "../../src/export/contents.ts";
import { writePackage } from "../../src/export/write-package.ts";
import { contentsOf, staged, zipOf } from "./packages.ts";

// vitest fails a run in which a rejection is left unhandled, so that every test here looks for these too.

/** Rows that do not become smaller when they are packed, made as they are read. */
const endless = () => {
  const state = { opened: 0, closed: 0, pieces: 0 };
  const collection: StagedCollection = {
    ...staged("endless", [{ a: "x" }]),
    rows: Number.MAX_SAFE_INTEGER,
    async *read() {
      state.opened += 1;
      try {
        for (let seed = 1; ; seed = (seed * 48_271) % 2_147_483_647) {
          state.pieces += 1;
          let line = "";
          for (let index = 0; index < 1_000; index += 1)
            line += ((seed * (index + 7)) % 999_983).toString(36);
          yield Buffer.from(`{"a":"${line}"}\n`);
        }
      } finally {
        state.closed += 1;
      }
    },
  };
  return { state, collection };
};

/** A collection whose `read` fails at some time. */
const failing = (error: unknown, pieces: readonly string[] = []): StagedCollection => ({
  ...staged("failing", []),
  rows: 10,
  async *read() {
    for (const piece of pieces) yield Buffer.from(piece);
    throw error;
  },
});

/** Lets what was left running come to an end. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
};

describe("a package that is not read to its end", () => {
  it("closes what it reads, and reads no more", async () => {
    const { state, collection } = endless();
    const stream = writePackage(contentsOf(collection));
    let bytes = 0;
    for await (const piece of stream) {
      bytes += piece.length;
      if (bytes > 100_000) break;
    }
    await settle();
    const pieces = state.pieces;
    expect(state).toMatchObject({ opened: 1, closed: 1 });
    await settle();
    expect(state.pieces).toBe(pieces);
    expect(() => stream.summary()).toThrow(/not read to its end/);
  });

  it("does nothing at all before the first byte is asked for", async () => {
    const { state, collection } = endless();
    const stream = writePackage(contentsOf(collection));
    await settle();
    expect(state.opened).toBe(0);
    await stream[Symbol.asyncIterator]().return?.();
    await settle();
    expect(state).toMatchObject({ opened: 0, closed: 0 });
  });

  it("reads no further ahead than its buffers hold, while nobody takes what it made", async () => {
    const { state, collection } = endless();
    const chunks = writePackage(contentsOf(collection))[Symbol.asyncIterator]();
    await chunks.next();
    await wait(100);
    expect(state.pieces).toBeLessThan(2_000);
    await chunks.return?.();
  });

  it("can be thrown into by whoever reads it", async () => {
    const { state, collection } = endless();
    const failure = new Error("the disk is full");
    const write = async () => {
      let bytes = 0;
      for await (const piece of writePackage(contentsOf(collection))) {
        bytes += piece.length;
        if (bytes > 100_000) throw failure;
      }
    };
    await expect(write()).rejects.toBe(failure);
    await settle();
    expect(state).toMatchObject({ opened: 1, closed: 1 });
  });
});

describe("a package whose rows cannot be read", () => {
  it.each([
    ["at once", []],
    ["in the middle", ['{"a":1}\n{"a"', ':2}\n{"a":3}\n']],
  ])("fails with the same error, once: %s", async (_, pieces) => {
    const failure = new Error("the store is gone");
    const chunks = writePackage(contentsOf(staged("fine", [{ a: 1 }]), failing(failure, pieces)))[
      Symbol.asyncIterator
    ]();
    const read = async () => {
      while ((await chunks.next()).done !== true);
    };
    await expect(read()).rejects.toBe(failure);
    await expect(chunks.next()).resolves.toEqual({ done: true, value: undefined });
    await settle();
  });

  it("fails where `read` itself throws", async () => {
    const failure = new Error("no");
    const collection: StagedCollection = {
      ...staged("failing", []),
      read() {
        throw failure;
      },
    };
    await expect(zipOf(contentsOf(collection))).rejects.toBe(failure);
  });

  it.each([undefined, null, "text", 0])("fails whatever is thrown: %s", async (thrown) => {
    await expect(
      zipOf(contentsOf(failing(thrown, ['{"a":1}\n']))).then(
        () => "made",
        () => "failed",
      ),
    ).resolves.toBe("failed");
    await settle();
  });

  it("fails in the second reading too", async () => {
    const failure = new Error("gone meanwhile");
    const whole = staged("orders", [{ a: 1 }]);
    let readings = 0;
    const collection: StagedCollection = {
      ...whole,
      read() {
        readings += 1;
        return readings === 1 ? whole.read() : failing(failure).read();
      },
    };
    await expect(zipOf(contentsOf(collection))).rejects.toBe(failure);
    expect(readings).toBe(2);
  });

  it("fails after closing what it reads", async () => {
    const { state, collection } = endless();
    await expect(zipOf(contentsOf({ ...collection, rows: 3 }))).rejects.toBeInstanceOf(Damaged);
    await settle();
    expect(state).toMatchObject({ opened: 1, closed: 1 });
  });
});

describe("rows that are not those that were staged", () => {
  const orders = staged("orders", [{ a: 1 }, { a: 2 }]);
  const read = (...pieces: readonly string[]): StagedCollection => ({
    ...orders,
    async *read() {
      for (const piece of pieces) yield Buffer.from(piece);
    },
  });

  it.each([
    ["one too few", read('{"a":1}\n')],
    ["none", read()],
    ["one too many", read('{"a":1}\n{"a":2}\n{"a":3}\n')],
    ["cut short within a row", read('{"a":1}\n{"a":2')],
    ["cut short before the line's end", read('{"a":1}\n{"a":2}')],
    ["followed by something", read('{"a":1}\n{"a":2}\n{"a"')],
    ["no JSON", read('{"a":1}\n{"a":\n')],
    ["no row", read('{"a":1}\n[2]\n')],
    ["a column that nobody saw", read('{"a":1}\n{"b":2}\n')],
    ["counted wrongly", { ...orders, rows: 3 }],
  ])("are never handed out: %s", async (_, collection) => {
    await expect(zipOf(contentsOf(collection))).rejects.toBeInstanceOf(Damaged);
  });

  it("are not quoted by the error", async () => {
    const secret = zipOf(contentsOf(read('{"a":1}\n{"a":"ada@example.org"\n')));
    await expect(secret).rejects.toSatisfy(
      (error: Error) => !/ada/.test(`${error.stack} ${String(error.cause)}`),
    );
  });

  it("may come in pieces that end anywhere", async () => {
    const pieces = ['{"a":', "1", "}", "\n", "", '{"a":2}', "\n"];
    expect(await zipOf(contentsOf(read(...pieces)))).toEqual(await zipOf(contentsOf(orders)));
  });
});
