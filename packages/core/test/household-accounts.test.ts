import {
  type DataSourceDefinition,
  defineDataSource,
  type Identifier,
  type Row,
  type Subject,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, type Customer, customerDefinition, customerSource, number } from "./customers.ts";
import { decisionsOf } from "./decisions.ts";
import { ada, admin, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
type Kind = "erasure" | "export";

/** Two customers of one address, each with an account of a number of its own in another source, and one subscription. */
const household = () => {
  const [hers, his] = [adaAs(), { ...boAs(), email: ada }];
  const hisAccount: Customer = { number: "b-2", email: ada };
  const accounts = new Set([{ number: "b-1", email: ada }, hisAccount]);
  const readers = new Map<string, Row[]>([[ada, [{ reader: "one of them" }]]]);
  const handedOut: string[] = [];
  const billing = (changes: Partial<DataSourceDefinition> = {}) => {
    const definition = customerDefinition("billing", accounts, undefined, "billing-id");
    return defineDataSource({
      ...definition,
      async *export(subject) {
        for await (const page of definition.export(subject)) {
          handedOut.push(...page.rows.map((row) => row.number));
          yield page;
        }
      },
      ...changes,
    });
  };
  return { hers, his, hisAccount, crm: new Set([hers, his]), accounts, readers, handedOut, billing };
};

const asked = async (
  kind: Kind,
  sources: ReturnType<typeof defineDataSource>[],
  address = ada,
  identifiers: readonly Identifier[] = [number("1")],
) => {
  const world = await createWorld({ sources, acknowledgedBy: "tenant-admin" });
  const { requests } = world.rights;
  const actor = kind === "erasure" ? admin : tenantAdmin;
  const submitted = await requests.submit({
    actor,
    kind,
    category: "customer-data",
    email: address,
    identifiers,
  });
  const which = { actor: admin, requestId: unwrap(submitted).request.id };
  await world.settle();
  unwrap(await requests.acknowledge({ token: world.token() }));
  await world.settle();
  return {
    world,
    requestId: which.requestId,
    ...decisionsOf(world, which),
    read: () => world.read(which.requestId),
  };
};

describe("accounts of both members of a household, in a request that means one of them", () => {
  const kinds: Kind[] = ["erasure", "export"];
  // By the second she is known nowhere: the household's is found out.
  const cases = kinds.flatMap((kind) =>
    [ada, "ada@private.example"].flatMap((address) =>
      [true, false].map((isFirst) => ({ kind, address, isFirst })),
    ),
  );

  it.each(cases)(
    "are put before somebody, for an $kind by the number and $address (billing first: $isFirst)",
    async ({ kind, address, isFirst }) => {
      const { his, hisAccount, crm, accounts, readers, handedOut, billing } = household();
      const customers = [customerSource("crm", crm), peopleSource("news", readers)];
      const sources = isFirst ? [billing(), ...customers] : [...customers, billing()];
      const { undecided, decide, read } = await asked(kind, sources, address);
      expect(await undecided()).toEqual(["2"]);
      await decide("somebody-else", "2");
      expect((await undecided()).toSorted()).toEqual(["b-1", "b-2"]);
      expect([crm.size, accounts.size, readers.size, handedOut]).toEqual([2, 2, 1, []]);
      await decide("same-person", "b-1");
      await decide("somebody-else", "b-2");
      expect(await read()).toMatchObject({ outcome: "completed-with-exceptions" });
      if (kind === "export") expect(handedOut).toEqual(["b-1"]);
      // What has nothing but the address is hers as well, which her own record has.
      else expect([[...crm], [...accounts], readers.size]).toEqual([[his], [hisAccount], 0]);
    },
  );

  it("keep the other one from being kept out with her, by their number beside the address", async () => {
    const { crm, readers } = household();
    const sources = [customerSource("crm", crm), peopleSource("news", readers)];
    const { world, decide, read } = await asked("erasure", sources);
    await decide("somebody-else", "2");
    expect((await read()).phase).toBe("closed");
    const address = { type: "email", value: ada };
    const rows = [
      [address],
      [address, number("1")],
      [address, number("2")],
      [address, number("3")],
      [number("2")],
    ];
    const { suppressions } = world.rights;
    const may = [];
    for (const identifiers of rows)
      may.push(unwrap(await suppressions.mayTakeIn({ actor: admin, identifiers })));
    expect(may).toEqual([false, false, true, false, true]);
    unwrap(await suppressions.rotate({ actor: admin }));
    const identifiers = [address, number("2")];
    expect(unwrap(await suppressions.mayTakeIn({ actor: admin, identifiers }))).toBe(true);
  });

  it.each(kinds)(
    "stay where nobody says that one is hers, and somebody closes that part: %s",
    async (kind) => {
      const { crm, accounts, handedOut, billing } = household();
      const { decide, read } = await asked(kind, [customerSource("crm", crm), billing()]);
      await decide("somebody-else", "2");
      await decide("somebody-else", "b-1", "b-2");
      const { waitingFor } = await read();
      expect(waitingFor).toMatchObject([{ for: "source", source: "billing", problem: "identifier-missing" }]);
      expect([accounts.size, handedOut]).toEqual([2, []]);
    },
  );

  it.each(kinds)(
    "stay apart where a source finds all that has the address, whatever it is told: %s",
    async (kind) => {
      const { crm, accounts, hisAccount, handedOut, billing } = household();
      const found = ({ values }: Subject) =>
        [...accounts].filter(
          (each) => values("billing-id").includes(each.number) || values("email").includes(each.email),
        );
      const careless = billing({
        locate: async (subject) => [{ collection: "accounts", count: found(subject).length }],
        async *export(subject) {
          const rows = found(subject).map((each) => ({ number: each.number }));
          handedOut.push(...rows.map((each) => each.number));
          yield { collection: "accounts", rows };
        },
        erase: async (subject) => {
          const theirs = found(subject);
          for (const each of theirs) accounts.delete(each);
          return [{ collection: "accounts", outcome: "erased", count: theirs.length }];
        },
      });
      const { decide, read } = await asked(kind, [customerSource("crm", crm), careless]);
      await decide("somebody-else", "2");
      await decide("same-person", "b-1");
      await decide("somebody-else", "b-2");
      expect(await read()).toMatchObject({ outcome: "completed-with-exceptions" });
      if (kind === "export") expect(handedOut).toEqual(["b-1"]);
      else expect([...accounts]).toEqual([hisAccount]);
    },
  );

  it("are all hers where both numbers are, and nobody is asked twice", async () => {
    const { crm, accounts, billing } = household();
    const { decide, read } = await asked("erasure", [customerSource("crm", crm), billing()]);
    await decide("same-person", "2");
    expect(await read()).toMatchObject({ outcome: "completed" });
    expect([crm.size, accounts.size]).toEqual([0, 0]);
  });

  it("need nobody to decide where a source tells them of the number", async () => {
    for (const isFirst of [true, false]) {
      const { crm, accounts, hisAccount, billing } = household();
      const both = billing({
        needs: ["customer-number", "billing-id", "email"],
        identify: async ({ values, shared }) =>
          [
            ...(values("customer-number").includes("1") ? ["b-1"] : []),
            ...(values("email").includes(ada) ? ["b-1", "b-2"] : []),
          ]
            .map((value) => number(value, "billing-id"))
            .filter(({ value }) => !shared.some((each) => each.value === value)),
      });
      const sources = [customerSource("crm", crm), both];
      const { undecided, decide, read } = await asked("erasure", isFirst ? sources.toReversed() : sources);
      await decide("somebody-else", "2");
      expect(await undecided()).toEqual(["b-2"]);
      await decide("somebody-else", "b-2");
      expect(await read()).toMatchObject({ outcome: "completed-with-exceptions" });
      expect([...accounts]).toEqual([hisAccount]);
    }
  });

  it("are not taken in where nothing but the address is named, and it leads to somebody else", async () => {
    for (const isFirst of [true, false]) {
      const { crm, accounts, billing } = household();
      const careful = defineDataSource({
        ...customerDefinition("crm", crm),
        identify: async ({ values, shared }) =>
          values("email").includes(ada) && shared.length === 0 ? [{ ...number("2"), shared: true }] : [],
      });
      const sources = isFirst ? [billing(), careful] : [careful, billing()];
      const { world, undecided, decide } = await asked("erasure", sources, ada, []);
      expect(await undecided()).toEqual(["2"]);
      await decide("somebody-else", "2");
      await world.pass(day);
      expect([crm.size, accounts.size]).toEqual([2, 2]);
    }
  });
});

describe("the address of a household, days after the other one's number was decided to be somebody else's", () => {
  /** By a newsletter that knows addresses alone, and keeps one reader until a day where it is to. */
  const decided = async (kind: Kind, until?: string) => {
    const { hers, his, crm, readers } = household();
    const handedOut: Row[] = [];
    const down = { news: false };
    const meet = () => {
      if (down.news) throw new Error("down");
    };
    const isKept = () => until !== undefined && made.world.clock.now().toISOString().slice(0, 10) <= until;
    const news = peopleSource("news", readers, {
      async *export(subject) {
        meet();
        const rows = subject.values("email").flatMap((each) => readers.get(each) ?? []);
        handedOut.push(...rows);
        yield { collection: "people", rows };
      },
      erase: async (subject) => {
        meet();
        if (isKept()) return [{ ...retained, until: until ?? "" }];
        const count = subject.values("email").filter((each) => readers.delete(each)).length;
        return [{ collection: "people", outcome: "erased", count }];
      },
    });
    const made = await asked(kind, [customerSource("crm", crm), news]);
    const undecidedIs = async (...values: string[]) => expect(await made.undecided()).toEqual(values);
    await undecidedIs("2");
    const moveOut = () => {
      hers.email = "ada@new.example";
      readers.set(hers.email, [{ reader: "ada" }]);
      readers.set(ada, [{ reader: "bo" }]);
    };
    const suspend = async () => {
      const which = { actor: admin, requestId: made.requestId };
      unwrap(await made.world.rights.requests.suspend({ ...which, reason: "who is it" }));
      return async () => {
        unwrap(await made.world.rights.requests.resume(which));
        await made.world.pass(hour);
      };
    };
    const later = (days: number) =>
      made.world.clock.set(new Date(made.world.clock.now().getTime() + days * day));
    return { ...made, his, crm, readers, handedOut, down, moveOut, suspend, later, undecidedIs };
  };
  const retained = { collection: "people", outcome: "retained", count: 1, reason: "§ 147 AO" } as const;
  type Scene = Awaited<ReturnType<typeof decided>>;

  /** What the newsletter waits for, until she has moved out. */
  const waits = {
    "before the first work": async ({ suspend, decide, later, moveOut }: Scene) => {
      const resume = await suspend();
      await decide("somebody-else", "2");
      later(4);
      moveOut();
      await resume();
    },
    "while one source is down": async ({ world, down, decide, later, moveOut }: Scene) => {
      down.news = true;
      await decide("somebody-else", "2");
      later(4);
      moveOut();
      down.news = false;
      await world.pass(7 * hour);
    },
  };
  const cases = (["erasure", "export"] as const).flatMap((kind) =>
    Object.entries(waits).map(([name, wait]) => [kind, name, wait] as const),
  );

  it.each(cases)("is put before somebody where it leads to that one alone: %s, %s", async (kind, _, wait) => {
    const scene = await decided(kind);
    const { readers, handedOut, undecidedIs, decide, crm, his } = scene;
    await wait(scene);
    await undecidedIs(ada);
    await decide("somebody-else", ada);
    expect(readers.get(ada)).toEqual([{ reader: "bo" }]);
    if (kind === "erasure") expect([...crm]).toEqual([his]);
    else expect(handedOut).toEqual([{ reader: "ada" }]);
  });

  it("is put before somebody on the day until which something under it was kept", async () => {
    const { world, readers, undecidedIs, decide, moveOut, crm, his } = await decided("erasure", "2026-02-20");
    await decide("somebody-else", "2");
    expect([...crm]).toEqual([his]);
    moveOut();
    world.clock.set(new Date("2026-02-21T12:00:00.000Z"));
    await world.pass(hour);
    await undecidedIs(ada);
    expect(readers.get(ada)).toEqual([{ reader: "bo" }]);
  });

  it("leads as before while her own record has it", async () => {
    const { readers, decide, suspend, later, read } = await decided("erasure");
    const resume = await suspend();
    await decide("somebody-else", "2");
    later(4);
    await resume();
    expect(readers.size).toBe(0);
    expect(await read()).toMatchObject({ outcome: "completed-with-exceptions" });
  });
});
