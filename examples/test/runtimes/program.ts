// Core and memory alone, on whatever runs this: an export, an erasure, and then everything that may be open when a
// process is told to end. It has no `process.exit`: what is left open keeps it.
import { writeFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import {
  type Actor,
  createSubjectRights,
  defineDataSource,
  orThrow,
  type RequestKind,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";

/** More than one block of what is compressed in threads. */
const visits = 5_000;
/** Whose erasure never ends; each is told when it has begun. */
const erasing = new Map(
  ["cy@example.org", "di@example.org"].map((email) => [email, Promise.withResolvers<void>()]),
);
const people = new Set(["ada@example.org"]);

const shop = defineDataSource({
  id: "shop",
  title: "Web shop",
  holds: ["customer-data"],
  kind: "origin",
  locate: async (subject) => [
    { collection: "visits", count: people.has(subject.values("email")[0] ?? "") ? visits : 0 },
  ],
  async *export() {
    const rows = Array.from({ length: visits }, (_, number) => ({
      number,
      page: `/lamps/${number}?from=${"x".repeat(80)}`,
    }));
    yield { collection: "visits", rows };
  },
  async erase(subject) {
    const [email = ""] = subject.values("email");
    if (erasing.has(email)) {
      erasing.get(email)?.resolve();
      // Hears no signal.
      return new Promise(() => undefined);
    }
    return [
      people.delete(email)
        ? { collection: "visits", outcome: "erased", count: visits }
        : { collection: "visits", outcome: "absent" },
    ];
  },
});

const notifier = memoryNotifier({ attachmentLimit: 10_000_000 });
const rights = createSubjectRights({
  controller: "Northwind Lamps",
  sources: [shop],
  notifier,
  addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "support@northwind.example" },
  onError: (error) => console.error(error),
  ...memoryStorage(),
});
const actor: Actor = { id: "user-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };

const ask = async (kind: RequestKind, email: string) =>
  orThrow(await rights.requests.submit({ actor, kind, category: "customer-data", email })).request.id;

/** How it ended. */
const follow = async (requestId: string) => {
  for await (const event of orThrow(await rights.requests.progress({ actor, requestId }))) {
    if (event.type === "closed") return event.outcome;
  }
  return "not seen to its end";
};

/** Whoever has the address on record says yes. */
const confirm = async (requestId: string) => {
  for await (const { type } of orThrow(await rights.requests.progress({ actor, requestId }))) {
    const [notice] = notifier.sent.map((sent) => sent.notice).filter((each) => each.requestId === requestId);
    if (type !== "message" || notice?.type !== "confirmation") continue;
    orThrow(await rights.requests.acknowledge({ token: notice.token }));
    return requestId;
  }
  return requestId;
};

orThrow(await rights.start());
console.log("export", await follow(await confirm(await ask("export", "ada@example.org"))));
const delivery = notifier.sent.find(({ notice }) => notice.type === "delivery");
if (delivery?.attachment == null) throw new Error("no package was delivered");
await writeFile("package.zip", await buffer(delivery.attachment.read()));
const erasure = await follow(await confirm(await ask("erasure", "ada@example.org")));
console.log(`erasure ${erasure}, ${people.size} left`);

const unconfirmed = follow(await ask("erasure", "bo@example.org"));
const atWork = follow(await confirm(await ask("erasure", "cy@example.org")));
const sweep = orThrow(
  await rights.sweeps.eraseMany({
    actor,
    reason: "retention",
    category: "customer-data",
    async *people() {
      yield { people: [{ identifiers: [{ type: "email", value: "di@example.org" }] }], cursor: "end" };
    },
  }),
);
const swept = (async () => {
  let last = "";
  for await (const { status } of sweep.progress()) last = status;
  return last;
})();
await Promise.all([...erasing.values()].map(({ promise }) => promise));
process.once("SIGTERM", () => void rights.stop());
console.log("everything is open");
console.log("unconfirmed:", await unconfirmed);
console.log("at work:", await atWork);
console.log("sweep:", await swept);
