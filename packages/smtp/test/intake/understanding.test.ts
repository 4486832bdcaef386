import { orThrow } from "@subject-rights/core";
import fc from "fast-check";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { ada, officer, openWorld, privacy, registered, type World } from "./world.ts";

type Case = readonly [text: string, expected: string];

/** What each text comes to: kind, category and whose, or why it waits. */
const cases: readonly Case[] = [
  // As the documented page has it.
  ["Please export the data of the customer ada@example.org.", "export customer-data ada@example.org"],
  ["We ask for an export of the user's data: ada@example.org", "export user-data ada@example.org"],
  [
    "Export for ada@example.org. It is for the user's telemetry data.",
    "export user-telemetry ada@example.org",
  ],
  // In other words.
  [
    "Send me a copy of the customer data you hold on Ada@Example.ORG please",
    "export customer-data ada@example.org",
  ],
  ["Please delete all customer data for <ada@example.org>", "erasure customer-data ada@example.org"],
  ["Erase user ada@example.org", "erasure user-data ada@example.org"],
  ["data portability, client ada@example.org", "export customer-data ada@example.org"],
  ["mailto:ada@example.org wants to be forgotten, as a customer", "erasure customer-data ada@example.org"],
  ["Customer, email:ada@example.org: please remove.", "erasure customer-data ada@example.org"],
  ["Customer (ada@example.org), please remove.", "erasure customer-data ada@example.org"],
  // In German.
  ["Bitte um Auskunft über die Kundendaten von ada@example.org", "export customer-data ada@example.org"],
  ["Bitte löschen Sie die Kundin ada@example.org", "erasure customer-data ada@example.org"],
  ["Loeschung der Benutzerdaten: ada@example.org", "erasure user-data ada@example.org"],
  ["Kopie der Telemetrie des Benutzers ada@example.org", "export user-telemetry ada@example.org"],
  ["Wir bitten um Datenübertragbarkeit für den Nutzer ada@example.org.", "export user-data ada@example.org"],
  // Decomposed letters, as some systems write them.
  ["Bitte lo\u0308schen: Kunde ada@example.org", "erasure customer-data ada@example.org"],
  // Words in addresses are nobody's words.
  [
    "Please export customer delete-user-telemetry@example.org",
    "export customer-data delete-user-telemetry@example.org",
  ],
  // The same address twice is one, our own is nobody's, and a signature does not count.
  ["Export customer ada@example.org, I repeat: ADA@example.org", "export customer-data ada@example.org"],
  [`Dear ${privacy}, please export the customer ada@example.org`, "export customer-data ada@example.org"],
  ["Export customer ada@example.org\n\n-- \nBo Berg, bo@example.org", "export customer-data ada@example.org"],
  [
    "Export customer ada@example.org. I am not sure which form you need.",
    "export customer-data ada@example.org",
  ],
  // Nothing is guessed.
  ["Please export my customer data.", "no-address"],
  ["Please export customers ada@example.org and eve@example.org", "several-addresses"],
  ["Export customer ada@example.org\nRegards, bo@example.org", "several-addresses"],
  ["The customer ada@example.org called.", "no-kind"],
  ["Delete or export the customer ada@example.org?", "several-kinds"],
  ["Please do not delete the customer ada@example.org", "says-not"],
  ["Bitte die Kundin ada@example.org nicht löschen", "says-not"],
  ["Never erase our customer\nada@example.org", "says-not"],
  ["Please export ada@example.org", "no-category"],
  ["Export the customer and user ada@example.org", "several-categories"],
  ["Telemetry of our customer ada@example.org, export it", "several-categories"],
  ["", "no-address"],
  // Letters that look like others, are not seen, or turn the reading direction.
  ["Please export the customer \u0430da@example.org", "unusual-address"],
  ["Please export the customer ada@ex\u0430mple.org", "unusual-address"],
  ["Please export the customer ada\u200B@example.org", "unusual-address"],
  ["Please export the customer a\u202Eda@example.org", "unusual-address"],
  ["Please export the customer ada@example", "unusual-address"],
  ["Please export the customer https://x:ada@example.org/", "unusual-address"],
  ["Please export the customer ada@@example.org", "unusual-address"],
  ["Please export the customer ada@example.org@evil.example", "unusual-address"],
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});

const outcomeOf = async (from: World, letter: { subject?: string; text?: string; html?: string }) => {
  const taken = await from.take(await from.post.write({ from: registered, to: privacy, ...letter }));
  if (taken.outcome === "waiting") return taken.reason;
  if (taken.outcome !== "submitted") return taken.outcome;
  const { requestId } = taken;
  const request = (await from.requests()).find(({ id }) => id === requestId);
  const { mail } = await from.arrival(({ mail: { text } }) => text?.includes(requestId) === true);
  const person = /^(?:Person): (.*)$/m.exec(mail.text ?? "")?.[1];
  return `${request?.kind} ${request?.category} ${person}`;
};

