import { PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, tenantAdmin, tokenOf, unreliable } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** Whatever fails is tried so rarely that weeks pass quickly. */
const rarely = { rules: { messageDelay: 12 * hour }, lookEvery: day };
const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
const links = { download: (token: string) => `https://privacy.northwind.example/download#${token}` };
const asked = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;

type Options = Partial<Parameters<typeof createWorld>[0]>;

/** An export whose package waits for a mail server: `mail.refuses` is what that throws, null where it works. */
const packaged = async (attachmentLimit = 1_000_000, options: Options = {}) => {
  const mail: { refuses: Error | null } = { refuses: null };
  const { notifier, accepted } = unreliable(({ notice }) => {
    if (mail.refuses !== null && notice.type === "delivery") throw mail.refuses;
  }, attachmentLimit);
  const world = await createWorld({
    sources: [peopleSource("crm", people())],
    notifier,
    links,
    ...rarely,
    ...options,
  });
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  mail.refuses = new Error("no mail today");
  unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
  await world.settle();
  const deliveries = () => accepted.flatMap(({ notice }) => (notice.type === "delivery" ? [notice] : []));
  /** Until it is over, whatever of it takes real time. */
  const toTheEnd = async () => {
    for (let round = 0; round < 50; round += 1) {
      await world.pass(hour / 3);
      if ((await world.read(request.id)).phase === "closed") return;
    }
  };
  const read = () => world.read(request.id);
  return { world, mail, deliveries, toTheEnd, read, on: { actor: tenantAdmin, requestId: request.id } };
};

const actions = async ({ world, on }: Awaited<ReturnType<typeof packaged>>) =>
  unwrap(await world.rights.requests.audit(on)).map(({ action }) => action);

describe("a package that expires before its delivery was accepted", () => {
  it.each([
    ["attached", 1_000_000],
    ["behind a link", 100],
  ])("is made anew, %s: the letter says nothing that is over", async (_, attachmentLimit) => {
    const made = await packaged(attachmentLimit);
    const { world, mail, deliveries, toTheEnd, read } = made;
    await world.pass(8 * day);
    expect(await read()).toMatchObject({ phase: "packaged", outcome: null });
    expect((await read()).messages.at(-1)).toMatchObject({
      id: "delivery-2",
      status: "due",
      problem: { code: "unavailable" },
    });
    // One outage is one line, whatever was made anew meanwhile.
    const told = await actions(made);
    expect(told.filter((action) => action === "notice-failed")).toHaveLength(1);
    expect(told.filter((action) => action === "package-expired")).toHaveLength(1);

    mail.refuses = null;
    await toTheEnd();
    expect((await read()).outcome).toBe("completed");
    const [delivery, ...others] = deliveries();
    expect(others).toEqual([]);
    expect(Date.parse(delivery?.expiresAt ?? "")).toBeGreaterThan(world.clock.now().getTime());
    const { url = null } = delivery ?? {};
    expect(url !== null).toBe(attachmentLimit === 100);
    if (url !== null) {
      const fetched = await world.rights.packages.download({ token: new URL(url).hash.slice(1) });
      expect(unwrap(fetched).sha256).toBe(delivery?.sha256);
    }
    await world.rights.stop();
  });

  it("is made anew when somebody has its failed letter sent again", async () => {
    const made = await packaged(100);
    const { world, mail, deliveries, toTheEnd, read, on } = made;
    mail.refuses = new PermanentFailure("no such mailbox");
    await world.pass(hour);
    const failed = { for: "message", message: "delivery-1", problem: "permanent-failure" };
    expect((await read()).waitingFor).toEqual([failed]);
    await world.pass(8 * day);
    expect((await read()).waitingFor).toEqual([failed]);
    mail.refuses = null;
    unwrap(await world.rights.requests.resendMessage({ ...on, message: "delivery-1" }));
    await toTheEnd();
    expect((await read()).outcome).toBe("completed");
    expect(deliveries()).toHaveLength(1);
    expect(Date.parse(deliveries()[0]?.expiresAt ?? "")).toBeGreaterThan(world.clock.now().getTime());
    await world.rights.stop();
  });

  it("is made anew with another secret, where only its secret could not be carried in time", async () => {
    let isDown = true;
    const carried: string[] = [];
    const carrySecret = async ({ id, secret }: { readonly id: string; readonly secret: string }) => {
      if (isDown) throw new Error("no text messages today");
      carried.push(`${id.slice(id.indexOf("/") + 1)} ${secret}`);
    };
    const made = await packaged(100, { packageEncryption: { carrySecret } });
    made.mail.refuses = null;
    await made.world.pass(8 * day);
    expect(made.deliveries()).toHaveLength(2);
    isDown = false;
    await made.toTheEnd();
    expect((await made.read()).outcome).toBe("completed");
    expect(carried).toEqual([expect.stringMatching(/^package-secret-2 /)]);
    expect(made.deliveries()).toHaveLength(2);
    await made.world.rights.stop();
  });

  it("was no reason to send it twice where it was accepted in time", async () => {
    const { world, mail, deliveries, toTheEnd, read } = await packaged(100);
    await world.pass(3 * day);
    mail.refuses = null;
    await toTheEnd();
    await world.pass(10 * day);
    expect((await read()).outcome).toBe("completed");
    expect(deliveries()).toHaveLength(1);
    expect((await read()).messages.filter(({ kind }) => kind === "delivery")).toHaveLength(1);
    await world.rights.stop();
  });
});

