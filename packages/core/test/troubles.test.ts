import {
  type CollectionOutcome,
  KeyDestroyed,
  type KeyRing,
  NoProgress,
  okAsync,
  type Row,
  type StoredRequest,
  type Subject,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, byNumber, createWorld, peopleSource, tenantAdmin, type World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);

const warnings = ({ notifier }: World) =>
  notifier.sent.flatMap(({ notice, to }) => (notice.type === "trouble" ? [[notice.problem, to]] : []));

const actionsOf = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.audit({ actor: admin, requestId })).map(({ action }) => action);

describe("an error inside the library's own work", () => {
  const broken = async (options: Partial<SubjectRightsOptions> = {}) => {
    const state = { isBroken: true };
    const tables = memoryTables();
    const { artifactStore } = memoryStorage({ tables });
    const world = await createWorld(
      {
        sources: [peopleSource("crm", people())],
        // It throws where nothing may, so that packing does.
        artifactStore: {
          ...artifactStore,
          read: (place) => {
            if (state.isBroken) throw new TypeError("broken");
            return artifactStore.read(place);
          },
        },
        ...options,
      },
      tables,
    );
    const submitted = await world.rights.requests.submit({
      actor: tenantAdmin,
      kind: "export",
      category: "customer-data",
      email: ada,
    });
    await world.clock.advance(0);
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    const { id } = unwrap(submitted).request;
    const pass = async (milliseconds: number) => {
      await world.clock.advance(milliseconds);
      // Compressing takes real time, which the simulated clock knows nothing of.
      for (let turn = 0; turn < 20; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        await world.clock.advance(0);
      }
    };
    return { world, state, id, pass };
  };

  it("is shown, is told once, goes to onError, and backs off", async () => {
    const { world, id, pass } = await broken();
    await pass(0);
    const view = await world.read(id, tenantAdmin);
    expect(view.waitingFor).toMatchObject([{ for: "work", work: "package", problem: "internal-error" }]);
    expect(view.idle?.until).not.toBeNull();
    for (let tried = 0; tried < 10; tried += 1) await pass(minute);
    const first = world.errors.length;
    expect(first).toBeGreaterThanOrEqual(5);
    expect(world.errors[0]).toMatchObject({ message: "broken" });
    expect(warnings(world)).toEqual([["internal-error", "support@northwind.example"]]);
    for (let hours = 0; hours < 12; hours += 1) await pass(hour);
    expect(world.errors.length - first).toBeLessThanOrEqual(24);
    expect(warnings(world)).toHaveLength(1);
    expect((await actionsOf(world, id)).filter((action) => action === "work-failed")).toHaveLength(1);
  });

  it("ends with its cause", async () => {
    const { world, state, id, pass } = await broken();
    for (let tried = 0; tried < 10; tried += 1) await pass(minute);
    state.isBroken = false;
    await pass(hour);
    expect(await world.read(id, tenantAdmin)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(await actionsOf(world, id)).toContain("work-resumed");
  });
});

describe("work that is due at once again and again", () => {
  it("is stopped, shown and told, and goes on when there is no reason for it any more", async () => {
    const tables = memoryTables();
    const { requestStore } = memoryStorage({ tables });
    const state = { isDown: true, isOfTwoMinds: false, isBehind: false, reads: 0 };
    let before: StoredRequest | undefined;
    const world = await createWorld(
      {
        sources: [
          peopleSource("crm", people(), {
            erase: async () => {
              if (state.isDown) throw new Error("down");
              return [{ collection: "people", outcome: "absent" }];
            },
            verify: async () => [{ collection: "people", count: 0 }],
          }),
        ],
        // The first answer behind each commit is of long ago: what is to be done by the one may not be done by the other.
        requestStore: {
          ...requestStore,
          transaction: null,
          commit: (input) => {
            state.isBehind = state.isOfTwoMinds;
            return requestStore.commit(input);
          },
          read: (key) => {
            state.reads += 1;
            if (!state.isBehind) return requestStore.read(key);
            state.isBehind = false;
            return okAsync(before);
          },
        },
      },
      tables,
    );
    const submitted = await world.rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: ada,
    });
    const { id } = unwrap(submitted).request;
    await world.settle();
    before = unwrap(await requestStore.read({ tenant: "northwind", id }));
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    Object.assign(state, { isDown: false, isOfTwoMinds: true });
    await world.clock.advance(minute);
    Object.assign(state, { isOfTwoMinds: false, isBehind: false });
    expect(state.reads).toBeLessThan(5_000);
    expect(world.errors.filter((error) => error instanceof NoProgress)).toHaveLength(1);
    expect((await world.read(id)).waitingFor).toMatchObject([
      { for: "work", work: "work crm", problem: "no-progress" },
    ]);
    expect(warnings(world)).toEqual([["no-progress", "support@northwind.example"]]);
    await world.pass(hour);
    expect(await world.read(id)).toMatchObject({ outcome: "completed", waitingFor: [] });
  });
});

