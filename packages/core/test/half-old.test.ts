import { generateKeyPairSync } from "node:crypto";
import { ed25519Signer, type StoredRequest, SubjectRightsError } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { pathsIn, replaced } from "./damaging.ts";
import { reopened, storedForms } from "./forms/stored.ts";
import { admin, copyOfPeople, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const hour = 3_600_000;
const key = String(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));

/** Members that stand in many records are one: there are thousands of them, and a hundred and more that differ. */
const membersIn = (records: readonly StoredRequest[]): (readonly [StoredRequest, readonly string[]])[] => {
  const members = new Map<string, readonly [StoredRequest, readonly string[]]>();
  for (const record of records) {
    for (const path of pathsIn(record.state, ["state"]))
      members.set(path.join("/").replaceAll(/\/\d+(?=\/|$)/g, "/#"), [record, path]);
  }
  return [...members.values()];
};

const damage = fc.constantFrom<unknown>(undefined, null, 7, "x", [null], { x: 7 });

it.each(storedForms)("of what was stored in form %s, no member is met as an exception", async (form) => {
  const { world, tables } = await reopened(form);
  await world.rights.stop();
  const { requests, sources, audit } = world.rights;
  const records = [...tables.requests.values()];
  const places = new Map([...tables.requests].map(([place, record]) => [record, place]));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...membersIn(records)), damage, async ([record, path], value) => {
      const { id } = record;
      const place = places.get(record) ?? "";
      tables.requests.set(place, replaced(record, path, value) as StoredRequest);
      const { requests: read, damaged } = unwrap(await requests.list({ actor: admin }));
      expect([...read, ...damaged].map((each) => each.id)).toContain(id);
      unwrap(await requests.overdue({ actor: admin }));
      unwrap(await sources.list({ actor: admin }));
      unwrap(await world.rights.health());
      // Each answers, whatever it does, and none rejects.
      await requests.read({ actor: admin, requestId: id });
      await requests.reveal({ actor: admin, requestId: id });
      await requests.preview({ actor: admin, requestId: id });
      const evidence = await audit.evidence({ actor: admin, requestId: id });
      // What can be listed can be shown.
      if (evidence.isErr()) expect(damaged).toMatchObject([{ id }]);
      tables.requests.set(place, record);
    }),
    { numRuns: inject("isThorough") ? 1_000 : 60 },
  );
});

/** Eve's erasure looks after the outage of a copy, when her record is damaged, and Bob's meets it too. */
const bobBehind = async (change: (record: StoredRequest) => StoredRequest) => {
  const crm = new Map([
    ["eve@example.org", [{}]],
    ["bob@example.org", [{}]],
  ]);
  const search = new Map(crm);
  let isDown = true;
  const refresh = async () => {
    if (isDown) throw new Error("down");
    search.clear();
    for (const [email, rows] of crm) search.set(email, rows);
  };
  const world = await createWorld({
    sources: [peopleSource("crm", crm), copyOfPeople("search", search, crm, { refresh })],
    evidenceSigner: ed25519Signer(key),
  });
  const eve = await world.acknowledged("erasure", "eve@example.org");
  await world.pass(hour / 6);
  for (const [place, record] of world.tables.requests) world.tables.requests.set(place, change(record));
  isDown = false;
  const bob = await world.acknowledged("erasure", "bob@example.org");
  await world.skip(72 * hour);
  return { world, eve, bob, search };
};

it("whatever of it is damaged, another person's request comes to its end, and audits are looked through", async () => {
  let records: readonly StoredRequest[] = [];
  await bobBehind((record) => {
    records = [record];
    return record;
  });
  const paths = membersIn(records).map(([, path]) => path);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), damage, async (path, value) => {
      const { world, bob, search } = await bobBehind(
        (record) => replaced(record, path, value) as StoredRequest,
      );
      expect((await world.read(bob, tenantAdmin)).outcome).toBe("completed");
      expect(search.has("bob@example.org")).toBe(false);
      expect(world.errors.filter((error) => !SubjectRightsError.is(error))).toEqual([]);
      unwrap(await world.rights.audit.verifyAll({ actor: admin }));
      await world.rights.stop();
    }),
    { numRuns: inject("isThorough") ? 300 : 10 },
  );
});

it.each([
  ["the origins that a step comes behind", ["steps", "0", "after"], null],
  ["the stage of a step", ["steps", "0", "stage"], "nonsense"],
  ["the outage of a step", ["steps", "1", "outage"], 7],
  ["the generation of a step", ["steps", "0", "generation"], "x"],
  ["the kind of a message", ["notices", "0", "kind"], "nonsense"],
  ["when its period ends", ["deadline", "first", "nominal"], 7],
  ["the key in its signature", ["auditSignature", "publicKey"], null],
  ["its signature", ["auditSignature"], undefined],
])("a record in which %s cannot be read is named as damaged, and no other", async (_, path, value) => {
  const { world, eve, bob } = await bobBehind(
    (record) => replaced(record, ["state", "request", ...path], value) as StoredRequest,
  );
  const { requests, damaged } = unwrap(await world.rights.requests.list({ actor: admin }));
  expect(requests).toMatchObject([{ id: bob, outcome: "completed" }]);
  expect(damaged).toMatchObject([{ id: eve }]);
  expect(unwrap(await world.rights.health()).unreadable).toMatchObject([{ id: eve }]);
  const { findings } = unwrap(await world.rights.audit.verifyAll({ actor: admin }));
  expect(findings).toMatchObject([{ what: "unreadable", chain: eve }]);
  await world.rights.stop();
});
