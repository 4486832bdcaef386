import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { orThrow } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ada, exportRequest, openWorld, privacy, registered } from "./world.ts";

const request = `Please export the customer data of ${ada}.`;
const mail = (headers: readonly string[], body = request): string => [...headers, "", body].join("\r\n");
const head = [`From: ${registered}`, `To: ${privacy}`, "Message-ID: <h@halmstrand.example>"];

describe("duplicates", () => {
  it("make one request, at the same moment, one after the other and after a crash", async () => {
    const world = await openWorld();
    const raw = await world.post.write(exportRequest);
    const both = await Promise.all([world.take(raw), world.take(raw), world.take(raw)]);
    expect(
      new Set(both.map((each) => (each.outcome === "submitted" ? each.requestId : each.outcome))).size,
    ).toBe(1);
    expect(await world.take(raw)).toEqual({ outcome: "duplicate", first: "submitted" });
    const [open] = await world.requests();
    orThrow(
      await world.rights.requests.cancel({
        actor: { id: "admin-1", tenant: "halmstrand", roles: ["admin"] },
        requestId: open?.id ?? "",
        reason: "so that asking again would make another one",
      }),
    );
    // As if the process had been killed after the request was stored, and before that was recorded.
    for (const [key, seen] of world.tables.seenMails)
      world.tables.seenMails.set(key, { ...seen, conclusion: null });
    expect(await world.take(raw)).toMatchObject({ outcome: "submitted", requestId: open?.id });
    expect(await world.requests()).toHaveLength(1);
  });

  it("are the same however servers have marked them on the way", async () => {
    const world = await openWorld();
    const raw = await world.post.write(exportRequest);
    expect(await world.take(raw)).toMatchObject({ outcome: "submitted" });
    const marked = `Received: from elsewhere\r\nDelivered-To: alias@halmstrand.example\r\n${raw}`;
    expect(await world.take(marked)).toEqual({ outcome: "duplicate", first: "submitted" });
  });

  it("are not made by whoever guesses a Message-ID, and two messages without one are two", async () => {
    const world = await openWorld();
    const messageId = "<guessed@halmstrand.example>";
    const before = await world.post.write({
      from: "mallory@evil.example",
      to: privacy,
      text: "Hello",
      messageId,
    });
    expect(await world.take(before)).toMatchObject({ outcome: "waiting" });
    expect(await world.take(await world.post.write({ ...exportRequest, messageId }))).toMatchObject({
      outcome: "submitted",
    });
    const bare = await world.post.write({
      ...exportRequest,
      text: "Export customer eve@example.org",
      messageId: false,
    });
    expect(bare.toString()).not.toMatch(/^message-id/im);
    expect(await world.take(bare)).toMatchObject({ outcome: "submitted", alreadyOpen: false });
    expect(await world.take(bare)).toEqual({ outcome: "duplicate", first: "submitted" });
    const other = await world.post.write({
      ...exportRequest,
      text: "Export customer bo@example.org",
      messageId: false,
    });
    expect(await world.take(other)).toMatchObject({ outcome: "submitted", alreadyOpen: false });
  });
});

