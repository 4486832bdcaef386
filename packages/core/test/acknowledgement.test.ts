import { TokenRejected } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, tenantAdmin, unreliable, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;

const withRequest = async (): Promise<{ world: World; requestId: string }> => {
  const world = await createWorld({ sources: [peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]))] });
  const { request } = unwrap(await world.rights.requests.submit(submission));
  await world.settle();
  return { world, requestId: request.id };
};

const rejection = async (world: World, token: string) => {
  const error = unwrapError(await world.rights.requests.acknowledge({ token }));
  return error instanceof TokenRejected ? error.reason : error;
};

describe("an acknowledgement", () => {
  it("that is wrong is refused, whatever it looks like", async () => {
    const { world, requestId } = await withRequest();
    for (const wrong of [
      "",
      "x",
      requestId,
      `${world.token()} `,
      world.token().slice(1),
      world.token().toUpperCase(),
    ]) {
      expect(await rejection(world, wrong)).toBe("unknown");
    }
    expect((await world.read(requestId)).phase).toBe("received");
  });

  it("works once", async () => {
    const { world, requestId } = await withRequest();
    const token = world.token();
    expect((await world.rights.requests.acknowledge({ token })).isOk()).toBe(true);
    expect(await rejection(world, token)).toBe("used");
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(await rejection(world, token)).toBe("used");
  });

  it("of many at the same moment counts once", async () => {
    const { world } = await withRequest();
    const token = world.token();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => world.rights.requests.acknowledge({ token })),
    );
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1);
    for (const answer of answers.filter((each) => each.isErr())) {
      expect(unwrapError(answer)).toMatchObject({ code: "token-rejected", reason: "used" });
    }
  });

  it("expires, and a new one can be sent, which makes the old one worthless", async () => {
    const { world, requestId } = await withRequest();
    const old = world.token();
    await world.clock.advance(7 * day);
    expect(await rejection(world, old)).toBe("expired");

    unwrap(await world.rights.requests.resendConfirmation({ actor: admin, requestId }));
    await world.settle();
    expect(world.token()).not.toBe(old);
    expect(await rejection(world, old)).toBe("unknown");
    expect((await world.rights.requests.acknowledge({ token: world.token() })).isOk()).toBe(true);
  });

  it("stays expired when the clock is set back", async () => {
    const { world, requestId } = await withRequest();
    const token = world.token();
    await world.clock.advance(31 * day);
    expect((await world.read(requestId)).outcome).toBe("lapsed");
    world.clock.set(new Date("2026-01-05T09:00:00.000Z"));
    expect(await rejection(world, token)).toBe("expired");
  });

  it("that never comes lets the request lapse, and its key goes with it", async () => {
    const { world, requestId } = await withRequest();
    await world.clock.advance(30 * day);
    await world.clock.advance(60_000);
    expect((await world.read(requestId)).outcome).toBe("lapsed");
    expect([...world.tables.keys.keys()].filter((name) => name.includes(requestId))).toEqual([]);
    expect(unwrap(await world.rights.requests.submit(submission)).alreadyOpen).toBe(false);
  });

  it("is possible until the day that the last letter names, however late it was sent", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", new Map())] });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.pass(28 * day);
    unwrap(await world.rights.requests.resendConfirmation({ actor: admin, requestId: request.id }));
    await world.settle();
    const { expiresAt } = (await world.read(request.id)).acknowledgement;
    await world.pass(Date.parse(expiresAt) - world.clock.now().getTime() - 60_000);
    expect((await world.read(request.id)).outcome).toBeNull();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    expect((await world.read(request.id)).outcome).toBe("completed");
  });

  it("that could not be asked for, because mail was down, is asked for when it is back, with days to answer", async () => {
    for (const downFor of [6, 40]) {
      let isDown = true;
      const rules = { messageDelay: 12 * hour };
      const { notifier, accepted } = unreliable(() => {
        if (isDown) throw new Error("down");
      });
      const world = await createWorld({
        sources: [peopleSource("crm", new Map())],
        notifier,
        rules,
        lookEvery: day,
      });
      const { request } = unwrap(await world.rights.requests.submit(submission));
      for (let passed = 0; passed < downFor; passed += 1) await world.pass(day);
      expect((await world.read(request.id)).outcome).toBeNull();
      isDown = false;
      await world.pass(13 * hour);
      const confirmation = accepted.findLast(({ notice }) => notice.type === "confirmation")?.notice;
      if (confirmation?.type !== "confirmation") throw new Error("nobody was asked");
      const left = Date.parse(confirmation.expiresAt) - world.clock.now().getTime();
      expect(left).toBeGreaterThan(3 * day);
      unwrap(await world.rights.requests.acknowledge({ token: confirmation.token }));
      await world.settle();
      expect((await world.read(request.id)).outcome).toBe("completed");
    }
  });

  it("is not possible for a request that was declined, and its letter is not sent any more", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", new Map())],
    });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    const declined = await world.rights.requests.decline({
      actor: admin,
      requestId: request.id,
      reason: "manifestly unfounded",
    });
    expect(unwrap(declined)).toMatchObject({ outcome: "declined", reason: "manifestly unfounded" });
    expect(await rejection(world, world.token())).toBe("expired");
  });

  it("goes to the person's own address on record where the application says so", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", new Map())],
      acknowledgedBy: "data-subject",
      addresses: {
        tenantAdmin: () => "tenant-admin@northwind.example",
        support: () => "support@northwind.example",
        dataSubject: ({ email }) => `on-record-for-${email}`,
      },
    });
    await world.rights.requests.submit(submission);
    await world.settle();
    expect(world.notifier.sent.map(({ to }) => to)).toEqual([`on-record-for-${ada}`]);
  });

  it("is asked for once, however often the same is submitted", async () => {
    const { world, requestId } = await withRequest();
    const again = await Promise.all(
      Array.from({ length: 10 }, () => world.rights.requests.submit(submission)),
    );
    await world.settle();
    for (const submitted of again) {
      expect(unwrap(submitted)).toMatchObject({ alreadyOpen: true, request: { id: requestId } });
    }
    expect(world.notifier.sent).toHaveLength(1);
    const other = await world.rights.requests.submit({ ...submission, email: "eve@example.org" });
    expect(unwrap(other).alreadyOpen).toBe(false);
  });
});

describe("who acknowledges one submission", () => {
  it("can be said with it, and gets all its letters", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]))] });
    const submission = { actor: tenantAdmin, kind: "export", category: "customer-data" } as const;
    for (const acknowledgedBy of ["data-subject", "tenant-admin"] as const) {
      const email = `${acknowledgedBy}@example.org`;
      const { request } = unwrap(
        await world.rights.requests.submit({ ...submission, email, acknowledgedBy }),
      );
      expect(request.acknowledgement.by).toBe(acknowledgedBy);
    }
    await world.settle();
    expect(world.notifier.sent.map(({ to }) => to)).toEqual([
      "data-subject@example.org",
      "tenant-admin@northwind.example",
    ]);
    await world.rights.stop();
  });
});
