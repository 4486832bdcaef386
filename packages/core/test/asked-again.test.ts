import {
  type CollectionOutcome,
  type DataSource,
  type DataSourceDefinition,
  defineDataSource,
  type Identifier,
  KnownOtherwise,
  orThrow,
  PermanentFailure,
  type Subject,
} from "@subject-rights/core";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const later = "ada.later@example.org";
const email = (value: string): Identifier => ({ type: "email", value });
const number = (value: string): Identifier => ({ type: "customer-number", value });

interface Account {
  readonly number: string;
  address: string;
}

/** Finds people by their number once one is known, and by their address before; and says which are asked for. */
const accounts = (
  id: string,
  rows: Account[],
  changes: Partial<DataSourceDefinition> = {},
  meet: () => void = () => undefined,
) => {
  const find = (subject: Subject) => {
    meet();
    const numbers = subject.values("customer-number");
    return rows.filter((row) =>
      numbers.length > 0
        ? numbers.includes(row.number)
        : subject.values("email").includes(row.address) &&
          !subject.shared.some(({ value }) => value === row.number),
    );
  };
  return peopleSource(id, new Map(), {
    needs: ["customer-number", "email"],
    identify: async (subject) => find(subject).flatMap((row) => [number(row.number), email(row.address)]),
    locate: async (subject) => [{ collection: "accounts", count: find(subject).length }],
    async *export(subject) {
      const found = find(subject);
      if (found.length > 0) yield { collection: "accounts", rows: found.map((row) => ({ ...row })) };
    },
    erase: async (subject): Promise<CollectionOutcome[]> => {
      const found = find(subject);
      for (const row of found) rows.splice(rows.indexOf(row), 1);
      return [
        found.length > 0
          ? { collection: "accounts", outcome: "erased", count: found.length }
          : { collection: "accounts", outcome: "absent" },
      ];
    },
    ...changes,
  });
};

const outcomes = async (world: World, requestId: string) => {
  const { outcome, waitingFor } = await world.read(requestId);
  return { outcome, waitingFor };
};

describe("who somebody is, is asked once more right before the work", () => {
  const beginning = async (changes: Partial<DataSourceDefinition> = {}, ...more: DataSource[]) => {
    const rows: Account[] = [{ number: "C-1", address: ada }];
    const letters = new Map([
      [ada, [{}]],
      [later, [{}]],
      ["bob@example.org", [{}]],
    ]);
    const sources = [peopleSource("letters", letters), accounts("shop", rows, changes), ...more];
    const world = await createWorld({ sources });
    const place = async (identifier: Identifier) =>
      orThrow(await world.rights.holds.place({ actor: admin, identifiers: [identifier], reason: "file 7" }))
        .hold.id;
    const lift = async (holdId: string) =>
      void orThrow(await world.rights.holds.lift({ actor: admin, holdId, reason: "over" }));
    return { rows, letters, world, place, lift };
  };

  it.each([2, 30])(
    "after %i hours under a hold: a new address is everybody's to be asked for",
    async (hours) => {
      const { rows, letters, world, place, lift } = await beginning();
      const hold = await place(email(ada));
      const requestId = await world.acknowledged("erasure");
      expect(await outcomes(world, requestId)).toMatchObject({
        outcome: null,
        waitingFor: [{ for: "hold" }],
      });
      for (const row of rows) row.address = later;
      await world.pass(hours * hour);
      await lift(hold);
      await world.pass(hour);
      expect(await outcomes(world, requestId)).toEqual({ outcome: "completed", waitingFor: [] });
      expect([rows, [...letters.keys()]]).toEqual([[], ["bob@example.org"]]);
      const mayTakeIn = await world.rights.suppressions.mayTakeIn({
        actor: admin,
        identifiers: [email(later)],
      });
      expect(orThrow(mayTakeIn)).toBe(false);
    },
  );

  it("so that a hold under the address that they have by then is met, and nothing is erased", async () => {
    const { rows, letters, world, place, lift } = await beginning();
    const hold = await place(email(ada));
    const requestId = await world.acknowledged("erasure");
    for (const row of rows) row.address = later;
    await world.skip(3 * day);
    const second = await place(email(later));
    await lift(hold);
    await world.pass(hour);
    expect(await outcomes(world, requestId)).toEqual({
      outcome: null,
      waitingFor: [{ for: "hold", hold: second }],
    });
    expect([rows.length, letters.size]).toEqual([1, 3]);
    await lift(second);
    await world.pass(2 * hour);
    expect(await outcomes(world, requestId)).toEqual({ outcome: "completed", waitingFor: [] });
  });

  it("where an owner erases by hand: they are asked under the names of that day", async () => {
    const paper = defineDataSource({
      id: "paper",
      title: "The paper files",
      holds: ["customer-data"],
      kind: "origin",
      owner: "owner@example.org",
    });
    const { rows, world, place, lift } = await beginning({}, paper);
    const hold = await place(email(ada));
    const requestId = await world.acknowledged("erasure");
    for (const row of rows) row.address = later;
    await world.pass(2 * hour);
    await lift(hold);
    await world.pass(hour);
    expect(await outcomes(world, requestId)).toMatchObject({
      waitingFor: [{ for: "task", source: "paper" }],
    });
    const asked = world.notifier.sent.flatMap(({ notice }) =>
      notice.type === "manual-task" ? [notice.identifiers.map(({ value }) => value)] : [],
    );
    expect(asked).toEqual([[ada, "C-1", later]]);
  });

  it("once, and not at all where nothing was waited for", async () => {
    const asked: number[] = [];
    const counting = async (subject: Subject) => {
      asked.push(subject.identifiers.length);
      return subject.values("email").includes(ada) ? [number("C-1")] : [];
    };
    const { world, place, lift } = await beginning({ identify: counting });
    await world.acknowledged("erasure");
    expect(asked).toEqual([1, 2]);
    const hold = await place(email("bob@example.org"));
    asked.length = 0;
    await world.acknowledged("erasure", "bob@example.org");
    expect(asked).toEqual([1]);
    await world.pass(2 * hour);
    await lift(hold);
    await world.pass(hour);
    expect(asked).toEqual([1, 1]);
  });
});

