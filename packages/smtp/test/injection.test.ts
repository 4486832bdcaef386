import type { Message } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { anyCharacter } from "@subject-rights/testing/any-character";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { smtpNotifier, type Texts } from "../src/index.ts";
import { type ArrivedMail, type MailServer, startMailServer } from "./mail-server.ts";
import { attachment, call, message, notices } from "./messages.ts";

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer({ secure: true });
});
afterAll(() => server.close());

/** What arrived of messages that were sent at the same moment. */
const sent = (...messages: readonly Message[]) => sentWith({}, messages);

const sentWith = async (
  texts: Partial<Texts>,
  messages: readonly Message[],
): Promise<readonly ArrivedMail[]> => {
  const before = server.arrived.length;
  const notifier = smtpNotifier({
    server: { ...server.access, tls: "implicit" },
    from: { name: "Northwind", address: "privacy@northwind.example" },
    texts,
  });
  const taken = await Promise.all(messages.map((each) => notifier.send(each, call())));
  for (const each of taken) unwrap(each);
  return server.arrived.slice(before);
};

const hostile = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\u2028",
        "\u0085",
        "\r\n.\r\n",
        "\r\n\r\n",
        "Bcc: eve@example.com",
        "--=_",
        "-Part_1--",
        "=_",
        "=?utf-8?Q?=0D=0ABcc=3A?=",
        '">',
        "<script>alert(1)</script>",
        "<img src=https://example.com/x>",
        "&lt;",
        "\u202E",
        "\uD800",
        "ü",
        "a".repeat(1_000),
        "https://example.com",
        " ",
      ),
    )
    .map((pieces) => pieces.join("")),
);

/** What must not change, whatever the facts are. */
const shape = ({ raw, to, mail }: ArrivedMail) => ({
  to,
  header: raw
    .slice(0, raw.indexOf("\r\n\r\n"))
    .split("\r\n")
    .filter((line) => !/^[ \t]/u.test(line))
    .map((line) => line.slice(0, line.indexOf(":"))),
  attachments: mail.attachments.map(({ filename, size }) => ({ filename, size })),
  lines: (mail.text ?? "").trim().split("\n").length,
  tags: String(mail.html).match(/<[^>\s]*/gu),
  links: String(mail.html).match(/<a href="[^"]*"/gu),
});

const bytes = new Uint8Array(10);

const delivery = (text: string): Message =>
  message(
    {
      ...notices.delivery,
      requestId: text,
      controller: text,
      sha256: text,
      subject: `${text}@example.org`,
      missing: [{ title: text, problem: "timed-out", settled: text }],
    },
    { id: text, attachment: attachment(bytes) },
  );

const completion = (text: string): Message =>
  message({
    ...notices.completion,
    requestId: text,
    controller: text,
    subject: `${text}@example.org`,
    sources: [
      {
        title: `Source ${text}`,
        outcomes: [{ collection: text, outcome: "retained", count: 1, reason: text, until: "2031-12-31" }],
        checked: true,
        settled: text,
      },
    ],
  });

const support = (text: string): Message =>
  message({ ...notices.support, requestId: text, source: { id: text, title: text } });

it.each([
  ["delivery", delivery],
  ["completion", completion],
  ["support", support],
])(
  "no fact of a %s can add a header, a recipient, a part, a line or a tag",
  async (_type, of) => {
    const [plain] = (await sent(of("plain"))).map(shape);
    // Many at once, because the server lets each client wait for a moment before it greets it.
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 15, maxLength: 15 }), async (texts) => {
        const arrived = await sent(...texts.map(of));
        expect(arrived.map(shape)).toEqual(texts.map(() => plain));
      }),
      { numRuns: inject("isThorough") ? 10 : 2 },
    );
  },
  30_000,
);

it("a title of many letters and scripts arrives whole, and in lines that every server takes", async () => {
  const title = `Kundenstämme – 顧客データ – ${"Ω".repeat(150)}`;
  const [arrived] = await sent(
    message({ ...notices.support, source: { id: "crm", title }, controller: "x".repeat(5_000) }),
  );
  const { mail, raw } = arrived ?? {};
  expect(mail?.subject).toBe(`Warning: ${title} could not do its part of a request`);
  expect(mail?.text).toContain(`Data source: ${title} (crm)`);
  // RFC 5322, 2.1.1
  expect(Math.max(...(raw ?? "").split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(78);
});

it("markup in a fact is shown as it is", async () => {
  const title = `<b onclick='x()'>"Tom & Jerry"</b>`;
  const [arrived] = await sent(message({ ...notices.support, source: { id: "crm", title } }));
  expect(String(arrived?.mail.html)).toContain(
    "&lt;b onclick=&#39;x()&#39;&gt;&quot;Tom &amp; Jerry&quot;&lt;/b&gt;",
  );
  expect(arrived?.mail.text).toContain(title);
});

it("marks that turn the reading direction are left out, and half characters are replaced", async () => {
  const source = { id: "crm", title: "\u202Egro.elpmaxe@ada\u202C \uD83D" };
  const [arrived] = await sent(message({ ...notices.support, source }));
  expect(arrived?.mail.text).toContain("Data source: gro.elpmaxe@ada \uFFFD (crm)");
});

it("a text that is the boundary of its own message ends no part", async () => {
  const texts: Partial<Texts> = {
    support: ({ controller }) => ({
      subjectLine: "Warning",
      blocks: [{ type: "paragraph", text: controller }],
    }),
  };
  const [first] = await sentWith(texts, [message(notices.support)]);
  const [, boundary] = /boundary="([^"]+)"/u.exec(first?.raw ?? "") ?? [];
  expect(boundary).toBeTruthy();
  const [second] = await sentWith(texts, [message({ ...notices.support, controller: `--${boundary}--` })]);
  expect(second?.raw).toContain(`boundary="${boundary}"`);
  expect(second?.mail.text).toBe(`--${boundary}--\n`);
  expect(String(second?.mail.html)).toContain(`<p>--${boundary}--</p>`);
});
