import { defineDataSource, type Row } from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import { expect, it } from "vitest";
import {
  ada,
  admin,
  copyOfPeople,
  createWorld,
  hanging,
  peopleSource,
  tenantAdmin,
  tokenOf,
} from "./world.ts";

const day = 86_400_000;
const recipients = [
  { title: "Credit agency", address: "privacy@credit.example" },
  { title: "Parcel service", address: "privacy@parcels.example" },
];

const shop = async () => {
  const crm = new Map<string, Row[]>([[ada, [{}]]]);
  const sources = [
    peopleSource("crm", crm, { recipients }),
    peopleSource("billing", new Map<string, Row[]>(), {
      recipients: [{ title: "Tax adviser", address: "privacy@taxes.example" }],
    }),
  ];
  return { world: await createWorld({ sources }), crm };
};

it("tells the person on record why a request is declined, and then forgets them", async () => {
  const { world, crm } = await shop();
  const requestId = await world.rights.requests
    .submit({ actor: admin, kind: "erasure", category: "customer-data", email: ada })
    .map(({ request }) => request.id)
    .unwrapOr("");
  await world.settle();
  const declined = { actor: admin, requestId, reason: "the same was done ten days ago" };
  unwrap(await world.rights.requests.decline(declined));
  await world.pass(day);
  const letters = world.notifier.sent.filter(({ notice }) => notice.type === "refusal");
  expect(letters.map(({ to }) => to)).toEqual(["tenant-admin@northwind.example"]);
  expect(letters[0]?.notice).toMatchObject({
    subject: ada,
    reasons: "the same was done ten days ago",
    requestId,
  });
  expect((await world.read(requestId)).outcome).toBe("declined");
  expect([...world.tables.keys.keys()].filter((name) => name.includes(requestId))).toEqual([]);
  expect(crm.has(ada)).toBe(true);
});

it("tells nobody of a request that is cancelled", async () => {
  const { world } = await shop();
  const submitted = await world.rights.requests.submit({
    actor: admin,
    kind: "erasure",
    category: "customer-data",
    email: ada,
  });
  await world.settle();
  const requestId = unwrap(submitted).request.id;
  unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "a mistake" }));
  await world.pass(day);
  expect(world.notifier.sent.map(({ notice }) => notice.type)).toEqual(["confirmation"]);
});

it("tells each recipient of a source in which something was erased, once, and nobody else", async () => {
  const { world } = await shop();
  const requestId = await world.acknowledged("erasure");
  await world.pass(day);
  expect((await world.read(requestId)).outcome).toBe("completed");
  const letters = world.notifier.sent.filter(({ notice }) => notice.type === "recipient");
  expect(letters.map(({ to, notice }) => [to, notice.type === "recipient" && notice.recipient])).toEqual(
    recipients.map(({ title, address }) => [address, title]),
  );
  expect(letters[0]?.notice).toMatchObject({
    identifiers: [{ type: "email", value: ada }],
    source: { id: "crm" },
  });
  expect([...world.tables.keys.keys()].filter((name) => name.includes(requestId))).toEqual([]);
});

it("says in the confirmation when the request arrived, and by when it is answered", async () => {
  const { world } = await shop();
  await world.acknowledged("erasure");
  const [{ notice } = {}] = world.notifier.sent;
  const { deadline } = unwrap(await world.rights.requests.list({ actor: admin })).requests[0] ?? {};
  const { receivedOn, dueOn } = deadline ?? {};
  expect(notice).toMatchObject({ type: "confirmation", receivedOn, dueOn });
});

it("says of a request that was typed in later on which day it arrived, where the controller is", async () => {
  const world = await createWorld({ sources: [peopleSource("crm", new Map())], timeZone: "Europe/Berlin" });
  const now = world.clock.now().getTime();
  const received = new Date(now - 8 * day);
  received.setUTCHours(23, 30);
  const submitted = await world.rights.requests.submit({
    actor: admin,
    kind: "erasure",
    category: "customer-data",
    email: ada,
    receivedAt: received.toISOString(),
  });
  await world.settle();
  const requestId = unwrap(submitted).request.id;
  unwrap(await world.rights.requests.decline({ actor: admin, requestId, reason: "not possible" }));
  await world.pass(day);
  // Half past eleven in Greenwich is the next day in Berlin.
  const receivedOn = new Date(received.getTime() + day).toISOString().slice(0, 10);
  expect(world.notifier.sent.map(({ notice }) => notice)).toMatchObject([
    { type: "confirmation", receivedOn },
    { type: "refusal", receivedOn },
  ]);
});

