import { type DataSourceDefinition, PermanentFailure, type Row, subjectOf } from "@subject-rights/core";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, hanging, peopleSource } from "./world.ts";

const hour = 3_600_000;

const erasureOver = async (
  changes: Partial<DataSourceDefinition>,
  people = new Map<string, Row[]>([[ada, [{}]]]),
) => {
  const good = new Map<string, Row[]>([[ada, [{}]]]);
  const world = await createWorld({
    sources: [peopleSource("good", good), peopleSource("bad", people, changes)],
  });
  const requestId = await world.acknowledged("erasure");
  const bad = async () => (await world.read(requestId)).sources.find(({ id }) => id === "bad");
  return { world, requestId, good, bad };
};

describe("a source that", () => {
  it("asks for values of what can be no type does not find the person absent: it has failed, and onError has what to write", async () => {
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    const { world, requestId, bad } = await erasureOver(
      {
        locate: async (subject) => [
          {
            collection: "people",
            count: subject.values("Email").filter((email) => people.has(email)).length,
          },
        ],
      },
      people,
    );
    await world.clock.advance(24 * hour);
    expect(await bad()).toMatchObject({
      status: "warning",
      problem: { code: "permanent-failure", retryable: false },
    });
    expect((await world.read(requestId)).outcome).toBeNull();
    const cause = { message: expect.stringMatching(/a type is lower case letters/) };
    expect(world.errors[0]).toMatchObject({ code: "call-failed", adapter: "bad", cause });
    for (const type of ["email ", "", undefined, ["email"]])
      expect(() => subjectOf([{ type: "email", value: ada }]).values(type as string)).toThrow(/lower case/);
    expect(subjectOf([{ type: "email", value: ada }]).values("customer-number")).toEqual([]);
  });

  it("throws is tried again, later and later, then turns to warning, and support is told once", async () => {
    let tries = 0;
    const { world, requestId, good, bad } = await erasureOver({
      erase: async () => {
        tries += 1;
        throw new Error(`could not reach ${ada}`);
      },
    });
    expect(tries).toBe(1);
    expect(await bad()).toMatchObject({ status: "pending", attempts: 1, problem: { code: "unavailable" } });
    await world.clock.advance(60_000);
    expect(tries).toBe(5);
    expect(await bad()).toMatchObject({ status: "warning", attempts: 5 });
    const view = await world.read(requestId);
    expect(view).toMatchObject({
      outcome: null,
      waitingFor: [{ for: "source", source: "bad", problem: "unavailable" }],
    });
    expect(good.size).toBe(0);

    const support = world.notifier.sent.filter(({ notice }) => notice.type === "support");
    expect(support).toHaveLength(1);
    expect(support[0]?.to).toBe("support@northwind.example");
    expect(support[0]?.notice).toMatchObject({
      requestId,
      source: { id: "bad" },
      problem: "unavailable",
      attempts: 5,
    });
    expect(JSON.stringify(support)).not.toContain("ada@");

    await world.clock.advance(24 * hour);
    expect(tries).toBeGreaterThan(7);
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "support")).toHaveLength(1);
  });

  it.each([
    ["", {}],
    [", and says all the while who the person is", { identify: async () => [] }],
  ])("throws, and works again hours later, finishes the request by itself%s", async (_, abilities) => {
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    let isDown = true;
    const { world, requestId } = await erasureOver(
      {
        ...abilities,
        erase: async () => {
          if (isDown) throw new Error("down");
          people.clear();
          return [{ collection: "people", outcome: "erased", count: 1 }];
        },
      },
      people,
    );
    await world.clock.advance(hour);
    isDown = false;
    expect((await world.read(requestId)).outcome).toBeNull();
    await world.clock.advance(6 * hour);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("throws before it returns a promise, or no error at all, fails no differently", async () => {
    for (const thrown of [new Error("now"), undefined, "text", null]) {
      const { bad } = await erasureOver({
        erase: () => {
          throw thrown;
        },
      });
      expect(await bad()).toMatchObject({ problem: { code: "unavailable", retryable: true } });
    }
  });

  it("says never turns to warning at once, and waits for a person", async () => {
    let tries = 0;
    const { world, requestId, bad } = await erasureOver({
      erase: async () => {
        tries += 1;
        throw new PermanentFailure("legal hold");
      },
    });
    await world.clock.advance(48 * hour);
    expect(tries).toBe(1);
    expect(await bad()).toMatchObject({
      status: "warning",
      nextAttemptAt: null,
      problem: { code: "permanent-failure", retryable: false },
    });

    const retried = await world.rights.requests.retrySource({ actor: admin, requestId, source: "bad" });
    expect(retried.isOk()).toBe(true);
    await world.settle();
    expect(tries).toBe(2);
  });

  it("hangs is given up after its deadline, also when it ignores the signal", async () => {
    for (const erase of [hanging, () => new Promise<never>(() => undefined)]) {
      const { world, bad } = await erasureOver({ erase });
      expect(await bad()).toMatchObject({ status: "running" });
      await world.clock.advance(60_000);
      expect(await bad()).toMatchObject({ status: "pending", problem: { code: "timed-out" } });
      await world.clock.advance(10 * 60_000);
      expect(await bad()).toMatchObject({ problem: { code: "timed-out" } });
      await world.rights.stop();
    }
  });

  it("answers success and leaves data is caught", async () => {
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    const { world, requestId, bad } = await erasureOver(
      { erase: async () => [{ collection: "people", outcome: "erased", count: 1 }] },
      people,
    );
    await world.clock.advance(hour);
    expect(await bad()).toMatchObject({ status: "warning", problem: { code: "still-present" } });
    expect((await world.read(requestId)).outcome).toBeNull();
  });

  it("keeps more than it says it keeps is caught", async () => {
    const { world, bad } = await erasureOver({
      locate: async () => [{ collection: "people", count: 3 }],
      erase: async () => [
        { collection: "people", outcome: "retained", count: 2, reason: "invoices", until: "2030-01-01" },
      ],
    });
    await world.clock.advance(hour);
    expect(await bad()).toMatchObject({ status: "warning", problem: { code: "still-present" } });
  });

  it("answers rubbish is not believed", async () => {
    const rubbish: unknown[] = [
      undefined,
      null,
      "erased",
      {},
      [{}],
      [{ collection: "people", outcome: "gone", count: 1 }],
      [{ collection: "people", outcome: "erased", count: -1 }],
      [{ collection: "people", outcome: "erased", count: 0.5 }],
      [{ collection: "people", outcome: "erased", count: Number.NaN }],
      [{ collection: "people", outcome: "erased", count: Number.POSITIVE_INFINITY }],
      [{ collection: "people", outcome: "erased", count: 2 ** 53 }],
      [{ collection: "people", outcome: "anonymised", count: 1, changed: 2 }],
      [{ collection: "people", outcome: "retained", count: 1, reason: "x", until: "some day" }],
      [{ collection: "people", outcome: "retained", count: 1, reason: "x", until: "1999-12-31" }],
    ];
    for (const answer of rubbish) {
      const erase = async () => answer as never;
      const { bad } = await erasureOver({ erase });
      expect(await bad()).toMatchObject({
        status: "warning",
        problem: { code: "invalid-answer", retryable: false },
      });
    }
  });

  it("fills up again behind our back is found by the last look, and erased in again", async () => {
    const people = new Map<string, Row[]>([[ada, [{}]]]);
    let looks = 0;
    const { world, requestId } = await erasureOver(
      {
        locate: async () => {
          looks += 1;
          // Plan, check after erasing, and then the last look: somebody synchronised in between.
          if (looks === 3) people.set(ada, [{}]);
          return [{ collection: "people", count: people.size }];
        },
      },
      people,
    );
    await world.clock.advance(hour);
    expect(people.size).toBe(0);
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  it("needs an identifier that nobody knows is a warning, never skipped", async () => {
    const { world, requestId, bad } = await erasureOver({ needs: ["customer-number"] });
    expect(await bad()).toMatchObject({ status: "warning", problem: { code: "identifier-missing" } });
    await world.clock.advance(48 * hour);
    expect((await world.read(requestId)).outcome).toBeNull();
  });

  it("is not registered any more leaves the request open, for a person to decide", async () => {
    const { world, requestId } = await erasureOver({
      erase: async () => {
        throw new Error("down");
      },
    });
    await world.rights.stop();
    const later = await createWorld(
      { sources: [peopleSource("good", new Map())] },
      world.tables,
      world.clock,
    );
    await later.clock.advance(hour);
    expect((await later.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "bad", problem: "not-registered" },
    ]);
    const settled = await later.rights.requests.settleSource({
      actor: admin,
      requestId,
      source: "bad",
      reason: "switched off in March, its disks destroyed",
    });
    expect(settled.isOk()).toBe(true);
    await later.settle();
    expect((await later.read(requestId)).outcome).toBe("completed-with-exceptions");
  });
});
