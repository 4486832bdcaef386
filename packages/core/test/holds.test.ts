import {
  type Actor,
  type Identifier,
  ResultAsync,
  type Row,
  type Subject,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource, tenantAdmin, type World } from "./world.ts";

const day = 86_400_000;
const email = (value: string): Identifier => ({ type: "email", value });
const elsewhere: Actor = { id: "admin-2", tenant: "contoso", roles: ["admin"] };
const bo = "bo@example.org";
const reason = "a claim in court";

const shop = async (options: Partial<SubjectRightsOptions> = {}) => {
  const held = new Map<string, Row[]>([
    [ada, [{}]],
    [bo, [{}]],
  ]);
  const copy = new Map(held);
  const world = await createWorld({
    sources: [peopleSource("crm", held), copyOfPeople("search", copy, held)],
    ...options,
  });
  return { world, held, copy };
};

const place = async ({ rights }: World, ...identifiers: Identifier[]) =>
  unwrap(await rights.holds.place({ actor: admin, identifiers, reason }));

const lift = ({ rights }: World, holdId: string, actor = admin) =>
  rights.holds.lift({ actor, holdId, reason: "settled out of court" });

const actionsOf = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.audit({ actor: admin, requestId })).map(({ action }) => action);

describe("a hold", () => {
  it("names types by which no source says that it finds anybody: a misspelt one holds nobody", async () => {
    const { world } = await shop();
    const typed = (type: string): Identifier => ({ type, value: "4711" });
    const input = { actor: admin, identifiers: [email(ada), typed("custmer-number")], reason };
    const once = { ...input, idempotencyKey: "court-order-12" };
    const said = { unknownTypes: ["custmer-number"] };
    expect(unwrap(await world.rights.holds.place(once))).toMatchObject(said);
    expect(unwrap(await world.rights.holds.place(once))).toMatchObject(said);
    expect(await place(world, email(bo))).not.toHaveProperty("unknownTypes");
  });

  it("that is lifted while a request looks whether it stands keeps that no longer", async () => {
    const { holdStore } = memoryStorage();
    let looking: { readonly wasSeen?: () => void; readonly goesOn: Promise<void> } = {
      goesOn: Promise.resolve(),
    };
    // A store answers what was so when it was asked, and somebody may be quicker than the answer.
    const slow = {
      ...holdStore,
      standing: (asked: Parameters<typeof holdStore.standing>[0]) =>
        holdStore.standing(asked).andThen((said) => {
          looking.wasSeen?.();
          return ResultAsync.fromSafePromise(looking.goesOn.then(() => said));
        }),
    };
    const { world, held } = await shop({ holdStore: slow });
    const { hold } = await place(world, email(ada));
    const requestId = await world.acknowledged("erasure");
    await world.pass(2 * day);
    const seen = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    looking = { wasSeen: seen.resolve, goesOn: answered.promise };
    const passing = world.pass(day / 20);
    await seen.promise;
    looking = { goesOn: Promise.resolve() };
    unwrap(await lift(world, hold.id));
    answered.resolve();
    await passing;
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(held.has(ada)).toBe(false);
  });

  it("stops an erasure, visibly, until it is lifted", async () => {
    const { world, held, copy } = await shop();
    const { hold, underWay } = await place(world, email("ADA@example.org"));
    expect(underWay).toEqual([]);
    const requestId = await world.acknowledged("erasure");
    await world.pass(3 * day);
    expect(held.has(ada) && copy.has(ada)).toBe(true);
    const view = await world.read(requestId);
    expect(view).toMatchObject({ outcome: null, waitingFor: [{ for: "hold", hold: hold.id }] });
    expect(view.sources.every(({ status }) => status === "pending")).toBe(true);
    unwrap(await lift(world, hold.id));
    await world.settle();
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(held.has(ada)).toBe(false);
    const actions = await actionsOf(world, requestId);
    expect(actions.filter((action) => action === "held")).toHaveLength(1);
    expect(actions).toContain("hold-lifted");
  });

  it("stops nobody else's erasure, and no export", async () => {
    const { world, held } = await shop();
    await place(world, email(ada));
    const others = await world.acknowledged("erasure", bo);
    expect((await world.read(others)).outcome).toBe("completed");
    expect([...held.keys()]).toEqual([ada]);
    const exported = await world.acknowledged("export");
    expect((await world.read(exported, tenantAdmin)).outcome).toBe("completed");
  });

  it("is met under a name that turns up on the way", async () => {
    const { world, held } = await shop({
      sources: [
        peopleSource("crm", new Map([[ada, [{}]]]), {
          identify: async () => [{ type: "customer-number", value: "4711" }],
        }),
      ],
    });
    const { hold } = await place(world, { type: "customer-number", value: "4711" });
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: hold.id }]);
    expect(held.has(ada)).toBe(true);
  });

  describe("on an identifier that others may go by too", () => {
    const telephone = { type: "telephone", value: "030 1" };
    /** Two people with one number, or one who has it alone, of whom the source tells so. */
    const calling = async (others: number, known: readonly string[] = [ada, bo]) => {
      const held = new Map<string, Row[]>(known.map((each) => [each, [{}]]));
      const copy = new Map(held);
      const crm = peopleSource("crm", held, {
        identify: async (subject) =>
          subject.values("email").some((each) => held.has(each))
            ? [{ ...telephone, shared: true, others }]
            : [],
      });
      return { ...(await shop({ sources: [crm, copyOfPeople("search", copy, held)] })), held, copy };
    };

    it.each([0, 1])("is met by an erasure by another name (others who have it: %s)", async (others) => {
      const { world, held } = await calling(others);
      const { hold } = await place(world, telephone);
      const requestId = await world.acknowledged("erasure", bo);
      const [decision] = (await world.read(requestId)).waitingFor;
      if (decision?.for === "decision") {
        const answered = { requestId, decision: decision.decision, answer: "somebody-else", reason } as const;
        unwrap(await world.rights.requests.decideIdentifier({ actor: admin, ...answered }));
        await world.settle();
      }
      expect((await world.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: hold.id }]);
      await world.pass(3 * day);
      expect([...held.keys()]).toEqual([ada, bo]);
      unwrap(await lift(world, hold.id));
      await world.settle();
      expect([...held.keys()]).toEqual([ada]);
    });

    it("is met by a sweep, also where the source that told it has erased them before", async () => {
      const { world, held, copy } = await calling(0, [ada]);
      const later = new Map<string, Row[]>([[ada, [{}]]]);
      let isDown = true;
      await world.rights.stop();
      const archive = peopleSource("archive", later, {
        erase: async () => {
          if (isDown) throw new Error("down");
          later.clear();
          return [{ collection: "people", outcome: "erased", count: 1 }];
        },
      });
      const sources = [...world.options.sources, archive];
      const next = await createWorld({ ...world.options, sources }, world.tables, world.clock);
      const people = async function* () {
        yield { people: [{ identifiers: [email(ada)] }], cursor: "1" };
      };
      const swept = { actor: admin, reason: "retention", category: "customer-data", people } as const;
      const sweep = unwrap(await next.rights.sweeps.eraseMany(swept));
      expect(unwrap(await sweep.end()).counts).toMatchObject({ leftBehind: 1 });
      expect([held.size, copy.size, later.size]).toEqual([0, 1, 1]);
      isDown = false;
      const { hold } = await place(next, telephone);
      const refreshed = await next.rights.sources.refresh({ actor: admin, source: "search" });
      expect(unwrapError(refreshed)).toMatchObject({ code: "held-in-copy", hold: hold.id });
      const retried = unwrap(await next.rights.sweeps.retry({ actor: admin, sweepId: sweep.id }));
      expect(unwrap(await retried.end()).counts).toMatchObject({ leftBehind: 1 });
      const left = unwrap(await next.rights.sweeps.leftBehind({ actor: admin, sweepId: sweep.id }));
      expect(left).toMatchObject([{ problem: "held", hold: hold.id }]);
      expect([copy.size, later.size]).toEqual([1, 1]);
    });
  });

  it("stops what is not begun yet of an erasure under way, and says what is", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const copy = new Map(held);
    let finish: () => void = () => undefined;
    const { world } = await shop({
      sources: [
        peopleSource("crm", held, {
          erase: async () => {
            await new Promise<void>((resolve) => {
              finish = resolve;
            });
            held.delete(ada);
            return [{ collection: "people", outcome: "erased", count: 1 }];
          },
        }),
        copyOfPeople("search", copy, held),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    const { hold, underWay } = await place(world, email(ada));
    expect(underWay).toEqual([requestId]);
    finish();
    await world.settle();
    expect(copy.has(ada)).toBe(true);
    expect((await world.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: hold.id }]);
    unwrap(await lift(world, hold.id));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(copy.has(ada)).toBe(false);
  });

  describe("while a source is down", () => {
    const minute = 60_000;
    /** One tells the customer number, and one finds people by nothing else; each may be down. */
    const offices = async () => {
      const down = new Set<string>();
      const meet = (id: string) => {
        if (down.has(id)) throw new Error("down");
      };
      const numbered = new Set(["c-1"]);
      const shopOf = (subject: Subject) =>
        subject.values("customer-number").filter((each) => numbered.has(each));
      const world = await createWorld({
        sources: [
          peopleSource("crm", new Map([[ada, [{}]]]), {
            identify: async () => {
              meet("crm");
              return [{ type: "customer-number", value: "c-1" }];
            },
          }),
          peopleSource("shop", new Map(), {
            needs: ["customer-number", "email"],
            locate: async (subject) => {
              meet("shop");
              return [{ collection: "orders", count: shopOf(subject).length }];
            },
            erase: async (subject) => {
              meet("shop");
              const found = shopOf(subject);
              for (const each of found) numbered.delete(each);
              return [{ collection: "orders", outcome: "erased", count: found.length }];
            },
          }),
        ],
      });
      const problemsOf = async () => {
        const { failing, waiting } = unwrap(await world.rights.health());
        return [...failing, ...(waiting ?? []).filter(({ isWrong }) => isWrong)];
      };
      return { world, down, numbered, problemsOf };
    };

    it("has it asked who the person is as soon as it answers", async () => {
      const { world, down, numbered, problemsOf } = await offices();
      down.add("crm");
      const { hold } = await place(world, email(ada));
      const requestId = await world.acknowledged("erasure");
      await world.pass(minute);
      down.clear();
      await world.pass(90 * minute);
      const { waitingFor } = await world.read(requestId);
      expect([waitingFor, await problemsOf()]).toEqual([[{ for: "hold", hold: hold.id }], []]);
      // It could not say so any more on the day on which the hold ends.
      const { identifiers } = unwrap(await world.rights.requests.reveal({ actor: admin, requestId }));
      expect(identifiers).toContainEqual({ type: "customer-number", value: "c-1" });
      unwrap(await lift(world, hold.id));
      await world.settle();
      expect([numbered.size, (await world.read(requestId)).outcome]).toEqual([0, "completed"]);
    });

    it("has nothing erased there, and nothing wrong once it answers", async () => {
      const { world, down, numbered, problemsOf } = await offices();
      down.add("shop");
      const requestId = await world.acknowledged("erasure");
      await world.pass(30 * minute);
      const { hold } = await place(world, { type: "customer-number", value: "c-1" });
      await world.pass(30 * minute);
      down.clear();
      await world.pass(150 * minute);
      expect((await world.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: hold.id }]);
      expect([await problemsOf(), numbered.size]).toEqual([[], 1]);
      unwrap(await lift(world, hold.id));
      await world.settle();
      expect([numbered.size, (await world.read(requestId)).outcome]).toEqual([0, "completed"]);
    });
  });

  it("asks no owner to erase by hand", async () => {
    const { world } = await shop({
      sources: [
        peopleSource("paper", new Map([[ada, [{}]]]), {
          owner: "archive@northwind.example",
          erase: undefined as never,
        }),
      ],
    });
    const { hold } = await place(world, email(ada));
    await world.acknowledged("erasure");
    const tasks = () => world.notifier.sent.filter(({ notice }) => notice.type === "manual-task");
    await world.pass(2 * day);
    expect(tasks()).toHaveLength(0);
    unwrap(await lift(world, hold.id));
    await world.settle();
    expect(tasks()).toHaveLength(1);
  });

  it("leaves the person behind in a sweep, and erases them once it is lifted", async () => {
    const { world, held } = await shop();
    const { hold } = await place(world, email(ada));
    const people = async function* () {
      yield { people: [ada, bo].map((value) => ({ identifiers: [email(value)] })), cursor: "1" };
    };
    const swept = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const sweep = unwrap(await world.rights.sweeps.eraseMany(swept));
    expect(unwrap(await sweep.end()).counts).toMatchObject({ erased: 1, leftBehind: 1 });
    expect([...held.keys()]).toEqual([ada]);
    const left = unwrap(await world.rights.sweeps.leftBehind({ actor: admin, sweepId: sweep.id }));
    expect(left).toMatchObject([{ problem: "held" }]);
    unwrap(await lift(world, hold.id));
    const again = unwrap(await world.rights.sweeps.retry({ actor: admin, sweepId: sweep.id }));
    expect(unwrap(await again.end()).counts).toMatchObject({ erased: 2, leftBehind: 0 });
    expect(held.size).toBe(0);
  });

  it("ends by itself behind its last day", async () => {
    const { world, held } = await shop();
    const input = { actor: admin, identifiers: [email(ada)], reason, until: "2026-01-06" };
    unwrap(await world.rights.holds.place(input));
    const requestId = await world.acknowledged("erasure");
    await world.pass(day);
    expect(held.has(ada)).toBe(true);
    await world.pass(day);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("stands as long as another on the same person does", async () => {
    const { world, held } = await shop();
    const [first, second] = [await place(world, email(ada)), await place(world, email(ada))];
    const requestId = await world.acknowledged("erasure");
    unwrap(await lift(world, first.hold.id));
    await world.settle();
    expect(held.has(ada)).toBe(true);
    unwrap(await lift(world, second.hold.id));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("survives the process, and nobody is erased while it cannot be asked for", async () => {
    const { world, held } = await shop();
    const { hold } = await place(world, email(ada));
    const requestId = await world.acknowledged("erasure");
    await world.rights.stop();
    const next = await createWorld(world.options, world.tables, world.clock);
    await next.pass(day);
    expect((await next.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: hold.id }]);
    expect(held.has(ada)).toBe(true);
  });

  it("stands under all that sources know the person by, and names a source that could not say it", async () => {
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    let isDown = true;
    const crm = peopleSource("crm", held, {
      needs: ["customer-number", "email"],
      // Compares numbers as numbers.
      identify: async (subject) => {
        if (isDown) throw new Error("down");
        const isAda = subject.values("customer-number").some((value) => Number(value) === 9);
        return isAda || subject.values("email").includes(ada)
          ? [{ type: "customer-number", value: "9" }, email(ada)]
          : [];
      },
    });
    const world = await createWorld({ sources: [crm, peopleSource("letters", new Map())] });
    const asked = {
      actor: admin,
      identifiers: [{ type: "customer-number", value: "009" }],
      reason,
      idempotencyKey: "file-7",
    };
    const first = unwrap(await world.rights.holds.place(asked));
    expect(first.notAsked).toEqual(["crm"]);
    isDown = false;
    const again = unwrap(await world.rights.holds.place(asked));
    expect(again).toMatchObject({ hold: first.hold, notAsked: [] });
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).waitingFor).toEqual([{ for: "hold", hold: first.hold.id }]);
    expect(held.size).toBe(1);
    unwrap(await lift(world, first.hold.id));
    await world.pass(1_000);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
  });

  describe("that is placed again on another day, because a source could not be asked", () => {
    const number = (value: string) => ({ type: "customer-number", value });
    /** Who has which address, by number, in a source that is down at first; with what else it tells of them. */
    const lab = async (others: ReturnType<typeof peopleSource>[] = [], further: Identifier[] = []) => {
      const customers = new Map([["C-100", ada]]);
      const state = { isDown: true };
      const needs = ["customer-number", "account", "email"];
      const crm = peopleSource("crm", new Map(), {
        needs,
        identify: async (subject) => {
          if (state.isDown) throw new Error("down");
          const known = subject.identifiers.map(({ value }) => value);
          return [...customers].flatMap(([id, address]) =>
            known.includes(id) || known.includes(address) ? [number(id), email(address), ...further] : [],
          );
        },
      });
      const world = await createWorld({ sources: [crm, ...others] });
      const key = { actor: admin, identifiers: [email(ada)], reason, idempotencyKey: "file-7" };
      const again = async () => unwrap(await world.rights.holds.place(key));
      const first = await again();
      expect(first.notAsked).toEqual(["crm"]);
      world.clock.set(new Date(world.clock.now().getTime() + 12 * day));
      state.isDown = false;
      const erasing = async (address: string, further: Identifier) => {
        const identifiers = [further];
        const kind = { kind: "erasure", category: "customer-data" } as const;
        const about = { actor: admin, ...kind, email: address, identifiers };
        const { request } = unwrap(await world.rights.requests.submit(about));
        await world.settle();
        unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
        await world.pass(1_000);
        return world.read(request.id);
      };
      return { customers, again, first, erasing };
    };

    it("is not on whoever has the address by then, and does not say that everybody was asked", async () => {
      const { customers, again, first, erasing } = await lab();
      customers.set("C-100", "ada.new@example.org").set("C-101", ada);
      expect(await again()).toMatchObject({ hold: first.hold, notAsked: ["crm"] });
      customers.set("C-101", "eve@example.org");
      expect(await erasing("eve@example.org", number("C-101"))).toMatchObject({ outcome: "completed" });
      expect((await again()).notAsked).toEqual(["crm"]);
    });

    it("is under what they are known by then, where their number is known of that day", async () => {
      const identify = async () => [number("C-100")];
      const { again, first, erasing } = await lab(
        [peopleSource("shop", new Map(), { identify })],
        [{ type: "account", value: "A-1" }],
      );
      expect(await again()).toMatchObject({ hold: first.hold, notAsked: [] });
      const { waitingFor } = await erasing("other@example.org", { type: "account", value: "A-1" });
      expect(waitingFor).toEqual([{ for: "hold", hold: first.hold.id }]);
    });
  });

  it("may be called off with the request", async () => {
    const { world, held } = await shop();
    await place(world, email(ada));
    const requestId = await world.acknowledged("erasure");
    unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "by mistake" }));
    await world.pass(day);
    expect(await world.read(requestId)).toMatchObject({ outcome: "cancelled" });
    expect(held.has(ada)).toBe(true);
  });

  it("is kept with who placed and lifted it, and why, and nothing personal", async () => {
    const { world } = await shop();
    const { hold } = await place(world, email(ada));
    unwrap(await lift(world, hold.id));
    const { read, list } = world.rights.holds;
    const view = unwrap(await read({ actor: admin, holdId: hold.id }));
    const by = unwrap(await world.rights.recordedAs({ actor: admin }));
    expect(view).toMatchObject({
      placedBy: by,
      reason,
      lifted: { by, reason: "settled out of court" },
    });
    expect(unwrap(await list({ actor: admin, open: true })).holds).toEqual([]);
    expect(unwrap(await list({ actor: admin })).holds).toEqual([view]);
    expect(JSON.stringify([...world.tables.holds])).not.toContain("ada@");
  });
});

