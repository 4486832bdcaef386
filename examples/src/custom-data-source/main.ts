/**
 * A data source of one's own: loyalty cards in a JSON file, thirty lines (`loyalty-cards.ts`), held against the
 * conformance cases, and then erased in.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Actor, createSubjectRights, orThrow } from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { dataSourceCases } from "@subject-rights/testing";
import { screenOn } from "../screen/screen.ts";
import { placeOf } from "../story/place.ts";
import { harness } from "./harness.ts";
import { loyaltyCards } from "./loyalty-cards.ts";

const screen = screenOn(process.stdout);
const actor: Actor = { id: "admin-1", roles: ["admin"], tenant: "halmstrand" };

screen.heading("A data source of one's own: does it keep the rules?");
for (const { name, run } of dataSourceCases(harness)) {
  await run();
  screen.fact("✓", name);
}

screen.heading("… and put to work");
const { folder } = await placeOf("custom-data-source");
const path = join(folder, "cards.json");
await writeFile(
  path,
  JSON.stringify([
    { card: "A1", email: "Ada@example.org", points: 120 },
    { card: "B1", email: "bo@example.org", points: 12 },
  ]),
);
const notifier = memoryNotifier();
const rights = createSubjectRights({
  ...memoryStorage(),
  controller: "Halmstrand Lamps",
  sources: [loyaltyCards(path)],
  notifier,
  addresses: { tenantAdmin: () => "privacy@halmstrand.example", support: () => "support@halmstrand.example" },
});
orThrow(await rights.start());

const submission = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
const { request } = orThrow(await rights.requests.submit(submission));
for await (const event of orThrow(await rights.requests.progress({ actor, requestId: request.id }))) {
  if (event.type === "phase") screen.fact("phase", event.phase);
  if (event.type === "closed") screen.fact("outcome", event.outcome);
  const [confirmation] = notifier.sent;
  // A person would do this, with the link in the letter.
  if (event.type === "idle" && confirmation?.notice.type === "confirmation") {
    await rights.requests.acknowledge({ token: confirmation.notice.token });
  }
}
await rights.stop();
screen.fact("what is left", await readFile(path, "utf8"));
