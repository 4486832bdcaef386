import { createHmac } from "node:crypto";
import { type Identifier, InvalidInput, type SuppressionStore, type WhyLeftOut } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

/** A world in whose list Ada stands, and which says what the store was asked. */
const listening = async (): Promise<{ world: World; asked: string[] }> => {
  const before = await createWorld({ sources: [peopleSource("crm", new Map([[ada, [{}]]]))] });
  await before.acknowledged("erasure", ada);
  const asked: string[] = [];
  const store = before.options.suppressionStore as SuppressionStore;
  const suppressionStore: SuppressionStore = {
    ...store,
    standing: (query) => {
      asked.push(...query.pseudonyms);
      return store.standing(query);
    },
  };
  const world = await createWorld({ ...before.options, suppressionStore }, before.tables);
  return { world, asked };
};

const whyLeftOut = async ({ rights }: World, identifiers: readonly Identifier[]) => {
  let why: WhyLeftOut | null = null;
  const filtered = rights.suppressions.filter({
    actor: admin,
    rows: [identifiers],
    identifiers: (row) => row,
    leftOut: (_, because) => {
      why = because;
    },
  });
  for await (const row of filtered) expect(row).toBe(identifiers);
  return why;
};

const address = fc.oneof(
  fc.emailAddress(),
  fc.constantFrom(
    ada,
    ada.toUpperCase(),
    ` ${ada} `,
    "a@b",
    "a@-b.de",
    `a@${"b".repeat(64)}.de`,
    "@",
    "ä@ö.de",
  ),
  fc.stringMatching(/^[a-zäA@." -]{0,12}@[a-z0-9.-]{0,12}$/),
  fc.tuple(fc.nat(260), fc.nat(70)).map(([name, host]) => `${"a".repeat(name)}@${"b".repeat(host)}.org`),
);
const anyIdentifier: fc.Arbitrary<Identifier> = fc.oneof(
  { weight: 3, arbitrary: address.map((value) => ({ type: "email", value })) },
  fc.record({
    type: fc.constantFrom("customer-number", "phone", "Phone", "", "e mail"),
    value: fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 20 }),
      fc.constantFrom("", " ", "x".repeat(1_001), "\ud800"),
    ),
  }),
);

it("the filter and `mayTakeIn` take the same identifiers, and answer the same of them", async () => {
  const { world, asked } = await listening();
  await fc.assert(
    fc.asyncProperty(anyIdentifier, async (identifier) => {
      asked.length = 0;
      const why = await whyLeftOut(world, [identifier]);
      const byFilter = [...asked];
      asked.length = 0;
      const may = await world.rights.suppressions.mayTakeIn({ actor: admin, identifiers: [identifier] });
      if (may.isErr()) {
        expect(may.error).toBeInstanceOf(InvalidInput);
        expect(why).toBe("unreadable");
      } else {
        expect(why).toBe(may.value ? null : "suppressed");
        expect(byFilter).toEqual(asked);
      }
    }),
    { numRuns: inject("isThorough") ? 400 : 150 },
  );
});

it("a pseudonym is the HMAC-SHA-256 of the identifier, however long that is, and the next key's of that", async () => {
  const { world, asked } = await listening();
  unwrap(await world.options.keyRing.rotate("suppressions/northwind"));
  const keys = unwrap(await world.options.keyRing.useAll("suppressions/northwind"));
  expect(keys).toHaveLength(2);
  const value = fc.oneof(
    fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1_000, size: "max" }),
    fc.string({
      unit: fc.constantFrom("a", "ä", "€", "😀"),
      minLength: 1,
      maxLength: 500,
      size: "max",
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 5 }), async (values) => {
      fc.pre(values.every((each) => each !== "" && each === each.trim() && !each.includes("\0")));
      asked.length = 0;
      await whyLeftOut(
        world,
        values.map((each) => ({ type: "customer-number", value: each })),
      );
      const expected = values.flatMap((each) => {
        let last = JSON.stringify(["customer-number", each]);
        return keys.map((key) => {
          last = createHmac("sha256", key).update(last).digest("hex");
          return last;
        });
      });
      expect(asked).toEqual(expected);
    }),
    { numRuns: inject("isThorough") ? 60 : 20 },
  );
});

it("hands on everything that came before a failure of the rows, and then says so", async () => {
  const { world } = await listening();
  const rows = (async function* () {
    for (let row = 0; row < 25; row += 1) yield row;
    throw new Error("the file ends here");
  })();
  const through: number[] = [];
  const all = async () => {
    for await (const row of world.rights.suppressions.filter({
      actor: admin,
      rows,
      identifiers: (row) => [{ type: "customer-number", value: `${row}` }],
      leftOut: () => undefined,
      batchSize: 10,
    })) {
      through.push(row);
    }
  };
  await expect(all()).rejects.toThrow("the file ends here");
  expect(through).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

it("can be left at any row, without waiting for rows that never come", async () => {
  const { world } = await listening();
  let isClosed = false;
  const rows = (async function* () {
    try {
      for (let row = 0; row < 12; row += 1) yield row;
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
    } finally {
      isClosed = true;
    }
  })();
  const began = performance.now();
  for await (const row of world.rights.suppressions.filter({
    actor: admin,
    rows,
    identifiers: (row) => [{ type: "customer-number", value: `${row}` }],
    leftOut: () => undefined,
    batchSize: 10,
  })) {
    if (row === 3) break;
  }
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(isClosed).toBe(false);

  const finite = (function* () {
    try {
      for (let row = 0; row < 100; row += 1) yield row;
    } finally {
      isClosed = true;
    }
  })();
  for await (const _ of world.rights.suppressions.filter({
    actor: admin,
    rows: finite,
    identifiers: (row) => [{ type: "customer-number", value: `${row}` }],
    leftOut: () => undefined,
    batchSize: 10,
  })) {
    break;
  }
  expect(isClosed).toBe(true);
});

it("a row whose identifiers are no list stops the import, and says what to write", async () => {
  const { world } = await listening();
  const row = { type: "email", value: ada };
  for (const [identifiers, said] of [
    [() => undefined, "gave nothing for a row: return a list"],
    [() => row, "gave an object for a row"],
    [async () => [row], "gave a promise, and is not to be async"],
  ] as const) {
    const through: unknown[] = [];
    const filtered = world.rights.suppressions.filter({
      actor: admin,
      rows: [row],
      identifiers: identifiers as never,
      leftOut: () => undefined,
    });
    const failure = await (async () => {
      for await (const each of filtered) through.push(each);
    })().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(InvalidInput);
    expect(failure).toMatchObject({
      issues: [{ path: "identifiers", message: expect.stringContaining(said) }],
    });
    expect(through).toEqual([]);
  }
});
