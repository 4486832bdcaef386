/**
 * Evidence: a member is erased, the audits are put under a signed checkpoint, and what happened is handed over in one
 * file. Whoever gets it checks it with a program of its own, without a database and without a network; then somebody
 * changes a word in it, and somebody who can write to the database changes what stands there.
 */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Actor,
  createSubjectRights,
  ed25519Signer,
  orThrow,
  type SubjectRights,
} from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { loyaltyCards } from "../custom-data-source/loyalty-cards.ts";
import { screenOn } from "../screen/screen.ts";
import { bothStores, type Stores } from "../story/both-stores.ts";
import { placeOf } from "../story/place.ts";

const screen = screenOn(process.stdout);
const actor: Actor = { id: "admin-1", roles: ["admin"], tenant: "halmstrand" };
const { folder, shown } = await placeOf("evidence");

// The company keeps the one away from its database, and publishes the other.
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
await writeFile(join(folder, "public.pem"), publicKey.export({ type: "spki", format: "pem" }));

/** Erases a member from the cards of a file, and says under which request. */
const eraseAda = async (
  stores: Stores,
  name: string,
): Promise<{ rights: SubjectRights; requestId: string }> => {
  const cards = join(folder, `cards-${name}.json`);
  await writeFile(cards, JSON.stringify([{ card: "A1", email: "Ada@example.org", points: 120 }]));
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...stores,
    controller: "Halmstrand Lamps",
    sources: [loyaltyCards(cards)],
    notifier,
    addresses: {
      tenantAdmin: () => "privacy@halmstrand.example",
      support: () => "support@halmstrand.example",
    },
    timeZone: "Europe/Berlin",
    evidenceSigner: ed25519Signer(secret),
  });
  orThrow(await rights.start());
  const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const { request } = orThrow(await rights.requests.submit(asked));
  for await (const event of orThrow(await rights.requests.progress({ actor, requestId: request.id }))) {
    const [confirmation] = notifier.sent;
    if (event.type === "idle" && confirmation?.notice.type === "confirmation") {
      await rights.requests.acknowledge({ token: confirmation.notice.token });
    }
    if (event.type === "closed") screen.fact("outcome", event.outcome);
  }
  return { rights, requestId: request.id };
};

const program = fileURLToPath(new URL("./main.ts", import.meta.resolve("@subject-rights/verify")));

/** What anybody runs who was handed the file: `npx @subject-rights/verify FILE --key public.pem --checkpoint checkpoint.json`. */
const verify = (file: string, checkpoint: string): number | null => {
  const given = [
    join(folder, file),
    "--key",
    join(folder, "public.pem"),
    "--checkpoint",
    join(folder, checkpoint),
    "--html",
    join(folder, `${file}.html`),
  ];
  const { status, stdout } = spawnSync(process.execPath, ["--conditions=source", program, ...given], {
    encoding: "utf8",
  });
  for (const line of stdout.trimEnd().split("\n")) screen.say(line);
  screen.fact("it ended with", String(status));
  return status;
};

for await (const { name, stores, database } of bothStores(join(folder, "database"))) {
  screen.heading(`A member is erased; the store is ${name}`);
  const { rights, requestId } = await eraseAda(stores, name);
  const { deadline, grades } = orThrow(await rights.requests.read({ actor, requestId }));
  screen.fact("deadline", deadline.explanation);
  for (const { source, collection, grade } of grades) screen.fact(`${source}, ${collection}`, String(grade));
  const { intact, entries } = orThrow(await rights.audit.verify({ actor, requestId }));
  screen.fact("the audit", `${entries} entries, ${intact ? "one whole chain" : "broken"}`);
  const checkpoint = orThrow(await rights.audit.checkpoint({ actor }));
  await writeFile(join(folder, `${name}-checkpoint.json`), JSON.stringify(checkpoint));
  screen.fact("checkpoint", `number ${checkpoint?.checkpoint.number}, root ${checkpoint?.checkpoint.root}`);

  screen.heading("One file, handed to an authority, which checks it");
  const { canonical } = orThrow(await rights.audit.evidence({ actor, requestId }));
  await writeFile(join(folder, `${name}.json`), canonical);
  if (verify(`${name}.json`, `${name}-checkpoint.json`) !== 0) throw new Error("Good evidence was refused.");
  const about = async (email: string) => orThrow(await rights.audit.isAbout({ actor, requestId, email }));
  screen.fact("is it about Ada?", (await about("ada@example.org")) ? "yes" : "no");
  screen.fact("is it about Bo?", (await about("bo@example.org")) ? "yes" : "no");

  screen.heading("Somebody changes a word in it");
  await writeFile(
    join(folder, `${name}-tampered.json`),
    canonical.replace('"verified-absent"', '"unverifiable"'),
  );
  if (verify(`${name}-tampered.json`, `${name}-checkpoint.json`) !== 1) {
    throw new Error("Tampered evidence was accepted.");
  }

  if (database !== null) {
    screen.heading("The owner of the database takes the request out, and its audit");
    await database.exec(`alter table subject_rights.audit disable trigger all;
      delete from subject_rights.audit; delete from subject_rights.request;`);
    const { findings } = orThrow(await rights.audit.verifyAll({ actor }));
    for (const { what, chain } of findings) screen.fact(what, `request ${chain}`);
    if (findings.length !== 1) throw new Error("What is missing was not noticed.");
  }
  await rights.stop();
}
screen.fact("to look at", shown(join(folder, "memory.json.html")));
