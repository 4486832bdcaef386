import { ConfigurationMistake } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { english, type SmtpNotifierOptions, smtpNotifier, type Texts } from "../src/index.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { call, message, notices } from "./messages.ts";

const from = { name: "Northwind", address: "privacy@northwind.example" };
const server = { host: "mail.northwind.example", port: 587 };

it("needs no more than a server and a sender", () => {
  expect(smtpNotifier({ server, from })).toMatchObject({ id: "smtp", attachmentLimit: 7 * 1024 * 1024 });
});

it.each<readonly [string, Partial<SmtpNotifierOptions>]>([
  ["server.port", { server: { host: "mail.northwind.example", port: 0 } }],
  ["server.host", { server: { host: "mail.northwind.example\r\n", port: 25 } }],
  ["server: user and password", { server: { ...server, user: "northwind" } }],
  ["server: user and password", { server: { ...server, password: "hush-hush" } }],
  ["server.ca", { server: { ...server, ca: "/etc/ssl/private-ca.pem" } }],
  ["server.connectionTimeout", { server: { ...server, connectionTimeout: -1 } }],
  ["server.tls", { server: { ...server, tls: "no" as "required" } }],
  ["server", { server: { ...server, requireTLS: false } as typeof server }],
  ["from.address", { from: { name: "Northwind", address: "Northwind <privacy@northwind.example>" } }],
  ["from.name", { from: { ...from, name: "Northwind\r\nBcc: eve@example.com" } }],
  ["from.name", { from: { ...from, name: " " } }],
  ["replyTo", { replyTo: "a@northwind.example, b@northwind.example" }],
  ["messageIdDomain", { messageIdDomain: "north wind" }],
  ["attachmentLimit", { attachmentLimit: 1.5 }],
  ["texts", { texts: { acknowledgement: english.support } as Partial<Texts> }],
  ["texts", { texts: { support: "Help!" as unknown as Texts["support"] } }],
])("a mistake in %s is told at once, without repeating a secret", (where, change) => {
  const build = () => smtpNotifier({ server, from, ...change });
  expect(build).toThrow(ConfigurationMistake);
  expect(build).toThrow(where);
  expect(build).not.toThrow("hush-hush");
});

describe("the application's own words", () => {
  let running: MailServer;
  beforeAll(async () => {
    running = await startMailServer();
  });
  afterAll(() => running.close());

  const send = (texts: Partial<Texts>, notice: keyof Texts) =>
    smtpNotifier({ server: running.access, from, texts }).send(message(notices[notice]), call());

  it("replace those of one notice, in both forms, and leave the others as they are", async () => {
    const texts: Partial<Texts> = {
      support: ({ source, requestId }) => ({
        language: "de",
        subjectLine: `Achtung: ${source.title}`,
        blocks: [
          { type: "heading", text: "Störung" },
          { type: "facts", facts: [{ name: "Kennzeichen", value: requestId }] },
          { type: "link", label: "Ansehen", url: "https://privacy.northwind.example/quellen" },
        ],
      }),
    };
    unwrap(await send(texts, "support"));
    const own = running.arrived.at(-1)?.mail;
    expect(own?.subject).toBe("Achtung: Customer database");
    expect(own?.text).toBe(
      "Störung\n-------\n\nKennzeichen: request-1\n\nAnsehen:\nhttps://privacy.northwind.example/quellen\n",
    );
    expect(String(own?.html)).toContain('<html lang="de">');
    expect(String(own?.html)).toContain("Störung</h2>");

    unwrap(await send(texts, "decision"));
    expect(running.arrived.at(-1)?.mail.subject).toBe(english.decision(notices.decision).subjectLine);
  });

  it.each<readonly [string, Partial<Texts>]>([
    [
      "lead to something that is no page",
      {
        confirmation: (notice) => ({
          ...english.confirmation(notice),
          blocks: [{ type: "link", label: "Confirm", url: "javascript:alert(1)" }],
        }),
      },
    ],
    [
      "name the person in the subject line",
      {
        confirmation: (notice) => ({
          ...english.confirmation(notice),
          subjectLine: `Erase ${notice.subject.toUpperCase()}?`,
        }),
      },
    ],
    ["are empty", { confirmation: () => ({ subjectLine: "Please confirm", blocks: [] }) }],
    [
      "cannot be found",
      {
        confirmation: () => {
          throw new Error("no translation");
        },
      },
    ],
  ])("that %s are not sent; the message waits until they are mended", async (_name, texts) => {
    const before = running.arrived.length;
    const error = unwrapError(await send(texts, "confirmation"));
    expect(error).toMatchObject({ problem: "unavailable", retryable: true });
    expect(String(error.cause)).not.toContain(notices.confirmation.subject);
    expect(running.arrived).toHaveLength(before);
    unwrap(await send({}, "confirmation"));
  });
});
