import { unwrap, unwrapError } from "@subject-rights/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { smtpNotifier } from "../src/index.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { call, message, notices } from "./messages.ts";

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer({ secure: true });
});
afterAll(() => server.close());

const send = (to: string) =>
  smtpNotifier({
    server: { ...server.access, tls: "implicit" },
    from: { name: "Northwind", address: "privacy@northwind.example" },
  }).send(message(notices.support, { to }), call());

it.each([
  ["ada@example.org", "ada@example.org"],
  ["Ada.Lovelace+gdpr@Example.ORG", "Ada.Lovelace+gdpr@example.org"],
  ["o'hara_{1}@mail.example.org", "o'hara_{1}@mail.example.org"],
  ["ada@bücher.example", "ada@xn--bcher-kva.example"],
])("%s is written to as %s", async (to, expected) => {
  unwrap(await send(to));
  const last = server.arrived.at(-1);
  // The server shows a domain as people write it.
  expect(last?.to).toEqual([expected.replace("xn--bcher-kva", "bücher")]);
  expect(last?.raw).toContain(`\r\nTo: ${expected}\r\n`);
});

const refused = [
  "",
  "ada",
  "@example.org",
  "ada@",
  "ada@localhost",
  "ada@example.org,eve@example.com",
  "ada@example.org, eve@example.com",
  "ada@example.org;eve@example.com",
  "ada@example.org eve@example.com",
  "ada@example.org@example.com",
  "Ada <ada@example.org>",
  "<ada@example.org>",
  '"ada@example.org" <eve@example.com>',
  '"ada eve"@example.org',
  "friends:ada@example.org;",
  "ada(comment)@example.org",
  "ada@[192.0.2.1]",
  "ada@192.0.2.1",
  "ada@0x7f.1",
  "-oQ/tmp@example.org",
  "ada@-example.org",
  "ada@example..org",
  ".ada@example.org",
  "ada..b@example.org",
  "ada@exam_ple.org",
  "ada@example.org\r\nBcc: eve@example.com",
  "ada@example.org\n",
  "\u0000ada@example.org",
  " ada@example.org",
  "ada@example.org ",
  "ada@example.org%0d%0a",
  "ada%eve@example.org>",
  "åda@example.org",
  "ada\u202E@example.org",
  `${"a".repeat(65)}@example.org`,
  `ada@${"a".repeat(64)}.org`,
  `ada@${"abcdefg.".repeat(32)}org`,
];

it.each(refused)("%j is given up before anything is sent", async (to) => {
  const before = server.arrived.length;
  const error = unwrapError(await send(to));
  expect(error).toMatchObject({ problem: "permanent-failure", retryable: false });
  if (to.trim() !== "") expect(String(error.cause)).not.toContain(to.trim());
  expect(server.arrived).toHaveLength(before);
});

it("whatever the address, one recipient at most is written to, and it is that one", async () => {
  const piece = fc.constantFrom(
    "a",
    "@",
    ".",
    ",",
    ";",
    "<",
    ">",
    '"',
    " ",
    "\r\n",
    "example.org",
    "-",
    ":",
    "(",
    ")",
  );
  const address = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
    fc.emailAddress(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(address, { minLength: 20, maxLength: 20 }), async (addresses) => {
      const before = server.arrived.length;
      const taken = await Promise.all(addresses.map(send));
      const expected = addresses
        .filter((_, position) => taken[position]?.isOk())
        .map((to) => [to.replace(/@.*$/u, (domain) => domain.toLowerCase())]);
      const arrived = server.arrived.slice(before).map(({ to }) => to);
      expect(arrived.toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 5 },
  );
}, 20_000);