describe("a hold is refused", () => {
  it("without somebody, a reason or the right, and with a reason that names the person", async () => {
    const { world } = await shop();
    const { place: put } = world.rights.holds;
    const good = { actor: admin, identifiers: [email(ada)], reason };
    for (const bad of [
      { ...good, identifiers: [] },
      { ...good, identifiers: [email("no address")] },
      { ...good, reason: "  " },
      { ...good, reason: `because of ${ada}` },
      { ...good, until: "tomorrow" },
    ]) {
      expect(unwrapError(await put(bad)).code).toBe("invalid-input");
    }
    expect(unwrapError(await put({ ...good, actor: tenantAdmin })).code).toBe("not-allowed");
  });

  it("to be lifted twice, or by another tenant", async () => {
    const { world } = await shop();
    const { hold } = await place(world, email(ada));
    expect(unwrapError(await lift(world, hold.id, elsewhere)).code).toBe("hold-not-found");
    expect(unwrapError(await lift(world, "none")).code).toBe("hold-not-found");
    const answers = await Promise.all([lift(world, hold.id), lift(world, hold.id)]);
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1);
    expect(unwrapError(await lift(world, hold.id)).code).toBe("not-possible-now");
  });

  it("where there is no store for it", async () => {
    const { world } = await shop();
    const { holdStore: _, ...options } = world.options;
    const without = await createWorld(
      { ...options, holdStore: undefined as never },
      world.tables,
      world.clock,
    );
    const { place: put, list } = without.rights.holds;
    expect(() => list({ actor: admin })).toThrow(/holdStore/);
    expect(() => put({ actor: admin, identifiers: [email(ada)], reason })).toThrow(/holdStore/);
  });
});

it("a reason is text everywhere: one with half of a surrogate pair has no canonical form, and is refused", async () => {
  const world = await createWorld({ sources: [peopleSource("crm", new Map())] });
  const reason = "because \ud800";
  const identifiers = [{ type: "email", value: ada }];
  const { holds, suppressions } = world.rights;
  const placed = await holds.place({ actor: admin, identifiers, reason });
  const lifted = await suppressions.lift({ actor: admin, identifiers, reason });
  expect([unwrapError(placed).code, unwrapError(lifted).code]).toEqual(["invalid-input", "invalid-input"]);
});