describe("a request for which nothing is due, and that waits for nobody", () => {
  it("is shown and told, and goes on when there is something to do again", async () => {
    const held = people();
    const isDown = { now: true };
    const crm = peopleSource("crm", held, {
      erase: async () => {
        if (isDown.now) throw new Error("down");
        held.delete(ada);
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({ sources: [crm] });
    const requestId = await world.acknowledged("erasure");
    await world.rights.stop();
    // No way leads here by itself: a warning of which nobody knows what it is about.
    const [[place, stored] = []] = world.tables.requests;
    if (place === undefined || stored === undefined) throw new Error("nothing is stored");
    const state = stored.state as { request: { steps: object[] } };
    state.request.steps = state.request.steps.map((step) => ({
      ...step,
      status: "warning",
      problem: null,
      outage: null,
      nextAttemptAt: null,
    }));
    world.tables.requests.set(place, { ...stored, state, wakeAt: world.clock.now().toISOString() } as never);

    const next = await createWorld(world.options, world.tables, world.clock);
    await next.pass(hour);
    expect((await next.read(requestId)).waitingFor).toMatchObject([
      { for: "work", work: "anything", problem: "no-progress" },
    ]);
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "trouble")).toHaveLength(1);
    expect(world.errors.filter((error) => error instanceof NoProgress)).toHaveLength(1);
    isDown.now = false;
    unwrap(await next.rights.requests.retrySource({ actor: admin, requestId, source: "crm" }));
    await next.pass(hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
  });
});

describe("a key that is lost", () => {
  const lost = (name: string, from: KeyRing) => {
    const state = { isLost: false };
    const keyRing: KeyRing = {
      ...from,
      use: (asked) => (state.isLost && asked.startsWith(name) ? okAsync(undefined) : from.use(asked)),
    };
    return { state, keyRing };
  };

  const retaining = async (rules: SubjectRightsOptions["rules"] = {}) => {
    const tables = memoryTables();
    const held = people();
    const { state, keyRing } = lost("request/", memoryStorage({ tables }).keyRing);
    const world: World = await createWorld(
      {
        keyRing,
        rules,
        lookEvery: 12 * hour,
        sources: [
          peopleSource("books", held, {
            ...byNumber,
            locate: async () => [{ collection: "people", count: held.size }],
            erase: async () => {
              if (world.clock.now().toISOString() < "2026-07") {
                return [
                  { collection: "people", outcome: "retained", count: 1, reason: "tax", until: "2026-06-30" },
                ];
              }
              held.delete(ada);
              return [{ collection: "people", outcome: "erased", count: 1 }];
            },
          }),
        ],
      },
      tables,
    );
    const requestId = await world.acknowledged("erasure");
    expect((await world.read(requestId)).outcome).toBe("completed-with-exceptions");
    return { world, held, state, requestId };
  };

  it("does not drop a duty to erase what was kept: that is shown and told, for as long as it lasts", async () => {
    const { world, held, state, requestId } = await retaining();
    state.isLost = true;
    await world.pass(180 * day);
    expect(held.has(ada)).toBe(true);
    const view = await world.read(requestId);
    expect(view.waitingFor).toMatchObject([{ for: "work", work: "everything", problem: "key-lost" }]);
    expect(warnings(world)).toEqual([["key-lost", "support@northwind.example"]]);
    expect(await actionsOf(world, requestId)).not.toContain("key-destroyed");
    // Once, as long as it lasts.
    expect(world.errors.map((error) => error instanceof KeyDestroyed)).toEqual([true]);
  });

  for (const call of ["cancel", "decline", "settleSource"] as const) {
    it(`of a closed request is over where somebody sees to its rest, and says ${call}`, async () => {
      // Looked at so rarely that months pass quickly.
      const { world, held, state, requestId } = await retaining({ retry: { outageDelay: 10 * day } });
      const { requests } = world.rights;
      const said = { actor: admin, requestId, reason: "seen to by hand" };
      const end = () =>
        call === "settleSource" ? requests.settleSource({ ...said, source: "books" }) : requests[call](said);
      expect(unwrapError(await end()).code).toBe("not-possible-now");
      state.isLost = true;
      await world.pass(180 * day);
      unwrap(await end());
      await world.pass(hour);
      expect(await world.read(requestId)).toMatchObject({
        outcome: "completed-with-exceptions",
        reopensAt: null,
        waitingFor: [],
        sources: [{ settlement: { reason: "seen to by hand" } }],
      });
      expect(await actionsOf(world, requestId)).toContain("key-destroyed");
      expect(await world.rights.health()).toMatchObject({ value: { status: "ok" } });
      expect(unwrapError(await end()).code).toBe("not-possible-now");
      expect(held.has(ada)).toBe(true);
    });
  }

  it("goes on where the key ring was put back", async () => {
    const { world, held, state, requestId } = await retaining();
    state.isLost = true;
    await world.pass(180 * day);
    state.isLost = false;
    await world.pass(2 * hour);
    expect(held.has(ada)).toBe(false);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
  });

  it("stops an open request, visibly, which can still be called off", async () => {
    const tables = memoryTables();
    const { state, keyRing } = lost("request/", memoryStorage({ tables }).keyRing);
    const crm = peopleSource("crm", people(), {
      erase: async () => {
        throw new Error("down");
      },
    });
    const world = await createWorld({ keyRing, sources: [crm] }, tables);
    const requestId = await world.acknowledged("erasure");
    // A doubt keeps nobody from being warned.
    unwrap(await world.rights.requests.suspend({ actor: admin, requestId, reason: "who asks?" }));
    state.isLost = true;
    const before = world.errors.length;
    await world.pass(day);
    expect(world.errors.slice(before)).toMatchObject([{ code: "key-destroyed" }]);
    const view = await world.read(requestId);
    expect(view.waitingFor).toContainEqual(expect.objectContaining({ for: "work", problem: "key-lost" }));
    expect(warnings(world)).toHaveLength(1);
    const again = { actor: admin, requestId, source: "crm" };
    expect(unwrapError(await world.rights.requests.retrySource(again)).code).toBe("key-destroyed");
    unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "its key is lost" }));
    expect((await world.read(requestId)).outcome).toBe("cancelled");
    await world.pass(2 * day);
    expect(await world.read(requestId)).toMatchObject({ waitingFor: [] });
    expect(unwrap(await world.rights.health()).waiting).toEqual([]);
  });

  it("leaves nobody to whom a refusal could go, and that shows", async () => {
    const tables = memoryTables();
    const { state, keyRing } = lost("request/", memoryStorage({ tables }).keyRing);
    const world = await createWorld({ keyRing, sources: [peopleSource("crm", people())] }, tables);
    const submitted = await world.rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: ada,
    });
    const requestId = unwrap(submitted).request.id;
    await world.settle();
    state.isLost = true;
    unwrap(await world.rights.requests.decline({ actor: admin, requestId, reason: "its key is lost" }));
    await world.pass(day);
    const { outcome, messages } = await world.read(requestId);
    expect(outcome).toBe("declined");
    expect(messages).toContainEqual(
      expect.objectContaining({
        kind: "refusal",
        status: "failed",
        problem: { code: "key-lost", retryable: false },
      }),
    );
    expect(await actionsOf(world, requestId)).toContain("notice-failed");
    // Support is told, to see to it in another way.
    expect(
      world.notifier.sent.flatMap(({ to, notice }) =>
        notice.type === "undelivered" ? [[to, notice.message.kind, notice.problem, notice.retryable]] : [],
      ),
    ).toEqual([["support@northwind.example", "refusal", "key-lost", false]]);
  });

  describe("of a tenant", () => {
    const hold = { actor: admin, identifiers: [{ type: "email", value: ada }], reason: "file 7" };
    const eve = "eve@example.org";
    const submit = ({ rights }: World, email: string) =>
      rights.requests.submit({ actor: admin, kind: "erasure", category: "customer-data", email });
    const failing = async ({ rights }: World) => unwrap(await rights.health()).failing;

    /** An erasure of Eve waits for a source that is down. */
    const waiting = async () => {
      const state = { isDown: true };
      const held = new Map<string, Row[]>([ada, eve].map((each) => [each, [{}]]));
      const erase = async (subject: Subject): Promise<CollectionOutcome[]> => {
        if (state.isDown) throw new Error("down");
        const count = subject.values("email").filter((each) => held.delete(each)).length;
        return [{ collection: "people", outcome: "erased", count }];
      };
      const world = await createWorld({ sources: [peopleSource("crm", held, { erase })] });
      const requestId = await world.acknowledged("erasure", eve);
      await world.pass(hour);
      return { world, state, held, requestId };
    };
    const lose = ({ tables }: World, name: string) => {
      const keys = tables.keys.get(name) ?? [];
      tables.keys.delete(name);
      return () => void tables.keys.set(name, keys);
    };

    it("is never made anew over a hold: nobody is taken in, nobody is erased, and it is told", async () => {
      const { world, state, held, requestId } = await waiting();
      unwrap(await world.rights.holds.place(hold));
      const putBack = lose(world, "pseudonyms/northwind");
      const before = world.errors.length;
      expect(unwrapError(await submit(world, ada)).code).toBe("key-destroyed");
      expect(unwrapError(await world.rights.holds.place(hold)).code).toBe("key-destroyed");
      expect(world.errors.slice(before)).toMatchObject([{ code: "key-destroyed" }]);
      expect(await failing(world)).toContainEqual(
        expect.objectContaining({ adapter: "key-ring", problem: "key-destroyed" }),
      );
      state.isDown = false;
      await world.pass(2 * hour);
      expect((await world.read(requestId)).waitingFor).toMatchObject([
        { for: "work", work: "work crm", problem: "key-lost" },
      ]);
      expect(warnings(world)).toEqual([["key-lost", "support@northwind.example"]]);
      expect([held.size, world.tables.keys.has("pseudonyms/northwind")]).toEqual([2, false]);
      putBack();
      await world.pass(2 * hour);
      expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
      expect([...held.keys()]).toEqual([ada]);
      expect(await failing(world)).toEqual([]);
    });

    it("is told of while a request waits for a hold", async () => {
      const { world } = await waiting();
      unwrap(await world.rights.holds.place(hold));
      const requestId = await world.acknowledged("erasure");
      expect((await world.read(requestId)).waitingFor).toMatchObject([{ for: "hold" }]);
      lose(world, "pseudonyms/northwind");
      await world.pass(2 * hour);
      expect((await world.read(requestId)).waitingFor).toContainEqual(
        expect.objectContaining({ for: "work", problem: "key-lost" }),
      );
    });

    it("is made anew once nothing needs the lost one any more", async () => {
      const { world, requestId } = await waiting();
      const placed = unwrap(await world.rights.holds.place(hold));
      lose(world, "pseudonyms/northwind");
      unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "its key is lost" }));
      await world.pass(hour);
      expect(unwrapError(await submit(world, ada)).code).toBe("key-destroyed");
      const lifting = { actor: admin, holdId: placed.hold.id, reason: "its key is lost" };
      expect(unwrap(await world.rights.holds.lift(lifting)).lifted).toMatchObject({ by: "actor-unknown" });
      unwrap(await submit(world, ada));
    });

    describe("where a closed request has kept something", () => {
      /** An invoice of Ada's is kept, and nothing else is open. */
      const keeping = async () => {
        const until = "2028-12-31";
        const books = peopleSource("books", people(), {
          ...byNumber,
          locate: async () => [{ collection: "invoices", count: 1 }],
          erase: async () => [
            { collection: "invoices", outcome: "retained", count: 1, reason: "§ 147 AO", until },
          ],
        });
        const world = await createWorld({ sources: [books], lookEvery: day });
        const requestId = await world.acknowledged("erasure");
        await world.pass(hour);
        expect(await world.read(requestId)).toMatchObject({ reopensAt: expect.any(String) });
        return { world, requestId, putBack: lose(world, "pseudonyms/northwind") };
      };

      it("names the key and what needs it, and is made anew once that was ended by hand", async () => {
        const { world, requestId } = await keeping();
        const error = unwrapError(await submit(world, eve));
        expect(error).toMatchObject({
          code: "key-destroyed",
          keyName: "pseudonyms/northwind",
          neededBy: expect.stringContaining(requestId),
        });
        expect(error.message).toContain("pseudonyms/northwind");
        const ending = { actor: admin, requestId, reason: "the invoice is looked after by hand" };
        expect(unwrap(await world.rights.requests.cancel(ending))).toMatchObject({
          outcome: "completed-with-exceptions",
          reopensAt: null,
          sources: [{ settlement: { by: "actor-unknown" } }],
        });
        await world.pass(hour);
        unwrap(await submit(world, eve));
        expect(await failing(world)).toEqual([]);
      });

      it("is made anew once each source of it was settled", async () => {
        const { world, requestId } = await keeping();
        const settling = { actor: admin, requestId, source: "books", reason: "looked after by hand" };
        unwrap(await world.rights.requests.settleSource(settling));
        await world.pass(hour);
        unwrap(await submit(world, eve));
      });

      it("leaves alone what is kept as long as the key is there", async () => {
        const { world, requestId, putBack } = await keeping();
        putBack();
        const ending = { actor: admin, requestId, reason: "nobody wants it" };
        expect(unwrapError(await world.rights.requests.cancel(ending)).code).toBe("not-possible-now");
        unwrap(await submit(world, eve));
      });

      it("is no trouble any more of one that was opened again and called off", async () => {
        const { world, requestId } = await keeping();
        world.clock.set(new Date("2029-01-01T12:00:00Z"));
        await world.pass(2 * day);
        expect((await world.read(requestId)).waitingFor).toContainEqual(
          expect.objectContaining({ for: "work", problem: "key-lost" }),
        );
        const ending = { actor: admin, requestId, reason: "the invoice was erased by hand" };
        unwrap(await world.rights.requests.cancel(ending));
        await world.pass(2 * day);
        expect((await world.read(requestId)).waitingFor).toEqual([]);
        unwrap(await submit(world, eve));
        expect(unwrap(await world.rights.health()).waiting).not.toContainEqual(
          expect.objectContaining({ isWrong: true }),
        );
      });
    });

    it("for suppressions is never made anew over a list", async () => {
      const { world, state, held, requestId } = await waiting();
      state.isDown = false;
      await world.pass(2 * hour);
      expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
      lose(world, "suppressions/northwind");
      const next = await world.acknowledged("erasure");
      await world.pass(hour);
      expect((await world.read(next)).waitingFor).toMatchObject([{ for: "work", problem: "key-lost" }]);
      expect(held.size).toBe(1);
      expect(unwrapError(await world.rights.suppressions.rotate({ actor: admin })).code).toBe(
        "key-destroyed",
      );
    });

    describe("for suppressions", () => {
      /** Sources that say who it is, as often as they are asked: only what needs the key does not work. */
      const begun = async () => {
        const held = [ada, eve].map((each): [string, Row[]] => [each, [{}]]);
        const [crm, shop] = [new Map(held), new Map(held)];
        const identify = async () => [];
        const sources = [peopleSource("crm", crm, { identify }), peopleSource("shop", shop, { identify })];
        const world = await createWorld({ sources });
        await world.acknowledged("erasure", eve);
        const putBack = lose(world, "suppressions/northwind");
        const requestId = await world.acknowledged("erasure");
        await world.pass(hour);
        const troubles = async () =>
          (await world.read(requestId)).waitingFor.map((each) => (each.for === "work" ? each : null));
        return { world, crm, putBack, requestId, troubles, first: await troubles() };
      };

      it("is told once, and stands since when it was met first, until what needs it is done", async () => {
        const { world, crm, putBack, requestId, troubles, first } = await begun();
        expect(first).toMatchObject([
          { work: "work crm", problem: "key-lost" },
          { work: "work shop", problem: "key-lost" },
        ]);
        await world.pass(day);
        expect(new Set(await troubles())).toEqual(new Set(first));
        expect(warnings(world)).toEqual([["key-lost", "support@northwind.example"]]);
        const told = (await actionsOf(world, requestId)).filter((action) => action.startsWith("work-"));
        expect(told).toEqual(["work-failed", "work-failed"]);
        putBack();
        await world.pass(2 * hour);
        expect(await world.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
        expect(crm.size).toBe(0);
      });

      it("is no trouble any more of a request that was called off, nor of a source that was settled", async () => {
        const { world, requestId, troubles } = await begun();
        const settling = { actor: admin, requestId, source: "shop", reason: "seen to by hand" };
        unwrap(await world.rights.requests.settleSource(settling));
        await world.pass(2 * hour);
        expect(await troubles()).toMatchObject([{ work: "work crm" }]);
        unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "asked for again" }));
        await world.pass(day);
        expect(await troubles()).toEqual([]);
        expect(unwrap(await world.rights.health()).waiting).toEqual([]);
      });
    });
  });

  it("of pseudonyms is the trouble of the work that needs it", async () => {
    const tables = memoryTables();
    const { state, keyRing } = lost("pseudonyms/", memoryStorage({ tables }).keyRing);
    const crm = peopleSource("crm", people(), {
      identify: async () => {
        state.isLost = true;
        return [{ type: "customer-number", value: "4711" }];
      },
    });
    const world = await createWorld({ keyRing, sources: [crm] }, tables);
    const requestId = await world.acknowledged("erasure");
    await world.pass(day);
    expect((await world.read(requestId)).waitingFor).toMatchObject([
      { for: "work", work: "work crm", problem: "key-lost" },
    ]);
    expect(warnings(world)).toHaveLength(1);
  });
});
