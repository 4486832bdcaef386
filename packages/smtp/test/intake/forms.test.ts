import { seal, systemRandomness, type WaitingMail } from "@subject-rights/core";
import { simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { expect, it } from "vitest";
import { ada, exportRequest, officer, openWorld, privacy, registered, type World } from "./world.ts";

const unclear = async (world: World, text: string) =>
  world.take(await world.post.write({ from: registered, to: privacy, subject: "Hello", text }));

/** Stored as other code would have. */
const restored = ({ tables }: World, change: (content: object) => object): WaitingMail => {
  const [[place, mail] = []] = tables.waitingMails;
  if (place === undefined || mail === undefined) throw new Error("none waits");
  const key = tables.keys.get(`intake-mail/${mail.tenant}/${mail.id}`)?.at(-1) ?? new Uint8Array(32);
  const content = {
    from: [registered],
    to: [privacy],
    receivedAt: "2026-01-05T09:00:00.000Z",
    subject: "Hello",
    text: `Something about ${ada}`,
    authentication: null,
  };
  const named = JSON.stringify(["intake-mail", mail.tenant, mail.id]);
  const sealed = seal(key, named, Buffer.from(JSON.stringify(change(content))), systemRandomness);
  const stored = { ...mail, sealed: Buffer.from(sealed).toString("base64") };
  tables.waitingMails.set(place, stored);
  return stored;
};

it("a message that was stored before there were forms reads as it did", async () => {
  const world = await openWorld();
  await unclear(world, `Something about ${ada}`);
  restored(world, (content) => content);
  expect(await world.waiting()).toMatchObject([{ content: { subject: "Hello" } }]);
});

it("a message that a newer version has stored is named, and left as it is; the others are there", async () => {
  const world = await openWorld();
  await unclear(world, `Something about ${ada}`);
  const newer = restored(world, () => ({ form: 1_000, anew: true }));
  await unclear(world, "Something else");
  const waiting = unwrap(await world.intake.waiting({ actor: officer }));
  expect(waiting.mails.map(({ content }) => content?.text)).toEqual([expect.stringContaining("else")]);
  expect(waiting.damaged).toEqual([{ id: newer.id, isNewer: true }]);
  const settled = world.intake.settle({ actor: officer, id: newer.id, decision: { as: "nothing" } });
  expect(unwrapError(await settled)).toMatchObject({ code: "damaged", isNewer: true });
  expect([...world.tables.waitingMails.values()]).toContainEqual(newer);
});

it("a message that a newer version has stored is deleted by nobody else, however long it waits; all others go", async () => {
  const clock = simulatedClock(new Date());
  const keptFor = 1_000;
  const told: unknown[] = [];
  const world = await openWorld({ intake: { clock, keptFor, onError: (error) => told.push(error) } });
  await unclear(world, `Something about ${ada}`);
  const newer = restored(world, () => ({ form: 1_000, anew: true }));
  // Behind more of them than are looked at together.
  const place = (id: string) => JSON.stringify([newer.tenant, id]);
  const keyNames = [newer.id];
  for (let index = 0; index < 100; index += 1) {
    const id = `newer-${index}`;
    const key = new Uint8Array(32).fill(index);
    const named = JSON.stringify(["intake-mail", newer.tenant, id]);
    const content = seal(key, named, Buffer.from('{"form":1000}'), systemRandomness);
    const sealed = Buffer.from(content).toString("base64");
    world.tables.keys.set(`intake-mail/${newer.tenant}/${id}`, [key]);
    world.tables.waitingMails.set(place(id), { ...newer, id, sealed });
    keyNames.push(id);
  }
  await clock.advance(1);
  await unclear(world, "Something else");
  await clock.advance(3_600_001);
  expect(unwrap(await world.intake.expire())).toBe(1);
  expect(told).toMatchObject([{ code: "mail-given-up" }]);
  // The intake looks by itself, too.
  await unclear(world, "A third one");
  const waiting = unwrap(await world.intake.waiting({ actor: officer }));
  expect(waiting.damaged).toHaveLength(100);
  expect(world.tables.waitingMails.size).toBe(102);
  for (const id of keyNames) expect(world.tables.keys.has(`intake-mail/${newer.tenant}/${id}`)).toBe(true);
});

it("what a newer version has made of a message is not made again", async () => {
  const world = await openWorld();
  const raw = await world.post.write(exportRequest);
  await world.take(raw);
  for (const [place, seen] of world.tables.seenMails)
    world.tables.seenMails.set(place, { ...seen, conclusion: { form: 1_000, anew: true } });
  expect(unwrapError(await world.intake.take(raw))).toMatchObject({ code: "damaged", isNewer: true });
  expect(await world.requests()).toHaveLength(1);
  // As it was stored before there were forms.
  for (const [place, seen] of world.tables.seenMails)
    world.tables.seenMails.set(place, { ...seen, conclusion: { outcome: "submitted" } });
  expect(await world.take(raw)).toMatchObject({ outcome: "duplicate", first: "submitted" });
});