describe("a letter whose token or plan is over before it could be sent", () => {
  it("is another letter, with a token that works", async () => {
    let isDown = true;
    const { notifier, accepted } = unreliable(() => {
      if (isDown) throw new Error("no mail today");
    });
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier, ...rarely });
    const { request } = unwrap(await world.rights.requests.submit(asked));
    await world.pass(8 * day);
    isDown = false;
    await world.pass(13 * hour);
    // Made anew whenever half of its days were over.
    expect(accepted.map(({ id }) => id.slice(id.indexOf("/") + 1))).toEqual(["confirmation-3"]);
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
    await world.settle();
    expect((await world.read(request.id)).outcome).toBe("completed");
    await world.rights.stop();
  });

  it("is another letter also where its first one had failed for good", async () => {
    let refuses = true;
    const { notifier, accepted } = unreliable(() => {
      if (refuses) throw new PermanentFailure("no such mailbox");
    });
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier, ...rarely });
    const { request } = unwrap(await world.rights.requests.submit(asked));
    await world.pass(8 * day);
    refuses = false;
    const on = { actor: tenantAdmin, requestId: request.id };
    unwrap(await world.rights.requests.resendMessage({ ...on, message: "confirmation-1" }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
    await world.rights.stop();
  });

  it("names the plan that waits now", async () => {
    let isDown = false;
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (isDown && notice.type === "approval") throw new Error("no mail today");
    });
    const sources = [peopleSource("crm", people())];
    const world = await createWorld({ sources, notifier, ...rarely, needsApproval: () => true });
    const submitted = await world.rights.requests.submit({ ...asked, actor: admin, kind: "erasure" });
    const { id: requestId } = unwrap(submitted).request;
    await world.settle();
    isDown = true;
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
    await world.pass(8 * day);
    isDown = false;
    await world.pass(13 * hour);
    const letters = accepted.flatMap(({ notice }) => (notice.type === "approval" ? [notice] : []));
    expect(letters).toHaveLength(1);
    expect(Date.parse(letters[0]?.expiresAt ?? "")).toBeGreaterThan(world.clock.now().getTime());
    const plan = letters[0]?.plan ?? "";
    unwrap(await world.rights.requests.approve({ actor: tenantAdmin, requestId, plan }));
    await world.rights.stop();
  });
});

describe("a message that waits for its next try", () => {
  it("is sent now where somebody says so", async () => {
    const { world, mail, deliveries, read, on } = await packaged();
    await world.pass(day);
    mail.refuses = null;
    unwrap(await world.rights.requests.resendMessage({ ...on, message: "delivery-1" }));
    await world.settle();
    expect(deliveries()).toHaveLength(1);
    expect((await read()).outcome).toBe("completed");
    const again = await world.rights.requests.resendMessage({ ...on, message: "delivery-1" });
    expect(unwrapError(again).code).toBe("not-possible-now");
    await world.rights.stop();
  });
});
