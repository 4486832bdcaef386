import {
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  type Identifier,
  PermanentFailure,
  type Subject,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, createWorld, type World } from "./world.ts";

const hour = 3_600_000;
const both = { id: "both", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const number = (value: string): Identifier => ({ type: "customer-number", value });

interface Row {
  readonly key: string;
  readonly address: string;
}

/** Finds people by their customer number, and by an address before everybody was asked. */
const keyed = (id: string, rows: Row[], changes: Partial<DataSourceDefinition> = {}) => {
  const find = (subject: Subject) =>
    rows.filter(
      ({ key, address }) =>
        subject.values("customer-number").includes(key) ||
        (!subject.isIdentified && subject.values("email").includes(address)),
    );
  return defineDataSource({
    id,
    title: `The ${id}`,
    holds: ["customer-data"],
    kind: "origin",
    needs: ["customer-number", "email"],
    locate: async (subject) => [{ collection: "rows", count: find(subject).length }],
    async *export(subject) {
      yield { collection: "rows", rows: find(subject).map(({ key }) => ({ key })) };
    },
    async erase(subject): Promise<CollectionOutcome[]> {
      const found = find(subject);
      for (const row of found) rows.splice(rows.indexOf(row), 1);
      return [{ collection: "rows", outcome: "erased", count: found.length }];
    },
    ...changes,
  });
};

/** The crm tells who its people are; the shop does not, and cannot erase for now. */
const shops = async () => {
  const crm: Row[] = [{ key: "C-1", address: ada }];
  const shop: Row[] = [{ key: "C-1", address: ada }];
  const identify = async (subject: Subject): Promise<Identifier[]> =>
    crm
      .filter(
        ({ key, address }) =>
          subject.values("customer-number").includes(key) ||
          (!subject.isIdentified && subject.values("email").includes(address)),
      )
      .flatMap(({ key, address }) => [number(key), { type: "email", value: address }]);
  const erase = async () => {
    throw new PermanentFailure("the shop is closed");
  };
  const world = await createWorld({
    sources: [keyed("crm", crm, { identify }), keyed("shop", shop, { erase })],
  });
  return { world, crm, shop };
};

const asked = async (
  world: World,
  kind: "erasure" | "export",
  email: string,
  ...identifiers: readonly Identifier[]
) => {
  const what = { actor: both, kind, category: "customer-data", email, identifiers } as const;
  const { request } = unwrap(await world.rights.requests.submit(what));
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
  await world.pass(1_000);
  return request.id;
};

describe("a request that waits for another one because of an address", () => {
  it("knows the numbers that this one knew, though that has erased whoever could tell them, and is called off", async () => {
    const { world, crm } = await shops();
    const first = await asked(world, "erasure", "forms@example.org", number("C-1"));
    await world.pass(hour);
    expect(crm).toEqual([]);
    const second = await asked(world, "export", ada);
    await world.pass(hour);
    expect(await world.read(second)).toMatchObject({ waitingFor: [{ for: "other-request" }] });
    unwrap(await world.rights.requests.cancel({ actor: both, requestId: first, reason: "a mistake" }));
    await world.pass(hour);
    expect(await world.read(second)).toMatchObject({
      outcome: "completed",
      sources: [{ done: 0 }, { id: "shop", done: 1 }],
    });
    await world.rights.stop();
  });

  it("is told them in the moment in which that ends, where it has not looked before", async () => {
    const { world } = await shops();
    const first = await asked(world, "erasure", "forms@example.org", number("C-1"));
    await world.pass(hour);
    const second = await asked(world, "export", ada);
    unwrap(await world.rights.requests.cancel({ actor: both, requestId: first, reason: "a mistake" }));
    await world.pass(hour);
    expect((await world.read(second)).sources[1]).toMatchObject({ id: "shop", done: 1 });
    await world.rights.stop();
  });

  it("asks somebody where it was confirmed more than a day later: the address may be somebody else's", async () => {
    const { world } = await shops();
    const first = await asked(world, "erasure", "forms@example.org", number("C-1"));
    await world.pass(48 * hour);
    const second = await asked(world, "export", ada);
    await world.pass(hour);
    // While it stands in line as well: it can be answered then.
    const decision = { for: "decision", identifierType: "customer-number" };
    const { waitingFor } = await world.read(second);
    expect(waitingFor).toMatchObject([{ for: "other-request", requestId: first }, decision]);
    expect(unwrap(await world.rights.health()).waiting).toContainEqual(
      expect.objectContaining({ for: "decision", whose: "us", count: 1 }),
    );
    unwrap(await world.rights.requests.cancel({ actor: both, requestId: first, reason: "a mistake" }));
    await world.pass(hour);
    expect(await world.read(second)).toMatchObject({ outcome: null, waitingFor: [decision] });
    await world.rights.stop();
  });

  it("takes over nothing where it knows another number itself", async () => {
    const { world, crm } = await shops();
    const first = await asked(world, "erasure", "forms@example.org", number("C-1"));
    await world.pass(hour);
    crm.push({ key: "C-2", address: ada });
    const second = await asked(world, "export", ada, number("C-2"));
    await world.pass(hour);
    unwrap(await world.rights.requests.cancel({ actor: both, requestId: first, reason: "a mistake" }));
    await world.pass(hour);
    expect(await world.read(second)).toMatchObject({
      outcome: "completed",
      sources: [{ done: 1 }, { id: "shop", done: 0 }],
    });
    await world.rights.stop();
  });
});

describe("two people who have had one address, one after the other", () => {
  const bo = "bo@example.org";
  /** Ada's erasure is held; then Bo has her address. */
  const handedOver = async () => {
    const { world, crm, shop } = await shops();
    for (const rows of [crm, shop]) rows.push({ key: "C-2", address: bo });
    const held = { actor: both, identifiers: [number("C-1")], reason: "file 7" };
    const { hold } = unwrap(await world.rights.holds.place(held));
    const first = await asked(world, "erasure", ada);
    await world.pass(48 * hour);
    for (const rows of [crm, shop])
      rows.splice(0, 2, { key: "C-1", address: "ada.new@example.org" }, { key: "C-2", address: ada });
    return { world, crm, shop, first, hold };
  };

  for (const [name, identifiers] of [
    ["who names a number of their own", [number("C-2")]],
    ["of whom a source tells another number", []],
  ] as const) {
    it(`do not wait for each other: ${name}`, async () => {
      const { world, crm, first, hold } = await handedOver();
      const second = await asked(world, "export", ada, ...identifiers);
      await world.pass(hour);
      expect(await world.read(second)).toMatchObject({
        outcome: "completed",
        sources: [{ done: 1 }, { id: "shop", done: 1 }],
      });
      expect(await world.read(first)).toMatchObject({ waitingFor: [{ for: "hold" }] });
      unwrap(await world.rights.holds.lift({ actor: both, holdId: hold.id, reason: "over" }));
      await world.pass(3 * hour);
      expect(crm.map(({ key }) => key)).toEqual(["C-2"]);
      await world.rights.stop();
    });
  }

  it("are told apart under all their names: who has the same number waits, under whatever address", async () => {
    const { world } = await handedOver();
    await asked(world, "export", ada, number("C-2"));
    const other = await asked(world, "export", bo, number("C-1"));
    await world.pass(hour);
    expect(await world.read(other)).toMatchObject({
      waitingFor: [{ for: "other-request", waitsFor: ["hold"] }],
    });
    await world.rights.stop();
  });

  it("are one where a source tells it of both: who has begun by another number waits from then on", async () => {
    const { world } = await shops();
    const held = { actor: both, identifiers: [number("C-1")], reason: "file 7" };
    unwrap(await world.rights.holds.place(held));
    await asked(world, "erasure", ada);
    const second = await asked(world, "export", ada, number("C-8"));
    await world.pass(hour);
    expect(await world.read(second)).toMatchObject({
      waitingFor: [{ for: "other-request", waitsFor: ["hold"] }],
    });
    await world.rights.stop();
  });
});
