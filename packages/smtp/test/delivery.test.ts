import { createHash, randomBytes } from "node:crypto";
import type { Attachment, Message } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SmtpNotifierOptions, smtpNotifier } from "../src/index.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { attachment, call, message, notices } from "./messages.ts";

let server: MailServer;
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.close());

const notifier = (change: Partial<SmtpNotifierOptions> = {}) =>
  smtpNotifier({
    server: server.access,
    from: { name: "Northwind Privacy", address: "privacy@northwind.example" },
    ...change,
  });

const delivery = (attached: Attachment, change: Partial<Message> = {}) =>
  message({ ...notices.delivery, url: null, bytes: attached.bytes }, { attachment: attached, ...change });

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("an attachment", () => {
  it("arrives byte for byte", async () => {
    const bytes = randomBytes(200_001);
    unwrap(await notifier().send(delivery(attachment(bytes)), call()));
    const attachments = server.arrived[0]?.mail.attachments ?? [];
    expect(attachments).toHaveLength(1);
    expect(attachments[0]).toMatchObject({
      filename: "export.zip",
      contentType: "application/zip",
      contentDisposition: "attachment",
      size: bytes.length,
    });
    expect(sha256(attachments[0]?.content ?? bytes.subarray(1))).toBe(sha256(bytes));
  });

  it("is read as it is sent, and not kept", async () => {
    const chunk = new Uint8Array(64 * 1024);
    const chunks = 64;
    let received = 0;
    let furthestAhead = 0;
    await server.close();
    server = await startMailServer({
      onData: (stream, _session, answer) => {
        stream.on("data", (bytes: Buffer) => {
          received += bytes.length;
        });
        stream.on("end", () => answer());
      },
    });
    const large = attachment(chunk, {
      bytes: chunk.length * chunks,
      async *read() {
        for (let sent = 1; sent <= chunks; sent += 1) {
          yield chunk;
          furthestAhead = Math.max(furthestAhead, sent * chunk.length - received);
        }
      },
    });
    const taken = await notifier({ attachmentLimit: large.bytes }).send(delivery(large), call());
    unwrap(taken);
    expect(received).toBeGreaterThan(large.bytes);
    expect(furthestAhead).toBeLessThan(large.bytes / 2);
  });

  it.each([
    ["shorter", -1],
    ["longer", 1],
  ])("that is %s than it said is not delivered at all", async (_name, difference) => {
    const bytes = randomBytes(200_000);
    const wrong = attachment(bytes, { bytes: bytes.length - difference });
    const error = unwrapError(await notifier().send(delivery(wrong), call()));
    expect(error).toMatchObject({ problem: "unavailable", retryable: true });
    expect(server.arrived).toEqual([]);
  });

  it("that cannot be read is not delivered, and can be tried again", async () => {
    const broken = attachment(randomBytes(200_000), {
      async *read() {
        yield randomBytes(100_000);
        throw new Error("the store is away");
      },
    });
    const error = unwrapError(await notifier().send(delivery(broken), call()));
    expect(error).toMatchObject({ problem: "unavailable", retryable: true });
    expect(server.arrived).toEqual([]);
  });

  it("over the limit is given up; the limit is 7 MiB where nothing else was said", async () => {
    const limit = 7 * 1024 * 1024;
    expect(notifier().attachmentLimit).toBe(limit);
    const error = unwrapError(
      await notifier().send(delivery(attachment(new Uint8Array(1), { bytes: limit + 1 })), call()),
    );
    expect(error).toMatchObject({ problem: "package-too-large", retryable: false });
  });

  it("that is announced has to be there", async () => {
    const without = message({ ...notices.delivery, url: null });
    const error = unwrapError(await notifier().send(without, call()));
    expect(error.problem).toBe("permanent-failure");
    expect(server.arrived).toEqual([]);
  });

  it.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\exports\\ada.zip", "ada.zip"],
    ['a";\r\nBcc: eve@example.com; x="b.zip', "a_Bcc_ eve_example.com_ x_b.zip"],
    ["\u202Epiz.exe", "_piz.exe"],
    ["Größe – 数据.zip", "Größe _ 数据.zip"],
    ["...", "attachment"],
  ])("of the name %j is called %j", async (filename, expected) => {
    const named = attachment(new Uint8Array(3), { filename });
    unwrap(await notifier().send(delivery(named), call()));
    expect(server.arrived[0]?.mail.attachments[0]?.filename).toBe(expected);
  });

  it.each(["multipart/mixed; boundary=x", "message/rfc822", "text/html\r\nBcc: eve@example.com", ""])(
    "of the type %j is a plain file",
    async (contentType) => {
      const typed = attachment(new TextEncoder().encode("Bcc: eve@example.com\r\n\r\n"), { contentType });
      unwrap(await notifier().send(delivery(typed), call()));
      const { mail, raw } = server.arrived[0] ?? {};
      expect(mail?.attachments.map((each) => each.size)).toEqual([typed.bytes]);
      expect(raw).toContain("Content-Type: application/octet-stream; name=export.zip");
    },
  );
});

describe("the same message, sent twice", () => {
  it("is the same mail, byte for byte, however it is cut into chunks", async () => {
    const bytes = randomBytes(50_000);
    const whole = attachment(bytes, {
      async *read() {
        yield bytes;
      },
    });
    unwrap(await notifier().send(delivery(attachment(bytes)), call()));
    unwrap(await notifier().send(delivery(whole), call()));
    const [first, second] = server.arrived;
    expect(second?.raw).toBe(first?.raw);
    expect(first?.mail.messageId).toMatch(/^<[0-9a-f]{40}@northwind\.example>$/u);
  });

  it("has a Message-ID that no other message has", async () => {
    const ids = ["request-1/support-1", "request-1/support-2", "request-2/support-1"];
    for (const id of ids) unwrap(await notifier().send(message(notices.support, { id }), call()));
    expect(new Set(server.arrived.map(({ mail }) => mail.messageId)).size).toBe(ids.length);
  });

  it("takes the Message-ID's domain from the options", async () => {
    const other = notifier({ messageIdDomain: "mail.bücher.example" });
    unwrap(await other.send(message(notices.support), call()));
    expect(server.arrived[0]?.mail.messageId).toMatch(/@mail\.xn--bcher-kva\.example>$/u);
  });
});
