import { type Actor, PermanentFailure, type Row } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, tokenOf, unreliable, type World } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const second: Actor = { id: "admin-2", tenant: "northwind", roles: ["admin"] };

/** A mail server that takes confirmations only, until it is said to be up. */
const mailServer = () => {
  const state = { isUp: false };
  const { notifier, accepted } = unreliable(({ notice }) => {
    if (!state.isUp && notice.type !== "confirmation") throw new Error("the disk of the mail server is full");
  });
  const typesBeside = () =>
    accepted.map(({ notice }) => notice.type).filter((type) => type !== "confirmation" && type !== "support");
  return { state, notifier, accepted, typesBeside };
};

const begun = async (options: Parameters<typeof createWorld>[0], mail: ReturnType<typeof mailServer>) => {
  const world = await createWorld({ notifier: mail.notifier, ...options });
  const { request } = unwrap(
    await world.rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: ada,
    }),
  );
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: tokenOf(mail.accepted) }));
  await world.pass(hour);
  return { world, requestId: request.id };
};

const statusOf = async (world: World, requestId: string, kind: string) =>
  (await world.read(requestId)).messages.filter((each) => each.kind === kind).map(({ status }) => status);

const papers = (held = new Map<string, Row[]>([[ada, [{}]]])) =>
  peopleSource("papers", held, {
    erase: undefined as never,
    owner: "archive@northwind.example",
  });

describe("a message that could not be sent for a while is not sent any more", () => {
  it("where the owner whom it asks has answered meanwhile", async () => {
    const mail = mailServer();
    const { world, requestId } = await begun({ sources: [papers()] }, mail);
    expect(await statusOf(world, requestId, "manual-task")).toEqual(["due"]);
    const answer = { source: "papers", answer: "cannot", note: "the archive is flooded" } as const;
    unwrap(await world.rights.requests.answerTask({ actor: admin, requestId, ...answer }));
    expect(await statusOf(world, requestId, "manual-task")).toEqual(["withdrawn"]);
    // Asked anew, the owner is told anew.
    unwrap(await world.rights.requests.retrySource({ actor: admin, requestId, source: "papers" }));
    mail.state.isUp = true;
    await world.pass(hour);
    expect(await statusOf(world, requestId, "manual-task")).toEqual(["withdrawn", "sent"]);
    expect(mail.typesBeside()).toEqual(["manual-task"]);
  });

  it("where somebody has settled the source that it is about", async () => {
    const mail = mailServer();
    const { world, requestId } = await begun({ sources: [papers()] }, mail);
    const reason = "the archive burnt down in 2019";
    unwrap(await world.rights.requests.settleSource({ actor: admin, requestId, source: "papers", reason }));
    mail.state.isUp = true;
    await world.pass(hour);
    expect(mail.typesBeside()).toEqual(["completion"]);
  });

  it("where the decision that it asks for is made", async () => {
    const mail = mailServer();
    const identifier = { type: "telephone", value: "030 1" } as const;
    const crm = peopleSource("crm", new Map([[ada, [{}]]]), {
      identify: async () => [{ ...identifier, shared: true }],
    });
    const { world, requestId } = await begun({ sources: [crm] }, mail);
    expect(await statusOf(world, requestId, "decision")).toEqual(["due"]);
    const decision = { decision: "decision-1", answer: "same-person", reason: "she lives alone" } as const;
    unwrap(await world.rights.requests.decideIdentifier({ actor: admin, requestId, ...decision }));
    mail.state.isUp = true;
    await world.pass(hour);
    expect(mail.typesBeside()).toEqual(["completion"]);
  });

  it("where the plan that it announces is approved", async () => {
    const mail = mailServer();
    const sources = [peopleSource("crm", new Map([[ada, [{}]]]))];
    const { world, requestId } = await begun({ sources, needsApproval: () => true }, mail);
    const { hash: plan } = unwrap(await world.rights.requests.preview({ actor: second, requestId }));
    unwrap(await world.rights.requests.approve({ actor: second, requestId, plan }));
    mail.state.isUp = true;
    await world.pass(hour);
    expect(mail.typesBeside()).toEqual(["completion"]);
  });

  it("where a later reminder says the same", async () => {
    const mail = mailServer();
    const { world, requestId } = await begun({ sources: [papers()] }, mail);
    const asked = world.clock.now().getTime();
    // Jumps: going through all the tries of forty days would take long, and show nothing else.
    for (const days of [24, 29, 40]) {
      world.clock.set(new Date(asked + days * day));
      await world.pass(2 * hour);
    }
    expect(await statusOf(world, requestId, "deadline")).toEqual(["withdrawn", "withdrawn", "due"]);
    mail.state.isUp = true;
    await world.pass(day);
    expect(mail.typesBeside().toSorted()).toEqual(["deadline", "manual-task"]);
    expect(mail.accepted.find(({ notice }) => notice.type === "deadline")?.notice).toMatchObject({
      overdue: true,
    });
  });

  it("where it had failed for good, and then nobody waits for it", async () => {
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (notice.type === "manual-task") throw new PermanentFailure("no such mailbox");
    });
    const mail = { ...mailServer(), notifier, accepted };
    const held = new Map<string, Row[]>([[ada, [{}]]]);
    const { world, requestId } = await begun({ sources: [papers(held)] }, mail);
    expect((await world.read(requestId)).waitingFor.map((each) => each.for)).toContain("message");
    held.clear();
    const answer = { source: "papers", answer: "done", note: "shredded" } as const;
    unwrap(await world.rights.requests.answerTask({ actor: admin, requestId, ...answer }));
    await world.settle();
    expect((await world.read(requestId)).waitingFor).toEqual([]);
  });
});