describe("a message", () => {
  it.each(cases)("%j is %s", async (text, expected) => {
    expect(await outcomeOf(world, { subject: "A request", text })).toBe(expected);
  });

  it("may say it in its subject line, and in HTML", async () => {
    expect(await outcomeOf(world, { subject: `Export customer ${ada}`, text: "Thanks" })).toBe(
      `export customer-data ${ada}`,
    );
    const html = `<p>Please <b>erase</b> the user<br><a href="https://x.example">${ada}</a></p><style>export {}</style>`;
    expect(await outcomeOf(world, { subject: "Hello", html })).toBe(`erasure user-data ${ada}`);
  });

  it("need not say what the application knows", async () => {
    const known = await openWorld({ intake: { ifUnsaid: { kind: "export", category: "customer-data" } } });
    expect(await outcomeOf(known, { subject: "Hello", text: ada })).toBe(`export customer-data ${ada}`);
    expect(await outcomeOf(known, { subject: "Hello", text: `Erase the user ${ada}` })).toBe(
      `erasure user-data ${ada}`,
    );
    expect(await outcomeOf(known, { subject: "Hello", text: `${ada}, eve@example.org` })).toBe(
      "several-addresses",
    );
  });

  it("that asks for what is open already is no second request", async () => {
    const fresh = await openWorld();
    const ask = async () =>
      fresh.take(await fresh.post.write({ from: registered, to: privacy, text: `Export customer ${ada}` }));
    expect(await ask()).toMatchObject({ outcome: "submitted", alreadyOpen: false });
    expect(await ask()).toMatchObject({ outcome: "submitted", alreadyOpen: true });
    expect(await fresh.requests()).toHaveLength(1);
  });

  it("of somebody nobody knows goes the same way", async () => {
    const one = await outcomeOf(world, { subject: "x", text: "Export customer nobody-knows@example.org" });
    expect(one).toBe("export customer-data nobody-knows@example.org");
  });
});

const addresses = ["ada@example.org", "eve@example.org", "bo.berg+x@example.org"];
const meanings: Readonly<Record<string, readonly string[]>> = {
  export: ["export", "Kopie", "copy"],
  erasure: ["delete", "löschen", "erasure"],
  "customer-data": ["customer", "Kundin"],
  "user-data": ["user", "Benutzers"],
  "user-telemetry": ["telemetry", "Nutzungsdaten"],
  not: ["not", "nicht", "never"],
};

it("whatever a message is made of, a request is what it says, and about whom it says", async () => {
  const fresh = await openWorld({ intake: { answersADay: 0 } });
  const piece = fc.oneof(
    fc.constantFrom(...addresses, ...addresses.map((each) => each.toUpperCase())),
    fc.constantFrom(...Object.values(meanings).flat()),
    fc.constantFrom("please", "der", "Hello,", "lamp.", "\n", "(see", "below)", "?"),
  );
  let requests = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 9 }), async (pieces) => {
      const raw = `From: ${registered}\r\nTo: ${privacy}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${pieces.join(" ")}`;
      const taken = await fresh.take(raw);
      if (taken.outcome === "duplicate") return;
      const named = new Set(pieces.map((each) => each.toLowerCase()).filter((each) => each.includes("@")));
      const said = (meaning: string) => pieces.some((each) => meanings[meaning]?.includes(each));
      if (taken.outcome !== "submitted") {
        expect(taken.outcome).toBe("waiting");
        return;
      }
      requests += 1;
      const { requestId } = taken;
      const request = orThrow(await fresh.rights.requests.read({ actor: officer, requestId }));
      const { identifiers } = orThrow(await fresh.rights.requests.reveal({ actor: officer, requestId }));
      expect(identifiers).toEqual([{ type: "email", value: [...named][0] }]);
      expect(named.size).toBe(1);
      expect([said("export"), said("erasure")]).toEqual([
        request.kind === "export",
        request.kind === "erasure",
      ]);
      expect(said(request.category)).toBe(true);
      for (const other of ["customer-data", "user-data", "user-telemetry"]) {
        const isImplied = other === "user-data" && request.category === "user-telemetry";
        if (other !== request.category && !isImplied) expect(said(other)).toBe(false);
      }
    }),
    {
      numRuns: inject("isThorough") ? 800 : 80,
      // So that there are some that are understood, in whichever way the others fall.
      examples: [
        [["please", "export", "der", "Kundin", "ADA@EXAMPLE.ORG"]],
        [["delete", "user", "(see", "below)", "eve@example.org", "\n", "?"]],
        [["bo.berg+x@example.org", "Kopie", "telemetry", "Benutzers"]],
      ],
    },
  );
  expect(requests).toBeGreaterThan(2);
});

it("a message is answered in its language, once, politely, and without a word of it", async () => {
  const fresh = await openWorld();
  for (const [text, words] of [
    ["Hello, what do you know about me? CHEAP PILLS", "Thank you for your message"],
    ["Guten Tag, was wissen Sie über mich und die Firma? CHEAP PILLS", "Danke für Ihre Nachricht"],
  ] as const) {
    const raw = await fresh.post.write({
      from: `"CHEAP PILLS" <${registered}>`,
      to: privacy,
      subject: "CHEAP PILLS",
      text,
    });
    expect(await fresh.take(raw)).toMatchObject({ outcome: "waiting", reason: "no-address", answer: "sent" });
    expect(await fresh.take(raw)).toEqual({ outcome: "duplicate", first: "waiting" });
    const answers = fresh.server.arrived.filter(({ mail }) => mail.text?.includes(words));
    expect(answers).toHaveLength(1);
    const [answer] = answers;
    expect(answer).toMatchObject({ from: "", to: [registered] });
    expect(answer?.raw).not.toContain("PILLS");
    expect(answer?.mail.headers.get("auto-submitted")).toBe("auto-replied");
    expect(answer?.mail.inReplyTo).toMatch(/^<.+@.+>$/);
  }
});
