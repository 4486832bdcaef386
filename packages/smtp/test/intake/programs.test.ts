import { orThrow } from "@subject-rights/core";
import { describe, expect, it } from "vitest";
import type { Letter } from "./post-office.ts";
import {
  ada,
  askedFor,
  exportRequest,
  officer,
  openWorld,
  privacy,
  registered,
  type World,
} from "./world.ts";

const takeLetter = async (world: World, change: Partial<Letter> = {}, envelope = {}) =>
  world.take(await world.post.write({ ...exportRequest, ...change }), envelope);

describe("a message from a program", () => {
  it.each([
    ["Auto-Submitted", "auto-generated", "auto-reply"],
    ["Auto-Submitted", "auto-replied; owner-email=x", "auto-reply"],
    ["X-Autoreply", "yes", "auto-reply"],
    ["X-Auto-Reply", "1", "auto-reply"],
    ["Precedence", "auto_reply", "auto-reply"],
    ["Precedence", "bulk", "mailing-list"],
    ["Precedence", "junk", "mailing-list"],
    ["List-Id", "Lamps <lamps.example.org>", "mailing-list"],
    ["List-Unsubscribe", "<https://example.org/leave>", "mailing-list"],
    ["Return-Path", "<>", "bounce"],
  ])("is not taken, and not answered: %s: %s", async (name, value, reason) => {
    const world = await openWorld();
    expect(await takeLetter(world, { headers: { [name]: value } })).toEqual({ outcome: "ignored", reason });
    expect(await world.requests()).toEqual([]);
    expect(world.server.arrived).toEqual([]);
    expect(await world.waiting()).toEqual([]);
  });

  it.each([
    ["Auto-Submitted", "no"],
    ["X-Priority", "1"],
    ["Precedence", "first-class"],
  ])("may be from a person all the same: %s: %s", async (name, value) => {
    const world = await openWorld();
    expect(await takeLetter(world, { headers: { [name]: value } })).toMatchObject({ outcome: "submitted" });
  });

  it("that asks for no answer is taken, and gets none", async () => {
    const world = await openWorld();
    const headers = { "X-Auto-Response-Suppress": "OOF" };
    expect(await takeLetter(world, { headers })).toMatchObject({ outcome: "submitted" });
    expect(await takeLetter(world, { headers, subject: "?", text: "?" })).toMatchObject({
      outcome: "waiting",
      answer: "withheld",
    });
  });

  it("is from a person where it comes through a list of our own", async () => {
    const headers = { "List-Id": "Privacy <Privacy.halmstrand.example>", Precedence: "list" };
    const world = await openWorld({ intake: { ownLists: ["privacy.halmstrand.example"] } });
    expect(await takeLetter(world, { headers })).toMatchObject({ outcome: "submitted" });
    const two = { "List-Id": "<other.example.org>" };
    expect(await takeLetter(world, { headers: two })).toEqual({ outcome: "ignored", reason: "mailing-list" });
  });
});

describe("mail of our own that comes back", () => {
  it("is known by its header, its Message-ID and its sender", async () => {
    const world = await openWorld();
    const { confirmation } = await askedFor(world);
    const raw = Buffer.from(confirmation.raw, "latin1");
    expect(await world.take(raw)).toEqual({ outcome: "ignored", reason: "own" });
    const without = confirmation.raw.replace(/^(X-Subject-Rights|Auto-Submitted|From).*\r\n/gm, "");
    expect(await world.take(Buffer.from(`From: x@example.org\r\n${without}`, "latin1"))).toEqual({
      outcome: "ignored",
      reason: "own",
    });
    for (const from of [privacy, "Privacy+tag@Halmstrand.example"]) {
      expect(await takeLetter(world, { from })).toEqual({ outcome: "ignored", reason: "own" });
    }
  });

  it("does not go round: two intakes that write to each other fall silent", async () => {
    const world = await openWorld();
    const other = world.intakeOver({
      from: { name: "Other", address: "other@example.org" },
      messageIdDomain: "other.example",
    });
    // Somebody forges the first message of a loop: from the other intake, to us.
    let turn = 0;
    const first = await world.post.write({ from: "other@example.org", to: privacy, text: "Hello?" });
    expect(await world.take(first)).toMatchObject({ outcome: "waiting", answer: "sent" });
    for (; turn < world.server.arrived.length && turn < 10; turn += 1) {
      const raw = Buffer.from(world.server.arrived[turn]?.raw ?? "", "latin1");
      orThrow(await other.take(raw));
      orThrow(await world.intake.take(raw));
    }
    expect(world.server.arrived).toHaveLength(1);
  });

  it("is no reason to be silent to colleagues, whose server makes Message-IDs of the same domain", async () => {
    const world = await openWorld();
    const messageId = "<20261128.1815@halmstrand.example>";
    expect(await takeLetter(world, { messageId })).toMatchObject({ outcome: "submitted" });
  });
});

