import {
  type CallContext,
  type CollectionOutcome,
  type DataSourceDefinition,
  type Identifier,
  orThrow,
  type PeopleStream,
  type Row,
  type Subject,
} from "@subject-rights/core";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const work = "ada@work.example";
const email = (value: string): Identifier => ({ type: "email", value });

/** Names that lead to each other: whoever is found by one of a list is known by all of it. */
const knowing = (names: readonly (readonly string[])[]) => ({
  identify: async (subject: Subject) => {
    const known = subject.values("email");
    return names
      .filter((each) => each.some((one) => known.includes(one)))
      .flat()
      .map(email);
  },
});

/** The same for several at once, and an erasure for several at once. */
const together = (
  people: Map<string, Row[]>,
  names: readonly (readonly string[])[],
): Partial<DataSourceDefinition> => {
  const { identify } = knowing(names);
  return {
    identify,
    identifyMany: (subjects: readonly Subject[], _: CallContext) => Promise.all(subjects.map(identify)),
    eraseMany: async (subjects: readonly Subject[]) =>
      subjects.map((subject): CollectionOutcome[] => {
        const count = subject.values("email").filter((each) => people.delete(each)).length;
        return [
          count > 0
            ? { collection: "people", outcome: "erased", count }
            : { collection: "people", outcome: "absent" },
        ];
      }),
  };
};

const stream = (...emails: readonly string[]): PeopleStream =>
  async function* () {
    yield { people: emails.map((each) => ({ identifiers: [email(each)] })), cursor: "1" };
  };

const order = { actor: admin, reason: "retention", category: "customer-data" } as const;
const sweep = async ({ rights }: World, ...emails: readonly string[]) =>
  orThrow(await orThrow(await rights.sweeps.eraseMany({ ...order, people: stream(...emails) })).end());

