import type { Notice } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { german, type NoticeOf, smtpNotifier, type Texts } from "../src/index.ts";
import { type ArrivedMail, type MailServer, startMailServer } from "./mail-server.ts";
import { attachment, call, message, notices } from "./messages.ts";

const { confirmation, support, deadline, delivery, completion } = notices;
const endedMidway: NoticeOf<"completion">["sources"] = [
  {
    title: "Customer database",
    outcomes: [{ collection: "customers", outcome: "erased", count: 2 }],
    checked: true,
    settled: null,
  },
  { title: "Newsletter", outcomes: [], checked: false, cutShort: "not-done", settled: null },
  { title: "Web shop", outcomes: [], checked: false, cutShort: "unknown", settled: null },
  {
    title: "Search index",
    outcomes: [{ collection: "pages", outcome: "erased", count: 3 }],
    checked: false,
    cutShort: "unknown",
    settled: null,
  },
  {
    title: "Tickets",
    outcomes: [{ collection: "tickets", outcome: "erased", count: 3 }],
    checked: false,
    cutShort: "not-done",
    stillThere: 1,
    settled: null,
  },
];
const english: readonly (readonly [name: string, notice: Notice])[] = [
  ...Object.entries(notices),
  ["confirmation-by-code", { ...confirmation, url: null, kind: "export", category: "user-telemetry" }],
  ["support-permanent", { ...support, problem: "permanent-failure", retryable: false }],
  [
    "undelivered-for-source",
    { ...notices.undelivered, source: support.source, problem: "unavailable", retryable: true },
  ],
  ["support-letter", { ...support, letterWaits: true }],
  ["task-stopped-for-good", { ...notices["task-stopped"], forGood: true }],
  ["deadline-over", { ...deadline, overdue: true }],
  ["deadline-behind", { ...deadline, waitsBehind: { requestId: "request-2", waitsFor: ["identity"] } }],
  ["delivery-attached", { ...delivery, url: null }],
  ["delivery-complete", { ...delivery, missing: [] }],
  [
    "delivery-follows",
    {
      ...delivery,
      replacesEarlier: true,
      missing: delivery.missing.map((part) => ({ ...part, follows: true })),
    },
  ],
  [
    "delivery-partly",
    {
      ...delivery,
      replacesEarlier: true,
      missing: delivery.missing.flatMap((part) => [
        { ...part, follows: true, partly: true },
        { ...part, title: "The archive", settled: "the vendor is gone" },
      ]),
    },
  ],
  ["delivery-so-often", { ...delivery, downloads: 2, missing: [] }],
  ["delivery-encrypted", { ...delivery, encrypted: true, missing: [] }],
  ["delivery-ends-with-erasure", { ...delivery, endsWithErasure: true, missing: [] }],
  ["completion-complete", { ...completion, complete: true, category: "user-data", sources: [] }],
  ["completion-not-followed", { ...completion, complete: false, notFollowed: ["telephone"], sources: [] }],
  ["completion-rest-called-off", { ...completion, restCalledOff: "the contract runs", sources: [] }],
  ["completion-called-off", { ...completion, calledOff: "taken back by telephone", sources: endedMidway }],
  [
    "completion-not-looked-at",
    {
      ...completion,
      sources: [
        { title: "Paper files", outcomes: [], checked: false, byOwner: "done", settled: null },
        { title: "Safe", outcomes: [], checked: false, byOwner: "not-there", settled: null },
        { title: "Archive", outcomes: [], checked: true, notPart: 2, settled: null },
        { title: "Newsletter", outcomes: [], checked: true, cameSince: 1, settled: null },
      ],
    },
  ],
  ["refusal-of-the-rest", { ...notices.refusal, kind: "export", packageSent: "by-link" }],
  ["refusal-midway", { ...notices.refusal, sources: endedMidway }],
  [
    "completion-with-packages",
    {
      ...completion,
      complete: true,
      sources: [],
      earlierPackages: [
        { until: "2026-11-30T09:30:00.000Z", ended: false },
        { until: "2026-11-25T10:00:00.000Z", ended: true },
        { until: "2026-11-30T09:30:00.000Z", ended: false, downloads: 1 },
      ],
    },
  ],
];
/** Each notice in each language, which its name begins with. */
const variants = (["en", "de"] as const).flatMap((language) =>
  english.map(([name, notice]) => [language === "en" ? name : `german/${name}`, notice, language] as const),
);
const mailboxOf = (name: string) => `${name.replace("/", "-")}@northwind.example`;

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
  const notifierIn = (texts: Partial<Texts>) =>
    smtpNotifier({
      server: server.access,
      from: { name: "Northwind Privacy", address: "privacy@northwind.example" },
      replyTo: "dpo@northwind.example",
      texts,
    });
  const notifiers = { en: notifierIn({}), de: notifierIn(german) };
  const attached = { attachment: attachment(new Uint8Array(12)) };
  const taken = await Promise.all(
    variants.map(([name, notice, language]) =>
      notifiers[language].send(
        message(notice, {
          to: mailboxOf(name),
          ...(name.endsWith("delivery-attached") ? attached : {}),
        }),
        call(),
      ),
    ),
  );
  for (const each of taken) unwrap(each);
});
afterAll(() => server.close());