/** As a mail server writes it (RFC 3464). */
const bounceOf = (original: string, { action = "failed", to = privacy, whole = true } = {}) =>
  [
    "From: MAILER-DAEMON@mail.example.org",
    `To: ${to}`,
    "Subject: Undelivered Mail Returned to Sender",
    "Message-ID: <bounce-1@mail.example.org>",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=-x"',
    "",
    "--=-x",
    "Content-Type: text/plain",
    "",
    `I could not deliver it. Please export the customer ${ada}.`,
    "--=-x",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mail.example.org",
    "",
    `Final-Recipient: rfc822; ${registered}`,
    `Action: ${action}`,
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 No such user",
    "--=-x",
    `Content-Type: ${whole ? "message/rfc822" : "text/rfc822-headers"}`,
    "",
    whole ? original : original.slice(0, original.indexOf("\r\n\r\n")),
    "--=-x--",
    "",
  ].join("\r\n");

describe("a bounce", () => {
  it.each([true, false])(
    "of a message of ours waits for a person, with its request (whole: %s)",
    async (whole) => {
      const world = await openWorld();
      const { confirmation, requestId } = await askedFor(world);
      const taken = await world.take(bounceOf(confirmation.raw, { whole }), { from: "" });
      expect(taken).toMatchObject({ outcome: "waiting", reason: "bounced", answer: "withheld" });
      const [mail] = await world.waiting();
      expect(mail).toMatchObject({ reason: "bounced", requestId });
      expect(mail?.content?.text).toBe(`A message to ${registered} could not be delivered (5.1.1).`);
      expect(world.server.arrived).toHaveLength(1);
      orThrow(await world.intake.settle({ actor: officer, id: mail?.id ?? "", decision: { as: "nothing" } }));
      expect(await world.waiting()).toEqual([]);
    },
  );

  it.each(["delayed", "delivered", "relayed"])("that only says %s is nothing to look at", async (action) => {
    const world = await openWorld();
    const { confirmation } = await askedFor(world);
    expect(await world.take(bounceOf(confirmation.raw, { action }))).toEqual({
      outcome: "ignored",
      reason: "bounce",
    });
    expect(await world.waiting()).toEqual([]);
  });

  it("of a request that there is not is somebody's invention", async () => {
    const world = await openWorld();
    const invented = "X-Subject-Rights-Message: 00000000-0000-4000-8000-000000000000/confirmation-1\r\n\r\nx";
    expect(await world.take(bounceOf(invented))).toEqual({ outcome: "ignored", reason: "bounce" });
  });

  it("of somebody else's message is nothing to look at, and never a request", async () => {
    const world = await openWorld();
    const theirs = await world.post.write({ ...exportRequest, messageId: "<theirs@example.org>" });
    expect(await world.take(bounceOf(theirs.toString("latin1")))).toEqual({
      outcome: "ignored",
      reason: "bounce",
    });
    expect(await world.requests()).toEqual([]);
  });
});

describe("answers", () => {
  const unclear = { subject: "?", text: "What is this?" };

  it("are no more than three a day to one address, and each message waits all the same", async () => {
    const world = await openWorld();
    const fates = [];
    for (let index = 0; index < 5; index += 1) {
      const taken = await takeLetter(world, { ...unclear, text: `What is this? ${index}` });
      fates.push(taken.outcome === "waiting" ? taken.answer : taken.outcome);
    }
    expect(fates).toEqual(["sent", "sent", "sent", "withheld", "withheld"]);
    expect(await world.waiting()).toHaveLength(5);
    expect(await takeLetter(world, { ...unclear, from: ada })).toMatchObject({ answer: "sent" });
    // Whoever makes up tags gets no more of them.
    const tagged = registered.replace("@", "+tag@");
    expect(await takeLetter(world, { ...unclear, from: tagged })).toMatchObject({ answer: "withheld" });
  });

  it("are withheld from whoever did not write, and where nobody can tell whom to answer", async () => {
    const world = await openWorld();
    const withheld = { outcome: "waiting", answer: "withheld" };
    expect(await takeLetter(world, { ...unclear, by: "evil.example" })).toMatchObject(withheld);
    expect(await takeLetter(world, { ...unclear, from: `${registered}, ${ada}` })).toMatchObject(withheld);
    expect(await takeLetter(world, { ...unclear, from: "undisclosed:;", by: null })).toMatchObject(withheld);
    expect(world.server.arrived).toEqual([]);
  });

  it("that cannot be sent do not hold up anything", async () => {
    const world = await openWorld();
    await world.server.close();
    expect(await takeLetter(world, unclear)).toMatchObject({ outcome: "waiting", answer: "failed" });
    expect(await world.waiting()).toHaveLength(1);
  });

  it("may be switched off", async () => {
    const world = await openWorld({ intake: { answersADay: 0 } });
    expect(await takeLetter(world, unclear)).toMatchObject({ outcome: "waiting", answer: "withheld" });
  });
});
