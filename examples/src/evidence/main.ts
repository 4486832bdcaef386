/**
 * Evidence: a member is erased, the audit is looked through, and what happened is handed over in one file. Whoever gets
 * it checks it with a program of its own, without a database and without a network; then somebody changes a word in it.
 */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import {
  type Actor,
  createSubjectRights,
  ed25519Signer,
  orThrow,
  type SubjectRights,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { postgresStorage } from "@subject-rights/postgres";
import { loyaltyCards } from "../custom-data-source/loyalty-cards.ts";
import { screenOn } from "../screen/screen.ts";

const screen = screenOn(process.stdout);
const actor: Actor = { id: "admin-1", roles: ["admin"], tenant: "halmstrand" };
const folder = join(import.meta.dirname, "..", "..", "..", ".output", "examples", "evidence");
await mkdir(folder, { recursive: true });

// The company keeps the one away from its database, and publishes the other.
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
await writeFile(join(folder, "public.pem"), publicKey.export({ type: "spki", format: "pem" }));

type Storage = Pick<SubjectRightsOptions, "requestStore" | "artifactStore" | "sourceStatusStore" | "keyRing">;

/** Erases a member from the cards of a file, and says under which request. */
const eraseAda = async (
  storage: Storage,
  name: string,
): Promise<{ rights: SubjectRights; requestId: string }> => {
  const cards = join(folder, `cards-${name}.json`);
  await writeFile(cards, JSON.stringify([{ card: "A1", email: "Ada@example.org", points: 120 }]));
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...storage,
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

/** What anybody runs who was handed the file: `npx @subject-rights/verify FILE --key public.pem`. */
const verify = (file: string): number | null => {
  const given = [
    join(folder, file),
    "--key",
    join(folder, "public.pem"),
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

const pglite = await PGlite.create();
const { migrate, ...inPostgres } = postgresStorage({ client: pglite, masterKey: randomBytes(32) });
orThrow(await migrate());

for (const [name, storage] of [
  ["memory", memoryStorage()],
  ["postgres", inPostgres],
] as const) {
  screen.heading(`A member is erased; the store is ${name}`);
  const { rights, requestId } = await eraseAda(storage, name);
  const { deadline, grades } = orThrow(await rights.requests.read({ actor, requestId }));
  screen.fact("deadline", deadline.explanation);
  for (const { source, collection, grade } of grades) screen.fact(`${source}, ${collection}`, String(grade));
  const { intact, entries } = orThrow(await rights.audit.verify({ actor, requestId }));
  screen.fact("the audit", `${entries} entries, ${intact ? "one whole chain" : "broken"}`);

  screen.heading("One file, handed to an authority, which checks it");
  const { canonical } = orThrow(await rights.audit.evidence({ actor, requestId }));
  await writeFile(join(folder, `${name}.json`), canonical);
  if (verify(`${name}.json`) !== 0) throw new Error("Good evidence was refused.");

  screen.heading("Somebody changes a word in it");
  await writeFile(
    join(folder, `${name}-tampered.json`),
    canonical.replace('"verified-absent"', '"unverifiable"'),
  );
  if (verify(`${name}-tampered.json`) !== 1) throw new Error("Tampered evidence was accepted.");
  await rights.stop();
}
await pglite.close();
screen.fact("to look at", ".output/examples/evidence/memory.json.html");
