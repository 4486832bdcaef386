import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CarriedSecret, PermanentFailure, type Row } from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import { afterAll, describe, expect, it } from "vitest";
import { unpack } from "./unpack.ts";
import { ada, admin, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const folder = mkdtempSync(join(tmpdir(), "encrypted-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sevenZip = "7z";
const has7Zip = spawnSync(sevenZip).error === undefined;
if (!has7Zip) console.warn("Encrypted packages are not opened: 7z is not installed (Debian: p7zip-full).");

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada", note: "likes brass lamps" }]]]);
const links = { download: (token: string) => `https://privacy.northwind.example/download#${token}` };

/** A carrier that keeps what it was given, and may fail before. */
const carrier = (fails: () => void = () => undefined) => {
  const carried: (CarriedSecret & { readonly idempotencyKey: string })[] = [];
  return {
    carried,
    packageEncryption: {
      carrySecret: async (secret: CarriedSecret, { idempotencyKey }: { readonly idempotencyKey: string }) => {
        fails();
        carried.push({ ...secret, idempotencyKey });
      },
    },
  };
};

const bytesOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
};

/** Opens a package the way a person does. */
const openedWith7Zip = (encrypted: Uint8Array, secret: string) => {
  const path = join(folder, "package.zip");
  writeFileSync(path, encrypted);
  rmSync(join(folder, "personal-data.zip"), { force: true });
  const { status, stdout } = spawnSync(sevenZip, ["x", "-y", `-p${secret}`, `-o${folder}`, path], {
    encoding: "utf8",
  });
  const listed = spawnSync(sevenZip, ["l", "-slt", path], { encoding: "utf8" }).stdout;
  return {
    status,
    stdout,
    listed,
    inner: status === 0 ? readFileSync(join(folder, "personal-data.zip")) : null,
  };
};

const exported = async (options: Partial<Parameters<typeof createWorld>[0]>, attachmentLimit = 1_000_000) => {
  const notifier = memoryNotifier({ attachmentLimit });
  const world = await createWorld({ sources: [peopleSource("crm", people())], notifier, ...options });
  const asked = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  const [confirmation] = notifier.sent;
  if (confirmation?.notice.type !== "confirmation") throw new Error("no confirmation");
  unwrap(await world.rights.requests.acknowledge({ token: confirmation.notice.token }));
  await world.settle();
  const delivery = notifier.sent.findLast(({ notice }) => notice.type === "delivery");
  return { world, notifier, requestId: request.id, delivery };
};

describe("an encrypted package", () => {
  it.runIf(has7Zip)("is fetched by link, and opens in 7-Zip with the secret that was carried", async () => {
    const { carried, packageEncryption } = carrier();
    const { world, requestId, delivery } = await exported({ links, packageEncryption }, 0);
    if (delivery?.notice.type !== "delivery" || delivery.notice.url === null) throw new Error("no link");
    expect(delivery.notice.encrypted).toBe(true);

    const token = delivery.notice.url.slice(delivery.notice.url.indexOf("#") + 1);
    const fetched = unwrap(await world.rights.packages.download({ token }));
    const encrypted = await bytesOf(fetched.read());
    expect(encrypted.length).toBe(fetched.bytes);
    const [{ secret, ...about } = { secret: "" }] = carried;
    expect(about).toMatchObject({ requestId, recipient: "tenant-admin", subject: ada });

    const { inner, listed } = openedWith7Zip(encrypted, secret);
    expect(listed).toContain("AES-256");
    if (inner === null) throw new Error("7-Zip did not open it");
    expect((await unpack(inner)).get("data/01-crm/01-people.json")?.toString()).toContain("brass lamps");
    // Neither what it holds nor what that is called can be seen from outside.
    expect(encrypted.toString("latin1")).not.toMatch(/crm|people|manifest|index\.html/);

    expect(openedWith7Zip(encrypted, `${secret}x`).status).not.toBe(0);
    const changed = Buffer.from(encrypted);
    changed.writeUInt8((changed.at(200) ?? 0) ^ 1, 200);
    expect(openedWith7Zip(changed, secret).status).not.toBe(0);
  });

  it("is attached as well as any other, and its secret is in no message, audit, state or error", async () => {
    const { carried, packageEncryption } = carrier();
    const { world, notifier, requestId, delivery } = await exported({ packageEncryption });
    expect(delivery?.notice).toMatchObject({ type: "delivery", encrypted: true, url: null });
    const [{ secret } = { secret: "" }] = carried;
    expect(secret).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){6}[0-9a-hjkmnp-tv-z]{4}$/);
    const view = await world.read(requestId);
    expect(view.outcome).toBe("completed");
    const audit = unwrap(await world.rights.requests.audit({ actor: admin, requestId }));
    const seen = JSON.stringify([
      notifier.sent.map(({ attachment: _, ...message }) => message),
      view,
      audit,
      [...world.tables.requests.values()],
      world.errors.map(String),
    ]);
    expect(seen).toContain("package-secret-1");
    expect(seen).not.toContain(secret);
  });

  it("is not delivered before its secret is, which is the same at every try", async () => {
    let isDown = true;
    const tries: string[] = [];
    const { carried, packageEncryption } = carrier(() => {
      if (isDown) throw new Error("no text messages today");
    });
    const counting = {
      carrySecret: async (...call: Parameters<typeof packageEncryption.carrySecret>) => {
        tries.push(`${call[0].id} ${call[0].secret} ${call[1].idempotencyKey}`);
        await packageEncryption.carrySecret(...call);
      },
    };
    const { world, requestId } = await exported({ packageEncryption: counting });
    expect(await world.read(requestId)).toMatchObject({ phase: "packaged", outcome: null });
    isDown = false;
    await world.pass(3_600_000);
    expect(await world.read(requestId)).toMatchObject({
      phase: "closed",
      outcome: "completed",
      package: { encrypted: true },
    });
    expect(tries.length).toBeGreaterThan(1);
    expect(new Set(tries).size).toBe(1);
    expect(carried).toHaveLength(1);
  });

  it("whose secret can never be carried stays open, visibly, until somebody has it tried again", async () => {
    let refuses = true;
    const { carried, packageEncryption } = carrier(() => {
      if (refuses) throw new PermanentFailure("no such number");
    });
    const { world, requestId } = await exported({ packageEncryption });
    expect(await world.read(requestId)).toMatchObject({
      phase: "packaged",
      waitingFor: [{ for: "message", message: "package-secret-1", problem: "permanent-failure" }],
    });
    refuses = false;
    const retried = await world.rights.requests.resendMessage({
      actor: tenantAdmin,
      requestId,
      message: "package-secret-1",
    });
    unwrap(retried);
    await world.settle();
    expect(carried).toHaveLength(1);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      package: { encrypted: true },
    });
  });

  it("is made only where that was asked for", async () => {
    const { delivery } = await exported({});
    if (delivery?.attachment == null) throw new Error("nothing is attached");
    expect(delivery.notice).not.toHaveProperty("encrypted");
    expect([...(await unpack(await bytesOf(delivery.attachment.read()))).keys()]).toContain("manifest.json");
  });
});
