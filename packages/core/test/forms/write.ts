/**
 * Writes what today's code stores into a folder that is not there yet: `node --conditions=source packages/core/test/forms/write.ts 2`
 * after a form was raised. What a folder holds is never written again.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { keyWrapping, type Message, type PeopleStream, type Row } from "@subject-rights/core";
import { memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import { admin, tenantAdmin, tokenOf } from "../world.ts";
import { companyOver, goneAddress, noHoldings } from "./company.ts";
import { storedText } from "./stored-text.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const second = { ...admin, id: "admin-2" };

const holdings = noHoldings();
const { rows, down } = holdings;
const tables = memoryTables();
const clock = simulatedClock(new Date("2026-01-05T09:00:00.000Z"));
const { world, mail } = await companyOver(holdings, tables, clock, 1);
const { rights } = world;
const stories: Record<string, string> = {};
const tokens: Record<string, string> = {};

const mailbox = (name: string) => (name.includes("@") ? name : `${name}@example.org`);
const holdsOf = (name: string, row: Row = {}, where: readonly (keyof typeof rows)[] = ["crm", "search"]) => {
  for (const source of where) rows[source].set(mailbox(name), [{ name, ...row }]);
};

type Asked = Parameters<typeof rights.requests.submit>[0];
const submitted = async (story: string, kind: Asked["kind"], name: string, changes: Partial<Asked> = {}) => {
  const actor = kind === "erasure" ? admin : tenantAdmin;
  const asked = { actor, kind, category: "customer-data", email: mailbox(name), ...changes } as const;
  const { id } = unwrap(await rights.requests.submit(asked)).request;
  stories[story] = id;
  await world.settle();
  tokens[story] = tokenOf(mail);
  return id;
};
const begun = async (...asked: Parameters<typeof submitted>) => {
  const id = await submitted(...asked);
  unwrap(await rights.requests.acknowledge({ token: tokens[asked[0]] ?? "" }));
  await world.settle();
  return id;
};
const on = (requestId: string, actor = admin) => ({ actor, requestId });
const planOf = async (requestId: string) => unwrap(await rights.requests.preview(on(requestId, second))).hash;
const linkOf = (messages: readonly Message[]) => {
  const notice = messages.findLast((message) => message.notice.type === "delivery")?.notice;
  return notice?.type === "delivery" ? (notice.url?.split("#")[1] ?? "") : "";
};
const email = (name: string) => ({ type: "email", value: mailbox(name) });
const held = async (name: string) =>
  unwrap(
    await rights.holds.place({ actor: admin, identifiers: [email(name)], reason: "file 7 of the court" }),
  ).hold.id;
const streamOf = (...names: readonly string[]): PeopleStream =>
  async function* (cursor) {
    for (const [index, name] of names.entries())
      if (index >= Number(cursor ?? 0))
        yield { people: [{ identifiers: [email(name)] }], cursor: String(index + 1) };
  };
const sweep = { actor: admin, reason: "retention", category: "customer-data" } as const;

// What is over, or was, when the first month ends.
holdsOf("kept", { keptUntil: "2026-01-20" }, ["crm", "books", "search"]);
await begun("opened again and completed", "erasure", "kept");
holdsOf("kept-twice", { keptUntil: "2026-02-11" }, ["crm", "books", "search"]);
await begun("opens again", "erasure", "kept-twice");
holdsOf("kept-once", { keptUntil: "2026-02-05" }, ["crm", "books", "search"]);
await begun("opened again, and its source is down", "erasure", "kept-once");
holdsOf("kept-long", { keptUntil: "2031-12-31" }, ["crm", "books", "search"]);
await begun("retained", "erasure", "kept-long");
holdsOf("clean", { "customer-number": "C-1" });
await begun("completed", "erasure", "clean");
await submitted("lapsed", "erasure", "never-answers");
unwrap(
  await rights.requests.decline({
    ...on(await submitted("declined", "erasure", "stranger")),
    reason: "we do not know you",
  }),
);
holdsOf("undecided", {}, ["crm", "shop", "search"]);
down.add("shop");
const half = await begun("cancelled half way", "erasure", "undecided");
await world.pass(5 * minute);
unwrap(await rights.requests.cancel({ ...on(half), reason: "asked by mistake" }));
holdsOf("settled", {}, ["crm", "shop", "search"]);
const settled = await begun("settled", "erasure", "settled");
await world.pass(5 * minute);
unwrap(
  await rights.requests.settleSource({
    ...on(settled),
    source: "shop",
    reason: "the shop is closed for good",
  }),
);
down.clear();
await world.settle();
holdsOf("copied");
await begun("package expired", "export", "copied");
const failing = await submitted("failed", "export", "copied", { category: "user-data" });
unwrap(await rights.requests.acknowledge({ token: tokens["failed"] ?? "" }));
await clock.advance(0);
for (const source of ["app", "paper"])
  unwrap(await rights.requests.settleSource({ ...on(failing), source, reason: "nothing can be read there" }));
holdsOf("shared", { telephone: "030 123" });
const shared = await begun("somebody else's", "erasure", "shared");
const [{ decision = "" } = {}] = unwrap(await rights.requests.reveal(on(shared))).undecided;
unwrap(
  await rights.requests.decideIdentifier({
    ...on(shared),
    decision,
    answer: "somebody-else",
    reason: "a flat of three",
  }),
);
holdsOf(goneAddress);
await begun("letter not delivered", "erasure", goneAddress);
holdsOf("watched", {}, ["telemetry"]);
const watched = await begun("approved and completed", "erasure", "watched", { category: "user-telemetry" });
unwrap(await rights.requests.approve({ ...on(watched, second), plan: await planOf(watched) }));
await world.settle();
const lifted = await held("lifted");
unwrap(await rights.holds.lift({ actor: admin, holdId: lifted, reason: "the case is closed" }));
for (const name of ["swept-1", "swept-2"]) holdsOf(name);
const swept = unwrap(await rights.sweeps.eraseMany({ ...sweep, people: streamOf("swept-1", "swept-2") }));
const sweeps: Record<string, string> = { completed: unwrap(await swept.end()).id };
await world.skip(20 * day);
down.add(mailbox("kept-once"));
await world.skip(12 * day);

// What is under way when the new code comes.
await submitted("received", "erasure", "received");
await submitted("received for a copy", "export", "received");
holdsOf("decision", { telephone: "030 456" });
await begun("waits for a decision", "erasure", "decision");
holdsOf("on-paper", {}, ["app", "paper", "telemetry"]);
await begun("waits for a task", "erasure", "on-paper", { category: "user-data" });
holdsOf("held");
const hold = await held("held");
await begun("held", "erasure", "held");
holdsOf("doubted");
const doubted = await submitted("identity in doubt", "erasure", "doubted");
unwrap(await rights.requests.suspend({ ...on(doubted), reason: "a name and no more" }));
unwrap(await rights.requests.acknowledge({ token: tokens["identity in doubt"] ?? "" }));
holdsOf("planned", {}, ["telemetry"]);
const planned = await begun("waits for approval", "erasure", "planned", { category: "user-telemetry" });
await planOf(planned);
holdsOf("linked");
await begun("package by link", "export", "linked");
tokens["link"] = linkOf(mail);
unwrap(await rights.packages.download({ token: tokens["link"] }));
down.add("search");
holdsOf("indexed");
await begun("copy is down", "erasure", "indexed");
await world.pass(5 * minute);
down.add("shop");
holdsOf("hangs", { "customer-number": "C-2" }, ["crm", "shop", "search"]);
const hangs = await begun("source is down", "erasure", "hangs");
await begun("waits for another request", "export", "hangs");
holdsOf("reader", {}, ["crm", "shop"]);
await begun("collecting", "export", "reader");
await world.pass(30 * minute);
unwrap(await rights.requests.extend({ ...on(hangs), reason: "the shop does not answer" }));
holdsOf("lost", {}, ["crm", "shop"]);
const lost = await begun("key is lost", "erasure", "lost");
for (const name of tables.keys.keys()) if (name.includes(lost)) tables.keys.delete(name);
holdsOf("left-1");
holdsOf("left-2", {}, ["crm", "shop", "search"]);
await held("left-1");
const left = unwrap(
  await rights.sweeps.eraseMany({ ...sweep, people: streamOf("left-1", "left-2", "left-3") }),
);
await world.pass(30 * minute);
sweeps["with people left behind"] = unwrap(await left.end()).id;
for (const name of ["stopped-1", "stopped-2", "hangs-1", "hangs-2"]) holdsOf(name);
const breaking: PeopleStream = async function* (cursor) {
  if (cursor === null) yield { people: [{ identifiers: [email("stopped-1")] }], cursor: "1" };
  throw new Error("the list of people is gone");
};
const stopped = unwrap(await rights.sweeps.eraseMany({ ...sweep, people: breaking }));
sweeps["stopped"] = stopped.id;
await world.pass(30 * minute);
const hanging: PeopleStream = async function* (cursor) {
  if (cursor === null) yield { people: [{ identifiers: [email("hangs-1")] }], cursor: "1" };
  await new Promise(() => undefined);
};
sweeps["running"] = unwrap(await rights.sweeps.eraseMany({ ...sweep, people: hanging })).id;
await world.settle();
unwrap(await rights.audit.checkpoint({ actor: admin }));
await world.pass(minute);
// As if it was killed: nobody stops it.

const views: Record<string, unknown> = {};
const evidence: Record<string, string> = {};
for (const [story, requestId] of Object.entries(stories)) {
  views[story] = unwrap(await rights.requests.read({ actor: admin, requestId }));
  const file = unwrap(await rights.audit.evidence({ actor: admin, requestId }));
  if (["completed", "retained", "approved and completed", "source is down"].includes(story))
    evidence[story] = file.canonical;
}
const sweepViews: Record<string, unknown> = {};
for (const [story, sweepId] of Object.entries(sweeps))
  sweepViews[story] = unwrap(await rights.sweeps.read({ actor: admin, sweepId }));

const masterKey = new Uint8Array(32).fill(9);
const wrapped = keyWrapping({ masterKey }, seededRandomness(9)).wrap(
  "request/northwind/1",
  new Uint8Array(32).fill(3),
);

const [, , folder = ""] = process.argv;
const place = new URL(`./${folder}/`, import.meta.url);
// Where it is there already, this fails, and nothing is written.
await mkdir(place);
const { requests, audit, keys, chunks, statuses, holds, suppressions, checkpoints, ...rest } = tables;
const files = { requests, audit, keys, chunks, statuses, holds, suppressions, checkpoints, sweeps: rest };
for (const [name, value] of Object.entries(files))
  await writeFile(new URL(`${name}.json`, place), storedText(value));
for (const [name, value] of Object.entries({
  told: {
    at: clock.now().toISOString(),
    stories,
    tokens,
    sweeps,
    holds: { held: hold, lifted },
    views,
    sweepViews,
  },
  holdings,
  evidence,
  "wrapped-key": { masterKey, wrapped: new Uint8Array(wrapped) },
}))
  await writeFile(new URL(`${name}.json`, place), storedText(value));
process.stdout.write(`${Object.keys(stories).length} requests, ${Object.keys(sweeps).length} sweeps\n`);