/** One source has erased, one is down, and one waits for its owner: then somebody ends the request. */
const endedMidway = async (how: "decline" | "cancel") => {
  const people = () => new Map<string, Row[]>([[ada, [{}]]]);
  const world = await createWorld({
    sources: [
      peopleSource("crm", people(), { recipients }),
      peopleSource("books", people(), {
        erase: async () => [
          { collection: "invoices", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2026-12-31" },
        ],
      }),
      peopleSource("shop", people(), {
        recipients: [{ title: "Print shop", address: "privacy@print.example" }],
        erase: async () => {
          throw new Error("down");
        },
      }),
      defineDataSource({
        id: "paper",
        title: "Paper files",
        holds: ["customer-data"],
        kind: "origin",
        owner: "owner@northwind.example",
        locate: async () => [{ collection: "folders", count: 1 }],
      }),
    ],
  });
  const requestId = await world.acknowledged("erasure");
  await world.pass(60_000);
  unwrap(await world.rights.requests[how]({ actor: admin, requestId, reason: "the contract still runs" }));
  await world.pass(day);
  return { world, requestId };
};

const reports = [
  { title: "The crm", outcomes: [{ collection: "people", outcome: "erased", count: 1 }], checked: true },
  // Nobody erases it on its day: the letter names none.
  {
    title: "The books",
    outcomes: [{ collection: "invoices", outcome: "kept", count: 1, reason: "§ 147 AO" }],
  },
  { title: "The shop", outcomes: [], checked: false, cutShort: "unknown" },
  { title: "Paper files", outcomes: [], checked: false, cutShort: "unknown" },
];

it.each([
  ["declined", "decline", { type: "refusal", reasons: "the contract still runs" }],
  ["called off", "cancel", { type: "completion", complete: false, calledOff: "the contract still runs" }],
] as const)(
  "tells the person of an erasure that is %s midway how far it came, and the recipients of what is erased",
  async (_, how, letter) => {
    const { world, requestId } = await endedMidway(how);
    const last = world.notifier.sent.filter(
      ({ notice }) => notice.type === "refusal" || notice.type === "completion",
    );
    expect(last.map(({ to }) => to)).toEqual(["tenant-admin@northwind.example"]);
    expect(last[0]?.notice).toMatchObject({ ...letter, sources: reports });
    const told = world.notifier.sent.filter(({ notice }) => notice.type === "recipient");
    expect(told.map(({ to }) => to)).toEqual(recipients.map(({ address }) => address));
    // For as long the owner may say what they did; then nothing leads to the person any more.
    world.clock.set(new Date(world.clock.now().getTime() + 31 * day));
    await world.pass(2 * 3_600_000);
    expect([...world.tables.keys.keys()].filter((name) => name.includes(requestId))).toEqual([]);
  },
);

it("says of a source that had its turn still to come that nothing was erased there, and of one at work that nobody knows", async () => {
  const crm = new Map<string, Row[]>([[ada, [{}]]]);
  const search = new Map<string, Row[]>([[ada, [{}]]]);
  const slow = peopleSource("crm", crm, { erase: hanging });
  const world = await createWorld({ sources: [slow, copyOfPeople("search", search, crm)] });
  const requestId = await world.acknowledged("erasure");
  unwrap(await world.rights.requests.cancel({ actor: admin, requestId, reason: "taken back" }));
  await world.pass(day);
  const { notice } = world.notifier.sent.at(-1) ?? {};
  expect(notice).toMatchObject({
    type: "completion",
    calledOff: "taken back",
    sources: [{ cutShort: "unknown" }, { cutShort: "not-done" }],
  });
});

it("says in a refusal of the rest of an export that a package was sent, and that its link works no more", async () => {
  const notifier = memoryNotifier({ attachmentLimit: 0 });
  const down = peopleSource("shop", new Map<string, Row[]>(), {
    async *export() {
      yield* [];
      throw new Error("down");
    },
  });
  const world = await createWorld({
    notifier,
    sources: [peopleSource("crm", new Map<string, Row[]>([[ada, [{}]]])), down],
    links: { download: (token) => `https://northwind.example/download/${token}` },
  });
  const submission = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;
  const { request } = unwrap(await world.rights.requests.submit(submission));
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: tokenOf(notifier.sent) }));
  await world.pass(600_000);
  expect(notifier.sent.map(({ notice }) => notice.type)).toContain("delivery");
  const declined = { actor: tenantAdmin, requestId: request.id, reason: "the rest is not ours" };
  unwrap(await world.rights.requests.decline(declined));
  await world.pass(60_000);
  expect(notifier.sent.at(-1)?.notice).toMatchObject({ type: "refusal", packageSent: "by-link" });
});