const arrived = (name: string): ArrivedMail => {
  const found = server.arrived.find(({ to }) => to[0] === mailboxOf(name));
  if (found === undefined) throw new Error(`${name} did not arrive`);
  return found;
};

/** What a reader sees of a page, with a line for each piece. */
const visible = (html: string): string[] =>
  html
    .replace(/<head>.*<\/head>/su, "")
    .replace(/<[^>]+>/gu, "\n")
    .replaceAll("&#39;", "'")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

describe.each(variants)("the notice %s", (name, _notice, language) => {
  it("reads like this", async () => {
    const { mail } = arrived(name);
    await expect(`Subject: ${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });

  it("says the same as a page, which fetches nothing", () => {
    const { mail } = arrived(name);
    const html = String(mail.html);
    const pieces = visible(html);
    const plain = (mail.text ?? "").replace(/^-+$/gmu, "");
    for (const piece of pieces) expect(plain).toContain(piece);
    expect(pieces.join(" ").replaceAll(/\W/gu, "").length).toBeGreaterThanOrEqual(
      plain.replaceAll(/\W/gu, "").length,
    );
    expect(html).not.toMatch(/<(?:img|script|link|style|iframe|form|svg|video)\b|src=|url\(|@import/iu);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).not.toMatch(/(?<!current)color:/iu);
  });

  it("names the person in no header", () => {
    const { raw } = arrived(name);
    const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
    expect(head).not.toMatch(/\bada\b/iu);
    expect(head).not.toContain("example.org");
  });
});

it.each(["support", "support-permanent", "decision", "task-stopped"])(
  "the notice %s holds nothing personal at all",
  (name) => {
    const { raw, mail, to, from } = arrived(name);
    const addresses = `${raw}${mail.text}${mail.html}`.match(/[\w.-]+@[\w.-]+\.\w+/gu) ?? [];
    const own = [...to, from, "dpo@northwind.example", (mail.messageId ?? "").replaceAll(/[<>]/gu, "")];
    expect(new Set(addresses)).toEqual(new Set(own));
  },
);

it("every link is shown as text too, and leads where it says", () => {
  const { mail } = arrived("confirmation");
  const links = [...String(mail.html).matchAll(/<a href="([^"]*)"/gu)].map(([, url]) => url);
  expect(links).toEqual([confirmation.url, confirmation.url]);
  expect(String(mail.html)).toContain(`>${confirmation.url}</a>`);
  expect(mail.text).toContain(`\n${confirmation.url}\n`);
});

it("comes from the address it was told, over TLS, signed in, and marked as automatic", () => {
  const { mail, from, to, overTls, signedInAs, raw } = arrived("support");
  expect({ from, to, overTls, signedInAs }).toEqual({
    from: "privacy@northwind.example",
    to: ["support@northwind.example"],
    overTls: true,
    signedInAs: "subject-rights",
  });
  expect(mail.from?.value).toEqual([{ name: "Northwind Privacy", address: "privacy@northwind.example" }]);
  expect(mail.replyTo?.value).toEqual([{ name: "", address: "dpo@northwind.example" }]);
  expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
  expect(mail.headers.get("x-auto-response-suppress")).toBe("DR, RN, NRN, OOF, AutoReply");
  expect(mail.date).toEqual(new Date("2026-11-23T09:30:00.000Z"));
  expect(raw).not.toContain("X-Mailer");
});