describe("large messages", () => {
  /** Says how much of it was read. */
  const endless = (start: string, most: number) => {
    const read = { bytes: 0, isClosed: false };
    const piece = Buffer.from(`${"A".repeat(76)}\r\n`.repeat(840));
    async function* pieces() {
      try {
        yield Buffer.from(start);
        for (; read.bytes < most; read.bytes += piece.length) yield piece;
      } finally {
        read.isClosed = true;
      }
    }
    return { raw: pieces(), read };
  };
  const start = mail(
    [...head, 'Content-Type: multipart/mixed; boundary="b"'],
    `--b\r\nContent-Type: text/plain\r\n\r\n${request}\r\n--b\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
  );

  it("of 50 MB are not read as a whole, wait for a person, and are answered", async () => {
    const world = await openWorld({ intake: { largest: 1024 * 1024 } });
    const { raw, read } = endless(start, 50 * 1024 * 1024);
    expect(orThrow(await world.intake.take(raw))).toMatchObject({
      outcome: "waiting",
      reason: "too-large",
      answer: "sent",
    });
    expect(read.bytes).toBeLessThan(1.2 * 1024 * 1024);
    expect(read.isClosed).toBe(true);
    const [waiting] = await world.waiting();
    expect(waiting?.content).toMatchObject({ from: [registered] });
    expect(world.server.arrived[0]?.mail.text).toContain("too large");
  });

  it("are taken where that is allowed, and cost no more than a few times what they are", async () => {
    const world = await openWorld({ intake: { largest: 60 * 1024 * 1024 } });
    const megabytes = inject("isThorough") ? 50 : 20;
    const { raw } = endless(start, megabytes * 1024 * 1024);
    const before = process.memoryUsage().rss;
    expect(orThrow(await world.intake.take(raw))).toMatchObject({ outcome: "submitted" });
    expect(process.memoryUsage().rss - before).toBeLessThan(8 * megabytes * 1024 * 1024);
  });

  it("of more text than is looked at wait for a person: at the edge an address is another one", async () => {
    const world = await openWorld();
    const most = 200_000;
    const named = `${request.replace(ada, "")} bob@example.com`;
    const text = `${" ".repeat(most + 1 - named.length)}${named}`;
    // What is left of it would be bob@example.co.
    expect(text.slice(0, most)).toMatch(/bob@example\.co$/);
    const waits = { outcome: "waiting", reason: "too-large", answer: "sent" };
    expect(await world.take(mail(head, text))).toMatchObject(waits);
    const subject = `Subject: ${"x".repeat(1_001 - named.length)}${named}`;
    expect(await world.take(mail([...head, subject], "Hello"))).toMatchObject(waits);
    expect(await world.requests()).toEqual([]);
    expect(await world.take(mail(head, text.slice(1)))).toMatchObject({ outcome: "submitted" });
  });

  it("with HTML that is too long, or too deep, to be read wait for a person", async () => {
    const world = await openWorld();
    for (const html of ["<p>x</p>".repeat(130_000), "<div>".repeat(5_000)]) {
      const body = `--b\r\nContent-Type: text/plain\r\n\r\n${request}\r\n--b\r\nContent-Type: text/html\r\n\r\n${html}\r\n--b--`;
      const type = 'Content-Type: multipart/mixed; boundary="b"';
      const raw = mail([...head.slice(0, 2), `Message-ID: <${html.length}@halmstrand.example>`, type], body);
      expect(await world.take(raw)).toMatchObject({ outcome: "waiting", reason: "too-large" });
    }
  });

  it("that break off are an error, and can be handed over again", async () => {
    const world = await openWorld();
    async function* broken() {
      yield Buffer.from(start);
      throw new Error("connection lost");
    }
    expect(unwrapError(await world.intake.take(broken()))).toMatchObject({
      code: "call-failed",
      retryable: true,
    });
    const whole = Readable.from([Buffer.from(mail(head))]);
    expect(orThrow(await world.intake.take(whole))).toMatchObject({ outcome: "submitted" });
  });
});

describe("attachments", () => {
  it("are not looked into, and nothing of them is kept", async () => {
    const world = await openWorld();
    const secret = randomBytes(3_000).toString("hex");
    const raw = await world.post.write({
      ...exportRequest,
      subject: "?",
      text: "See the attachment",
      attachments: [
        {
          filename: "customer-eve@example.org-delete.txt",
          content: Buffer.from(`Delete customer ${ada} ${secret}`),
        },
        { filename: "original.eml", content: Buffer.from(`Subject: x\r\n\r\nDelete customer ${ada}`) },
      ],
    });
    expect(await world.take(raw)).toMatchObject({ outcome: "waiting", reason: "no-address" });
    const [waiting] = await world.waiting();
    expect(JSON.stringify(waiting)).not.toContain(secret.slice(0, 50));
  });

  it("of a forwarded message are not its words", async () => {
    const world = await openWorld();
    const inner = `From: ${ada}\r\nSubject: delete the customer eve@example.org\r\n\r\nErase customer eve@example.org`;
    const raw = mail(
      [...head, 'Content-Type: multipart/mixed; boundary="b"'],
      `--b\r\nContent-Type: text/plain\r\n\r\n${request}\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n${inner}\r\n--b--`,
    );
    const taken = await world.take(raw);
    if (taken.outcome !== "submitted") expect(taken).toMatchObject({ outcome: "waiting" });
    const [found] = await world.requests();
    expect(found === undefined || (found.kind === "export" && found.category === "customer-data")).toBe(true);
  });
});

describe("hostile headers", () => {
  const inAnswers = "X-Injected: yes";

  it.each([
    ["thousands of them", [...head, ...Array.from({ length: 5_000 }, (_, i) => `X-${i}: x`)], "unreadable"],
    ["one without end", [...head, `X-Long: ${"x".repeat(2_000_000)}`], "unreadable"],
    ["nothing but headers that are none", ["\u0000\u0000", ": :", " x"], null],
    [
      "an encoding that nobody knows",
      [...head, 'Content-Type: text/plain; charset="x-klingon"'],
      "submitted",
    ],
    ["UTF-7", [...head, "Content-Type: text/plain; charset=utf-7"], "submitted"],
    ["an encoding of parts that is none", [...head, "Content-Transfer-Encoding: rot13"], "submitted"],
    ["NUL bytes", [...head, "Subject: a\u0000b\u0000"], "submitted"],
    [
      "a subject that would begin a header",
      [...head, `Subject: =?utf-8?Q?x=0D=0A${inAnswers}?=`],
      "submitted",
    ],
  ] as const)("%s", async (_, headers, expected) => {
    const world = await openWorld();
    const taken = await world.take(mail(headers));
    const outcome = taken.outcome === "waiting" ? taken.reason : taken.outcome;
    if (expected !== null) expect(outcome).toBe(expected);
    expect(await world.take(mail(headers))).toMatchObject({ outcome: "duplicate" });
  });

  it.each([
    ["a Message-ID", { "Message-ID": `<x@y>\r\n ${inAnswers}` }],
    ["an encoded Message-ID", { "Message-ID": `<=?utf-8?Q?x=0D=0A${inAnswers}?=@y.example>` }],
    ["a subject", { Subject: `=?utf-8?Q?=0D=0A${inAnswers}?=` }],
    ["a name", { From: `=?utf-8?Q?=0D=0A${inAnswers}?= <${registered}>` }],
    ["a name with another's address", { From: `"mallory@evil.example, ${inAnswers}" <${registered}>` }],
  ])("of %s get into no answer", async (_, changed) => {
    const world = await openWorld();
    const fields = { From: registered, To: privacy, "Message-ID": "<x@y.example>", ...changed };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    const raw = await world.post.sign(mail(lines, "Hello?"), "halmstrand.example");
    expect(await world.take(raw)).toMatchObject({ outcome: "waiting", answer: "sent" });
    const [answer] = world.server.arrived;
    expect(answer?.to).toEqual([registered]);
    expect(answer?.raw).not.toMatch(/injected|mallory/i);
  });

  it("with parts within parts without end are for a person", async () => {
    const world = await openWorld();
    const depth = 400;
    const nested = Array.from(
      { length: depth },
      (_, index) => `--b${index}\r\nContent-Type: multipart/mixed; boundary="b${index + 1}"\r\n\r\n`,
    ).join("");
    const raw = mail([...head, 'Content-Type: multipart/mixed; boundary="b0"'], nested + request);
    expect(await world.take(raw)).toMatchObject({ outcome: "waiting" });
  });
});

describe("texts that are made to take for ever", () => {
  const long = 150_000;
  it.each([
    ["letters", "a".repeat(long)],
    ["marks", `${"!".repeat(long)}a`],
    ["@", "@".repeat(long)],
    ["an address without end", `${"a".repeat(long)}@${"a.".repeat(long)}`],
    ["addresses", "a@b ".repeat(long / 4)],
    ["colons", `${":".repeat(long)}a@b`],
    ["spaces", `${" ".repeat(long)}x`],
    ["lines", `${"\n ".repeat(long)}x`],
    ["quotes", "> ".repeat(long)],
    ["an answer", `On ${"wrote schrieb ".repeat(long / 14)}`],
    ["answers", `On ${"schrieb ".repeat(50)}\n`.repeat(300)],
    ["lists", "<".repeat(long)],
  ])("do not: %s", async (_, text) => {
    const world = await openWorld({ intake: { answersADay: 0 } });
    // Of this process, since others have the machine too.
    const started = process.cpuUsage();
    for (const headers of [
      head,
      [...head, `List-Id: ${text.replaceAll("\n", " ")}`],
      [`From: ${text.replaceAll("\n", " ")}`],
    ]) {
      expect((await world.intake.take(Buffer.from(mail(headers, text)))).isOk()).toBe(true);
    }
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });
});

describe("whatever bytes come", () => {
  it("something becomes of them: nothing throws, nothing loops, and no request is made of noise", async () => {
    const world = await openWorld({ intake: { answersADay: 0 } });
    const line = fc.oneof(
      fc.constantFrom(
        ...head,
        "Content-Type: multipart/mixed; boundary=b",
        "--b",
        "--b--",
        "",
        "Content-Transfer-Encoding: base64",
        "MIME-Version: 1.0",
        "Content-Type: message/rfc822",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        "Content-Type: text/html",
        "<p>x",
        "=?utf-8?B?//8=?=",
      ),
      fc.string({ unit: anyCharacter }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom("\r\n", "\n", "\r"),
        async (lines, end) => {
          const taken = await world.intake.take(Buffer.from(lines.join(end)));
          expect(taken.isOk()).toBe(true);
        },
      ),
      { numRuns: inject("isThorough") ? 400 : 10 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        expect((await world.intake.take(bytes)).isOk()).toBe(true);
      }),
      { numRuns: inject("isThorough") ? 400 : 10 },
    );
    expect(await world.requests()).toEqual([]);
  });
});