describe("who was asked about late, when their address may be somebody else's", () => {
  const beginning = async () => {
    const rows: Account[] = [
      { number: "C-1", address: ada },
      { number: "C-2", address: "bob@example.org" },
    ];
    const letters = new Map([[ada, [{}]]]);
    const failing = { isDown: false, crm: false };
    const sources = [
      peopleSource("letters", letters, {
        async *export() {
          if (failing.isDown) throw new PermanentFailure("no");
          yield { collection: "people", rows: [] };
        },
      }),
      accounts("crm", rows, {}, () => {
        if (failing.crm) throw new Error("down");
      }),
    ];
    const world = await createWorld({ sources });
    const handOver = () => {
      for (const row of rows) row.address = row.number === "C-1" ? later : ada;
    };
    const numbers = () => rows.map((row) => row.number);
    return { rows, letters, failing, world, handOver, numbers };
  };

  it("is the one who confirmed it, behind another request of theirs: they were asked about before they waited", async () => {
    const { failing, letters, world, handOver, numbers } = await beginning();
    failing.isDown = true;
    const exported = await world.acknowledged("export");
    await world.pass(hour);
    const erasing = await world.acknowledged("erasure");
    await world.pass(hour);
    expect(await outcomes(world, erasing)).toMatchObject({ waitingFor: [{ for: "other-request" }] });
    await world.skip(2 * day);
    handOver();
    const settled = { actor: admin, requestId: exported, source: "letters", reason: "by hand" };
    orThrow(await world.rights.requests.settleSource(settled));
    await world.pass(2 * hour);
    // Who knows addresses only cannot tell the two apart, and does nothing by this one before somebody has.
    expect(await outcomes(world, erasing)).toEqual({
      outcome: null,
      waitingFor: [{ for: "decision", decision: "decision-1", source: "letters", identifierType: "email" }],
    });
    const decision = { actor: admin, requestId: erasing, decision: "decision-1", reason: "asked them" };
    orThrow(await world.rights.requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await world.pass(2 * hour);
    expect(await outcomes(world, erasing)).toEqual({ outcome: "completed-with-exceptions", waitingFor: [] });
    expect([numbers(), [...letters.keys()]]).toEqual([["C-2"], [ada]]);
  });

  const decided = async (world: World, requestId: string, numbers: () => string[]) => {
    const { waitingFor } = await world.read(requestId);
    expect(waitingFor).toEqual([
      { for: "decision", decision: "decision-1", source: "crm", identifierType: "customer-number" },
    ]);
    expect(numbers()).toEqual(["C-1", "C-2"]);
    const decision = { actor: admin, requestId, decision: "decision-1", reason: "asked them" };
    orThrow(await world.rights.requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await world.pass(day);
    // The address is that one's too: nobody is found by it, and nothing else is known.
    expect(await outcomes(world, requestId)).toEqual({
      outcome: null,
      waitingFor: ["letters", "crm"].map((source) => ({
        for: "source",
        source,
        problem: "identifier-missing",
      })),
    });
    for (const source of ["letters", "crm"]) {
      const settled = { actor: admin, requestId, source, reason: "asked them" };
      orThrow(await world.rights.requests.settleSource(settled));
    }
    await world.pass(hour);
    expect(await outcomes(world, requestId)).toEqual({
      outcome: "completed-with-exceptions",
      waitingFor: [],
    });
    expect(numbers()).toEqual(["C-1", "C-2"]);
  };

  it("is for somebody to decide, after a doubt who asks", async () => {
    const { world, handOver, numbers } = await beginning();
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = orThrow(await world.rights.requests.submit(asked));
    await world.settle();
    orThrow(await world.rights.requests.suspend({ actor: admin, requestId: request.id, reason: "who" }));
    orThrow(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.skip(2 * day);
    handOver();
    orThrow(await world.rights.requests.resume({ actor: admin, requestId: request.id }));
    await world.pass(hour);
    await decided(world, request.id, numbers);
  });

  it("is for somebody to decide, after the source was down", async () => {
    const { failing, world, handOver, numbers } = await beginning();
    failing.crm = true;
    const requestId = await world.acknowledged("erasure");
    await world.pass(25 * hour);
    handOver();
    failing.crm = false;
    orThrow(await world.rights.sources.retryAll({ actor: admin, source: "crm" }));
    await world.pass(hour);
    await decided(world, requestId, numbers);
  });

  it("is for somebody to decide, after no process has worked", async () => {
    const { world, handOver, numbers } = await beginning();
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = orThrow(await world.rights.requests.submit(asked));
    await world.settle();
    const token = world.token();
    await world.rights.stop();
    orThrow(await world.rights.requests.acknowledge({ token }));
    await world.clock.advance(2 * day);
    handOver();
    const next = await createWorld(world.options, world.tables, world.clock);
    await next.pass(hour);
    await decided(next, request.id, numbers);
  });
});

describe("a source that says that it knows the person by a further name", () => {
  const kinds = ["erasure", "export"] as const;

  /** Until somebody tells the name: it is asked by nothing else. */
  const knowing = async (kind: (typeof kinds)[number]) => {
    let calls = 0;
    const told = [number("1")];
    const meet = (subject: Subject) => {
      calls += 1;
      if (!subject.values("email").includes(later)) throw new KnownOtherwise("odd");
    };
    const crm = peopleSource("crm", new Map(), { holds: ["user-data"], identify: async () => told });
    const odd = peopleSource("odd", new Map([[ada, [{}]]]), {
      locate: async () => [{ collection: "people", count: 1 }],
      verify: async () => [],
      erase: async (subject) => {
        meet(subject);
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
      async *export(subject) {
        meet(subject);
        yield { collection: "people", rows: [{ id: 1 }] };
      },
    });
    const world = await createWorld({ sources: [crm, odd, peopleSource("shop", new Map([[ada, [{}]]]))] });
    const requestId = await world.acknowledged(kind);
    const alerts = () =>
      world.notifier.sent.filter(({ notice }) => notice.type === "support" || notice.type === "trouble");
    return {
      world,
      requestId,
      told,
      alerts,
      calls: () => calls,
      at: async () => (await world.read(requestId)).sources[1],
    };
  };

  it.each(kinds)("has failed where nobody can tell which, and says so again: %s", async (kind) => {
    const { world, requestId, calls, alerts, at } = await knowing(kind);
    await world.pass(10 * 60_000);
    expect(await at()).toMatchObject({ status: "warning", problem: { code: "identifier-missing" } });
    // The first time, the quick tries, and no more.
    expect(calls()).toBeLessThan(10);
    await world.pass(3 * day);
    expect(calls()).toBeLessThan(100);
    expect(alerts().map(({ notice }) => notice.type)).toEqual(["support"]);
    const { waitingFor, phase } = await world.read(requestId);
    expect(waitingFor.map((each) => each.for)).not.toContain("work");
    const settled = { actor: admin, requestId, source: "odd", reason: "by hand" };
    if (phase !== "closed") orThrow(await world.rights.requests.settleSource(settled));
    await world.pass(hour);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed-with-exceptions",
      waitingFor: kind === "erasure" ? [] : expect.anything(),
    });
    const { waiting } = orThrow(await world.rights.health());
    expect(waiting?.filter((each) => each.for === "work")).toEqual([]);
  });

  it.each(kinds)("is asked by it as soon as somebody tells it: %s", async (kind) => {
    const { world, requestId, told, at } = await knowing(kind);
    await world.pass(10 * 60_000);
    told.push(email(later));
    orThrow(await world.rights.requests.retrySource({ actor: admin, requestId, source: "odd" }));
    await world.pass(hour);
    expect(await at()).toMatchObject({ status: "succeeded", problem: null });
  });
});
