import { orThrow, replyTokenOf } from "@subject-rights/core";
import { simulatedClock, unwrapError } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { german, smtpNotifier } from "../../src/index.ts";
import { call, message, notices } from "../messages.ts";
import type { Letter } from "./post-office.ts";
import {
  ada,
  askedFor,
  officer,
  openWorld,
  privacy,
  registered,
  replies,
  reply,
  type World,
} from "./world.ts";

const more = (...words: string[]) => (inject("isThorough") ? words : []);

const asked = async (changes: Parameters<typeof openWorld>[0] = {}) => {
  const world = await openWorld(changes);
  const { requestId, confirmation, replyAddress } = await askedFor(world);
  return {
    world,
    requestId,
    replyAddress,
    /** Answers the confirmation, with whatever is different. */
    answer: async (words: string, change: Partial<Letter> = {}, envelope = {}) =>
      world.take(await world.post.write({ ...reply(confirmation, words), ...change }), envelope),
    phase: async () => orThrow(await world.rights.requests.read({ actor: officer, requestId })).phase,
  };
};

const isAcknowledged = async ({ requests }: World, requestId: string) =>
  (await requests()).find(({ id }) => id === requestId)?.acknowledgement.acknowledgedAt !== null;

describe("an answer to a confirmation", () => {
  // What the words mean is tested where they are read (`read-reply.test.ts`): here, that it decides what is done.
  it.each([
    "I confirm",
    "Confirmed!\n\n-- \nPetra Sandvik\nNo. 12, Not Street",
    ...more(
      "Ich bestätige.",
      "Yes, please go ahead.",
      "Ja",
      "Einverstanden",
      "yes\n\n-----Original Message-----\nFrom: us\nDo not confirm",
      "Hello,\n\nyes, I confirm this request.\n\nKind regards,\nPetra Sandvik\n",
      "Guten Tag\n\nhiermit bestätige ich den Antrag.\n\nMit freundlichen Grüßen\nPetra Sandvik",
      "Bestätigt\n\nVon: Halmstrand Privacy <privacy@halmstrand.example>\nGesendet: heute\nnicht bestätigen",
    ),
  ])("that says yes acknowledges: %j", async (words) => {
    const { answer, requestId } = await asked();
    expect(await answer(words)).toMatchObject({ outcome: "acknowledged", requestId });
  });

  it("that does not clearly say yes acknowledges nothing", async () => {
    const { answer, phase, world } = await asked({ intake: { answersADay: 100 } });
    const told = () =>
      world.server.arrived.filter(({ mail: { text } }) => text?.includes("It confirmed nothing") === true);
    for (const [index, words] of [
      "No",
      "Das bestätige ich nicht",
      "",
      "> I confirm",
      ...more(
        "I do not confirm this.",
        "Please don't!",
        "Yes, but not today",
        "Nein",
        "Who is this?",
        "I'll cancel. Confirm that.",
        "Please undo this. Confirm that you keep my data.",
        "Should I confirm this? Who are you?",
        "We confirm receipt of your message",
        "I will confirm later",
        "Sind Sie einverstanden?",
        "Yes, I confirm that I am away until Monday",
        "On Sat, 28 Nov 2026, Petra wrote:\nI confirm",
      ),
    ].entries()) {
      expect(await answer(words), words).toMatchObject({
        outcome: "waiting",
        reason: "reply-does-not-confirm",
        answer: "sent",
      });
      expect(await phase(), words).toBe("received");
      await expect.poll(told, { message: words }).toHaveLength(index + 1);
      expect(told()[index]?.mail.text, words).toContain("use the link");
    }
  });

  it("whose text goes on behind what is looked at acknowledges nothing", async () => {
    const { answer, phase } = await asked();
    const words = `I confirm\n\nOn Sat, Petra wrote:\n${"> what was written\n".repeat(12_000)}`;
    expect(await answer(words)).toMatchObject({ outcome: "waiting", reason: "too-large" });
    expect(await phase()).toBe("received");
  });

  it("counts whatever letter case its address has, and whichever header it stands in", async () => {
    const { answer, replyAddress, requestId } = await asked();
    const change = {
      to: "list@halmstrand.example",
      headers: { "X-Original-To": replyAddress.toUpperCase() },
    };
    expect(await answer("I confirm", change)).toMatchObject({ outcome: "acknowledged", requestId });
  });

  it("that is not proven to come from anywhere acknowledges nothing, and is told the way", async () => {
    const { answer, phase } = await asked();
    const unsigned = await answer("I confirm", { by: null });
    expect(unsigned).toMatchObject({ outcome: "waiting", reason: "reply-not-proven", answer: "withheld" });
    const forged = await answer("I confirm!", { by: "evil.example" });
    expect(forged).toMatchObject({ outcome: "waiting", reason: "reply-not-proven", answer: "withheld" });
    expect(await phase()).toBe("received");
  });

  it("from another address acknowledges nothing, however well proven", async () => {
    const { answer, phase } = await asked();
    for (const from of [
      ada,
      "mallory@evil.example",
      "otto@halmstrand.example",
      `"${registered}" <mallory@evil.example>`,
      `=?utf-8?Q?${registered.replace("@", "=40")}?= <mallory@evil.example>`,
    ]) {
      expect(await answer("I confirm", { from })).toMatchObject({
        outcome: "waiting",
        reason: "reply-from-another-address",
      });
    }
    expect(await phase()).toBe("received");
    expect(await answer("I confirm")).toMatchObject({ outcome: "acknowledged" });
  });

  it("with more signatures than any way leaves on it is not looked into, and proves nothing", async () => {
    const { world, answer, phase, replyAddress } = await asked();
    let questions = 0;
    const counting = world.intakeOver({
      resolver: (name, type) => {
        questions += 1;
        return world.post.resolver(name, type);
      },
    });
    const raw = await world.post.write({ from: registered, to: replyAddress, text: "I confirm" });
    const more = Array.from(
      { length: 10 },
      (_, index) => `DKIM-Signature: v=1; a=rsa-sha256; d=x${index}.example; s=x; h=from; bh=x; b=x`,
    );
    const taken = orThrow(await counting.take(Buffer.from(`${more.join("\r\n")}\r\n${raw}`)));
    expect(taken).toMatchObject({ outcome: "waiting", reason: "reply-not-proven" });
    expect(questions).toBe(0);
    expect(await phase()).toBe("received");
    expect(await answer("I confirm")).toMatchObject({ outcome: "acknowledged" });
  });

  it("with several senders acknowledges nothing", async () => {
    const { answer, phase, world, replyAddress } = await asked();
    const two = await answer("I confirm", {
      from: `${registered}, mallory@evil.example`,
      by: "halmstrand.example",
    });
    expect(two).toMatchObject({ outcome: "waiting", reason: "reply-not-proven" });
    const lines = [
      `From: mallory@evil.example`,
      `From: ${registered}`,
      `To: ${replyAddress}`,
      "Message-ID: <two-from@evil.example>",
      "",
      "I confirm",
    ].join("\r\n");
    for (const domain of ["evil.example", "halmstrand.example"]) {
      const raw = await world.post.sign(lines.replace("two-from", `two-from-${domain}`), domain);
      expect(await world.take(raw)).toMatchObject({ outcome: "waiting", reason: "reply-not-proven" });
    }
    expect(await phase()).toBe("received");
  });

  it("whose signature leaves the text open (l=), or was broken on the way, acknowledges nothing", async () => {
    const { world, phase, replyAddress } = await asked();
    const head = `From: ${registered}\r\nTo: ${replyAddress}\r\nSubject: Re\r\nMessage-ID: <l@halmstrand.example>\r\n\r\n`;
    const part = await world.post.sign(`${head}Good day\r\n`, "halmstrand.example", { maxBodyLength: 10 });
    const lengthened = Buffer.concat([part, Buffer.from("I confirm\r\n")]);
    expect(await world.take(lengthened)).toMatchObject({ outcome: "waiting", reason: "reply-not-proven" });
    const whole = await world.post.sign(`${head}Good day\r\n`, "halmstrand.example");
    const changed = whole.toString("latin1").replace("Good day", "I confirm");
    expect(await world.take(changed)).toMatchObject({ outcome: "waiting", reason: "reply-not-proven" });
    expect(await phase()).toBe("received");
  });

  it("is proven by SPF too, where the envelope is known", async () => {
    const { world, requestId, replyAddress } = await asked({
      intake: {
        resolver: async (name, type) => {
          const records: Record<string, string> = {
            "halmstrand.example": "v=spf1 ip4:192.0.2.1 -all",
            "_dmarc.halmstrand.example": "v=DMARC1; p=reject",
          };
          if (type === "TXT" && records[name] !== undefined) return [[records[name]]];
          throw Object.assign(new Error("none"), { code: "ENODATA" });
        },
      },
    });
    const write = (text: string) => world.post.write({ from: registered, to: replyAddress, text, by: null });
    const envelope = { from: registered, to: [replyAddress], helo: "mail.halmstrand.example" };
    expect(await world.take(await write("Yes"), { ...envelope, ip: "192.0.2.66" })).toMatchObject({
      reason: "reply-not-proven",
      answer: "withheld",
    });
    expect(await world.take(await write("I confirm"), { ...envelope, ip: "192.0.2.1" })).toMatchObject({
      outcome: "acknowledged",
      requestId,
    });
  });

  it("is taken later where the DNS does not answer, for a day; then it is not proven", async () => {
    const clock = simulatedClock(new Date());
    const { world, answer, phase, requestId } = await asked({ intake: { clock } });
    world.post.breakDns();
    const raw = await world.post.write({
      ...reply(await world.arrival(({ mail }) => mail.replyTo !== undefined), "I confirm"),
    });
    const failed = await world.intake.take(raw);
    expect(unwrapError(failed)).toMatchObject({
      code: "call-failed",
      problem: "unavailable",
      retryable: true,
    });
    world.post.mendDns();
    expect(await world.take(raw)).toMatchObject({ outcome: "acknowledged", requestId });

    const later = await asked({ intake: { clock } });
    later.world.post.breakDns();
    const again = await later.world.post.write(
      reply(await later.world.arrival(({ mail }) => mail.replyTo !== undefined), "I confirm"),
    );
    expect((await later.world.intake.take(again)).isErr()).toBe(true);
    await clock.advance(86_400_001);
    expect(await later.world.take(again)).toMatchObject({ outcome: "waiting", reason: "reply-not-proven" });
    expect(await phase()).not.toBe("received");
    expect(await later.phase()).toBe("received");
    expect(await answer("I confirm this")).toEqual({ outcome: "ignored", reason: "confirmed-already" });
  });

  it("by a program acknowledges nothing", async () => {
    const { answer, phase, world } = await asked();
    for (const [which, change] of [
      ["an absence note", { headers: { "Auto-Submitted": "auto-replied" } }],
      ["an older one", { headers: { Precedence: "auto_reply" } }],
      ["one of Exchange", { subject: "Automatic reply: Please confirm: export of customer data" }],
      ["a German one", { subject: "Abwesenheitsnotiz: Bitte bestätigen" }],
      ["one that only asks for no answers", { headers: { "X-Auto-Response-Suppress": "All" } }],
    ] as const) {
      const taken = await answer("Yes, I confirm", change);
      expect(taken.outcome === "waiting" ? taken.answer : taken, which).toEqual(
        taken.outcome === "waiting" ? "withheld" : { outcome: "ignored", reason: "auto-reply" },
      );
      expect(await phase(), which).toBe("received");
      expect(world.server.arrived, which).toHaveLength(1);
    }
  });

  it("without a sender acknowledges nothing", async () => {
    const { answer, phase } = await asked();
    for (const [index, from] of ["", "<>", "MAILER-DAEMON", "mailer-daemon@mail.example.org"].entries()) {
      const taken = await answer("I confirm", { messageId: `<${index}@halmstrand.example>` }, { from });
      expect(taken).toEqual({ outcome: "ignored", reason: "bounce" });
    }
    expect(await answer("I confirm.", { headers: { "Return-Path": "<>" } })).toEqual({
      outcome: "ignored",
      reason: "bounce",
    });
    expect(await phase()).toBe("received");
  });

  it("to a confirmation that another one has replaced comes too late", async () => {
    const { answer, world, requestId } = await asked();
    orThrow(await world.rights.requests.resendConfirmation({ actor: officer, requestId }));
    expect(await answer("I confirm")).toMatchObject({ outcome: "waiting", reason: "reply-too-late" });
    const newer = await world.arrival(
      (each) => each !== world.server.arrived[0] && each.mail.replyTo !== undefined,
    );
    expect(await world.take(await world.post.write(reply(newer, "I confirm")))).toMatchObject({
      outcome: "acknowledged",
    });
  });

  it("to two of them at once acknowledges neither", async () => {
    const { answer, replyAddress, phase } = await asked();
    const other = replyAddress.replace(/\+[a-z2-7]{4}/, "+aaaa");
    expect(await answer("I confirm", { to: [replyAddress, other] })).toMatchObject({
      reason: "reply-does-not-confirm",
    });
    expect(await phase()).toBe("received");
  });

  it("that is handed over twice, or whose process was killed in between, acknowledges once", async () => {
    const { world, requestId } = await asked();
    const raw = await world.post.write(
      reply(await world.arrival(({ mail }) => mail.replyTo !== undefined), "I confirm"),
    );
    expect(await world.take(raw)).toMatchObject({ outcome: "acknowledged", requestId });
    expect(await world.take(raw)).toEqual({ outcome: "duplicate", first: "acknowledged" });
    // As if nothing had been recorded of it.
    world.tables.seenMails.clear();
    expect(await world.take(raw)).toEqual({ outcome: "ignored", reason: "confirmed-already" });
    expect(await isAcknowledged(world, requestId)).toBe(true);
    expect(await world.waiting()).toEqual([]);
  });

  it("is offered in German too", async () => {
    const world = await openWorld();
    const { access } = world.server;
    const notifier = smtpNotifier({
      server: access,
      from: { name: "Privacy", address: privacy },
      replies,
      texts: german,
    });
    orThrow(await notifier.send(message(notices.confirmation), call()));
    const { mail } = await world.arrival(
      ({ mail: { subject } }) => subject?.startsWith("Bitte bestätigen") === true,
    );
    expect(mail.text).toContain("antworten Sie auf diese Nachricht mit den Worten „Ich bestätige“");
    expect(mail.replyTo?.value).toMatchObject([
      { address: `privacy+${replyTokenOf("b7Zq-token")}@halmstrand.example` },
    ]);
  });

  it("is not offered where the application does not say where answers go", async () => {
    const world = await openWorld({ intake: { replies: undefined } });
    const { confirmation, requestId } = await askedFor(world);
    expect(await world.take(await world.post.write(reply(confirmation, "I confirm")))).toMatchObject({
      outcome: "waiting",
    });
    expect(await isAcknowledged(world, requestId)).toBe(false);
  });
});