describe("who somebody is", () => {
  it("is the same for a sweep over a single source: what is held under a second address goes", async () => {
    const people = new Map<string, Row[]>([
      [ada, [{}]],
      [work, [{}]],
      ["eve@example.org", [{}]],
    ]);
    const world = await createWorld({
      sources: [peopleSource("crm", people, together(people, [[ada, work]]))],
    });
    const view = await sweep(world, ada, "bob@example.org");
    expect(view).toMatchObject({ status: "completed", counts: { erased: 1, absent: 1 } });
    expect([...people.keys()]).toEqual(["eve@example.org"]);
    // Both addresses are in the list by which a replay recognises who was erased.
    expect(world.tables.suppressions.size).toBe(3);
  });

  it("counts for a hold: one on the second address keeps a sweep over a single source away", async () => {
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    const world = await createWorld({
      sources: [peopleSource("crm", people, together(people, [[ada, work]]))],
    });
    orThrow(await world.rights.holds.place({ actor: admin, identifiers: [email(work)], reason: "file 7" }));
    const view = await sweep(world, ada, "bob@example.org");
    expect(view).toMatchObject({ status: "completed-with-exceptions", counts: { leftBehind: 1 } });
    expect([...people.keys()]).toEqual([ada]);
  });

  it("is remembered by a sweep that tries somebody again: what told it may be erased by then", async () => {
    const crm = new Map<string, Row[]>([[ada, [{}]]]);
    const shop = new Map<string, Row[]>([[work, [{}]]]);
    let isDown = true;
    const world = await createWorld({
      sources: [
        peopleSource("crm", crm, {
          identify: async (subject) =>
            subject.values("email").includes(ada) && crm.has(ada) ? [email(work)] : [],
        }),
        peopleSource("shop", shop, {
          erase: async (subject): Promise<CollectionOutcome[]> => {
            if (isDown) throw new Error("down");
            const count = subject.values("email").filter((each) => shop.delete(each)).length;
            return [{ collection: "people", outcome: "erased", count }];
          },
        }),
      ],
    });
    const first = await sweep(world, ada);
    expect(first).toMatchObject({ status: "completed-with-exceptions", counts: { leftBehind: 1 } });
    expect([crm.size, shop.size]).toEqual([0, 1]);
    isDown = false;
    const again = orThrow(await world.rights.sweeps.retry({ actor: admin, sweepId: first.id }));
    expect(orThrow(await again.end())).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(shop.size).toBe(0);
  });

  it.each([true, false])(
    "is not told by a telephone that any source calls shared, in a sweep either (the first of two: %s)",
    async (isSharedFirst) => {
      const calls = new Map<string, Row[]>([["030 1", [{}]]]);
      const telling = (id: string, shared: boolean) =>
        peopleSource(id, new Map(), {
          identify: async (subject) =>
            subject.values("email").includes(ada) ? [{ type: "telephone", value: "030 1", shared }] : [],
        });
      const byPhone = peopleSource("calls", calls, {
        needs: ["telephone", "email"],
        identify: async (subject) =>
          subject.values("telephone").length > 0 ? [email("eve@example.org")] : [],
        erase: async (subject) => {
          const count = subject.values("telephone").filter((each) => calls.delete(each)).length;
          return [{ collection: "people", outcome: "erased", count }];
        },
      });
      const readers = new Map<string, Row[]>([["eve@example.org", [{}]]]);
      const two = [telling("crm", isSharedFirst), telling("shop", !isSharedFirst)];
      const world = await createWorld({ sources: [...two, byPhone, peopleSource("newsletter", readers)] });
      expect(await sweep(world, ada)).toMatchObject({ status: "completed", counts: { absent: 1 } });
      expect([calls.size, readers.size]).toEqual([1, 1]);
    },
  );

  it("is not told by it in a replay, though the source that lists people does not call it shared", async () => {
    const calls = new Map<string, Row[]>([["030 1", [{}]]]);
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    const crm = peopleSource("crm", people, {
      identify: async (subject) =>
        subject.values("email").includes(ada) ? [{ type: "telephone", value: "030 1", shared: true }] : [],
    });
    const shop = peopleSource("shop", new Map(), {
      async *identifiers() {
        yield { people: [[email(ada), { type: "telephone", value: "030 1" }]] };
      },
    });
    const byPhone = peopleSource("calls", calls, {
      needs: ["telephone", "email"],
      erase: async (subject) => {
        const count = subject.values("telephone").filter((each) => calls.delete(each)).length;
        return [{ collection: "people", outcome: "erased", count }];
      },
    });
    const world = await createWorld({ sources: [crm, shop, byPhone] });
    expect(await sweep(world, ada)).toMatchObject({ counts: { erased: 1 } });
    people.set(ada, [{}]);
    const replayed = await world.rights.suppressions.replay({
      actor: admin,
      since: new Date("2025-01-01T00:00:00.000Z"),
      category: "customer-data",
      dryRun: false,
    });
    expect(orThrow(replayed)).toMatchObject({ found: 1, sweep: { counts: { erased: 1 } } });
    expect([people.size, calls.size]).toEqual([0, 1]);
  });

  describe("once an address may be somebody else's", () => {
    const number = (value: string): Identifier => ({ type: "customer-number", value });
    const billing = (value: string): Identifier => ({ type: "billing-id", value });
    interface Account {
      readonly names: readonly Identifier[];
      address: string;
    }

    /** Finds people by what they are called once that is known, and by their address before. */
    const accounts = (id: string, rows: Account[], changes: Partial<DataSourceDefinition> = {}) => {
      const type = rows[0]?.names[0]?.type ?? "";
      const find = (subject: Subject) =>
        rows.filter((row) => {
          const known = subject.values(type);
          return known.length > 0
            ? row.names.some((each) => each.type === type && known.includes(each.value))
            : subject.values("email").includes(row.address);
        });
      return peopleSource(id, new Map(), {
        needs: [type, "email"],
        identify: async (subject) =>
          find(subject).flatMap(({ names, address }) => [...names, email(address)]),
        locate: async (subject) => [{ collection: "accounts", count: find(subject).length }],
        erase: async (subject) => {
          const found = find(subject);
          for (const row of found) rows.splice(rows.indexOf(row), 1);
          return [{ collection: "accounts", outcome: "erased", count: found.length }];
        },
        ...changes,
      });
    };

    it("is not told by a source that was registered since: somebody decides", async () => {
      const crm: Account[] = [{ names: [number("C-1")], address: ada }];
      const shop: Account[] = [
        { names: [number("C-1")], address: ada },
        { names: [number("C-2")], address: "bob@example.org" },
      ];
      const late: Account[] = [{ names: [billing("B-2")], address: ada }];
      const sources = [accounts("crm", crm), accounts("shop", shop)];
      const world = await createWorld({ sources });
      const held = { actor: admin, identifiers: [number("C-1")], reason: "file 7" };
      const { hold } = orThrow(await world.rights.holds.place(held));
      const requestId = await world.acknowledged("erasure");
      await world.skip(18 * 24 * hour);
      for (const rows of [crm, shop]) for (const row of rows) row.address = `new-${row.address}`;
      if (shop[1]) shop[1].address = ada;
      await world.rights.stop();
      const later = { ...world.options, sources: [...sources, accounts("billing", late)] };
      const next = await createWorld(later, world.tables, world.clock);
      orThrow(await next.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
      await next.pass(hour);
      expect(await next.read(requestId)).toMatchObject({
        outcome: null,
        waitingFor: [{ for: "decision", source: "billing", identifierType: "billing-id" }],
      });
      expect([crm, shop.map(({ names }) => names[0]?.value), late.length]).toEqual([[], ["C-2"], 1]);
    });

    it("leads a sweep that tries somebody again to nobody else", async () => {
      const crm: Account[] = [{ names: [number("C-1")], address: ada }];
      const shop: Account[] = [
        { names: [number("C-1")], address: ada },
        { names: [number("C-2")], address: "bob@example.org" },
      ];
      const billed: Account[] = [{ names: [billing("B-2"), number("C-2")], address: "bob@example.org" }];
      // Of another category: only asked who this is.
      const onlyAsked = accounts("billing", billed, { holds: ["user-data"] });
      const world = await createWorld({
        sources: [accounts("crm", crm), onlyAsked, accounts("shop", shop)],
      });
      const held = { actor: admin, identifiers: [number("C-1")], reason: "file 7" };
      const { hold } = orThrow(await world.rights.holds.place(held));
      const first = await sweep(world, ada);
      expect(first.counts).toMatchObject({ leftBehind: 1 });
      for (const row of crm) row.address = "new@example.org";
      for (const row of [...shop, ...billed]) if (row.address !== ada) row.address = ada;
      orThrow(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
      const again = orThrow(await world.rights.sweeps.retry({ actor: admin, sweepId: first.id }));
      orThrow(await again.end());
      expect([crm, shop.map(({ names }) => names[0]?.value)]).toEqual([[], ["C-2"]]);
    });
  });

  it("is found out for all others where it cannot be said of one", async () => {
    const names = [
      [ada, work],
      ["eve@example.org", "eve@work.example"],
    ];
    const people = new Map<string, Row[]>(names.flat().map((each) => [each, [{}]]));
    const { identifyMany, ...abilities } = together(people, names);
    const world = await createWorld({
      sources: [
        peopleSource("crm", people, {
          ...abilities,
          identify: async (subject, context) => {
            if (subject.values("email").includes(ada)) throw new Error("her row cannot be read");
            return abilities.identify?.(subject, context) ?? [];
          },
          identifyMany: async () => {
            throw new Error("one of them cannot be read");
          },
        }),
      ],
    });
    const view = await sweep(world, ada, "eve@example.org");
    expect(view.counts).toMatchObject({ erased: 1, leftBehind: 1 });
    expect([...people.keys()]).toEqual([ada, work]);
  });

  it("is the same for a request and for a sweep, whatever leads to whatever, and whoever tells it", async () => {
    const anyName = fc.constantFrom(...["a", "b", "c", "d", "e", "f"].map((each) => `${each}@example.org`));
    const anyLinks = fc.array(fc.array(anyName, { minLength: 2, maxLength: 3 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.tuple(anyLinks, anyLinks), fc.boolean(), async ([here, there], alone) => {
        const build = async () => {
          const people = new Map<string, Row[]>(
            "abcdef".split("").map((each) => [`${each}@example.org`, [{}]]),
          );
          const other = peopleSource("other", new Map(), knowing(there));
          const crm = peopleSource("crm", people, together(people, here));
          return { people, world: await createWorld({ sources: alone ? [crm] : [crm, other] }) };
        };
        const [one, many] = [await build(), await build()];
        const requested = await one.world.read(await one.world.acknowledged("erasure", "a@example.org"));
        const swept = await sweep(many.world, "a@example.org");
        expect([requested.outcome, swept.status]).toEqual(["completed", "completed"]);
        expect([...many.people.keys()]).toEqual([...one.people.keys()]);
      }),
      { numRuns: inject("isThorough") ? 40 : 4 },
    );
  });
});
