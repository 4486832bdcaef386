import { orThrow, type Row } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, customerSource, number } from "./customers.ts";
import { ada, admin, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const bo = "bo@example.org";

/** Ada was erased and has asked for a copy before; Bo was erased. */
const company = async () => {
  const held = new Map<string, Row[]>([
    [ada, [{ name: "Ada" }]],
    [bo, [{ name: "Bo" }]],
  ]);
  const world = await createWorld({ sources: [peopleSource("crm", held)], lookEvery: 24 * 3_600_000 });
  const copy = await world.acknowledged("export");
  await world.pass(60 * 24 * 3_600_000);
  const erased = await world.acknowledged("erasure");
  const other = await world.acknowledged("erasure", bo);
  await world.settle();
  const { audit } = world.rights;
  const isAbout = async (requestId: string, email: string) =>
    orThrow(await audit.isAbout({ actor: admin, requestId, email }));
  const requestsOf = async (email: string) =>
    orThrow(await audit.requestsOf({ actor: admin, email })).requests.map(({ id }) => id);
  const markOf = async (requestId: string) => {
    const [first] = orThrow(await world.rights.requests.audit({ actor: admin, requestId }));
    return String(first?.detail["person"]);
  };
  return { world, audit, copy, erased, other, isAbout, requestsOf, markOf };
};

describe("whose audit it is", () => {
  it("can be told by those who know the address, long after the person is erased", async () => {
    const { copy, erased, other, isAbout, requestsOf } = await company();
    expect([await isAbout(erased, ada), await isAbout(copy, " Ada@Example.org ")]).toEqual([true, true]);
    expect([await isAbout(other, ada), await isAbout(erased, "nobody@example.org")]).toEqual([false, false]);
    expect(await requestsOf(ada)).toEqual([erased, copy]);
    expect(await requestsOf(bo)).toEqual([other]);
    expect(await requestsOf("nobody@example.org")).toEqual([]);
  });

  it("is asked by types that some source finds people by, and names every other", async () => {
    const { audit } = await company();
    const asked = { actor: admin, email: ada, identifiers: [{ type: "custmer-number", value: "1" }] };
    expect(orThrow(await audit.requestsOf(asked))).toMatchObject({ unknownTypes: ["custmer-number"] });
    expect(orThrow(await audit.requestsOf({ actor: admin, email: ada }))).not.toHaveProperty("unknownTypes");
  });

  it("cannot be told from two audits of one person", async () => {
    const { copy, erased, markOf } = await company();
    expect(await markOf(erased)).toMatch(/^[0-9a-f]{64}$/);
    expect(await markOf(erased)).not.toBe(await markOf(copy));
  });

  it("is nobody's to know in another tenant, or in another role", async () => {
    const { audit, erased } = await company();
    const elsewhere = { ...admin, tenant: "contoso" };
    const asked = await audit.isAbout({ actor: elsewhere, requestId: erased, email: ada });
    expect(unwrapError(asked).code).toBe("request-not-found");
    expect(orThrow(await audit.requestsOf({ actor: elsewhere, email: ada })).requests).toEqual([]);
    const refused = await audit.unlink({ actor: tenantAdmin, requestId: erased });
    expect(unwrapError(refused).code).toBe("not-allowed");
    const mistyped = await audit.requestsOf({ actor: admin, email: "ada" });
    expect(unwrapError(mistyped).code).toBe("invalid-input");
  });
});

describe("unlinking a person", () => {
  it("leaves nobody who can tell whose audits they are, and every chain whole", async () => {
    const { world, audit, copy, erased, other, isAbout, requestsOf, markOf } = await company();
    const marks = [await markOf(erased), await markOf(copy)];
    expect(orThrow(await audit.unlink({ actor: admin, requestId: erased }))).toEqual({ requests: 2 });
    expect(await requestsOf(ada)).toEqual([]);
    for (const requestId of [copy, erased]) {
      const asked = await audit.isAbout({ actor: admin, requestId, email: ada });
      expect(unwrapError(asked).code).toBe("key-destroyed");
      expect(orThrow(await audit.verify({ actor: admin, requestId }))).toMatchObject({ intact: true });
      expect(orThrow(await world.rights.requests.audit({ actor: admin, requestId })).at(-1)).toMatchObject({
        action: "person-unlinked",
        actor: orThrow(await world.rights.recordedAs({ actor: admin })),
      });
    }
    expect([await markOf(erased), await markOf(copy)]).toEqual(marks);
    // Others are as they were, and it may be said again.
    expect(await isAbout(other, bo)).toBe(true);
    expect(orThrow(await audit.unlink({ actor: admin, requestId: copy }))).toEqual({ requests: 0 });
    // No pseudonym is left of her, under no key that is there.
    const records = JSON.stringify([...world.tables.requests.values()]);
    const [pseudonym] = [...world.tables.keys.keys()].filter((name) => name.startsWith("person/"));
    expect(records).toContain(pseudonym?.split("/").at(-1));
    expect([...world.tables.keys.keys()].filter((name) => name.startsWith("person/"))).toHaveLength(1);
  });

  it("is not possible while something is due under a request of theirs", async () => {
    const { world, audit, erased, isAbout } = await company();
    const again = await world.acknowledged("export");
    const refused = await audit.unlink({ actor: admin, requestId: erased });
    expect(unwrapError(refused).code).toBe("not-possible-now");
    expect([await isAbout(erased, ada), await isAbout(again, ada)]).toEqual([true, true]);
  });

  it("that asks again afterwards starts anew: what was before stays unlinked", async () => {
    const { world, audit, erased, requestsOf, isAbout } = await company();
    orThrow(await audit.unlink({ actor: admin, requestId: erased }));
    const again = await world.acknowledged("export");
    expect(await requestsOf(ada)).toEqual([again]);
    expect(await isAbout(again, ada)).toBe(true);
  });

  it("leaves nothing of an idempotency key that could tell who it was", async () => {
    const { world, audit } = await company();
    const keyed = {
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: "eve@example.org",
      idempotencyKey: "key-1",
    } as const;
    const { request } = orThrow(await world.rights.requests.submit(keyed));
    orThrow(await world.rights.requests.cancel({ actor: admin, requestId: request.id, reason: "a mistake" }));
    await world.settle();
    orThrow(await audit.unlink({ actor: admin, requestId: request.id }));
    for (const email of [keyed.email, "mallory@example.org"]) {
      const again = await world.rights.requests.submit({ ...keyed, email });
      expect(unwrapError(again).code).toBe("idempotency-key-reused");
    }
  });

  it("half-way never says no: the key is gone, and nobody can tell", async () => {
    const { world, audit, erased, other } = await company();
    for (const name of world.tables.keys.keys())
      if (name.startsWith("person/")) world.tables.keys.delete(name);
    for (const [requestId, email] of [
      [erased, ada],
      [other, bo],
    ] as const) {
      const asked = await audit.isAbout({ actor: admin, requestId, email });
      expect(unwrapError(asked).code).toBe("key-destroyed");
    }
    expect(orThrow(await audit.isAbout({ actor: admin, requestId: erased, email: bo }))).toBe(false);
  });

  it("goes on where it was broken off", async () => {
    const { world, audit, copy, erased, requestsOf } = await company();
    const { requestStore } = world.options;
    const commit = requestStore.commit.bind(requestStore);
    let commits = 0;
    Object.assign(requestStore, {
      commit: (input: Parameters<typeof commit>[0]) => {
        commits += 1;
        if (commits === 2) throw new Error("the process died");
        return commit(input);
      },
    });
    await audit.unlink({ actor: admin, requestId: erased });
    Object.assign(requestStore, { commit });
    expect(await requestsOf(ada)).toEqual([erased]);
    expect(orThrow(await audit.unlink({ actor: admin, requestId: erased }))).toEqual({ requests: 1 });
    expect(await requestsOf(ada)).toEqual([]);
    expect(orThrow(await audit.verify({ actor: admin, requestId: copy })).intact).toBe(true);
  });
});

describe("an address that two people have had, one after the other", () => {
  /** Ada was erased, and whoever has had her address since, by another number. Before, somebody thought better of it. */
  const oneAddress = async () => {
    const customers = new Set([adaAs()]);
    const world = await createWorld({
      sources: [customerSource("crm", customers)],
      lookEvery: 24 * 3_600_000,
    });
    const { audit, requests } = world.rights;
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { id: called } = orThrow(await requests.submit(asked)).request;
    orThrow(await requests.cancel({ actor: admin, requestId: called, reason: "a mistake" }));
    const first = await world.acknowledged("erasure");
    await world.pass(30 * 24 * 3_600_000);
    customers.add({ number: "2", email: ada });
    const second = await world.acknowledged("erasure");
    await world.settle();
    const isAbout = async (requestId: string, identifiers = [number("2")]) =>
      audit.isAbout({ actor: admin, requestId, email: ada, identifiers });
    const requestsOf = async (identifiers = [number("2")]) =>
      orThrow(await audit.requestsOf({ actor: admin, email: ada, identifiers })).requests.map(({ id }) => id);
    const unlink = async (requestId: string) => audit.unlink({ actor: admin, requestId });
    const keys = () => [...world.tables.keys.keys()].filter((name) => name.startsWith("person/"));
    return { called, first, second, isAbout, requestsOf, unlink, keys };
  };

  it("is unlinked from the one that is meant, and the other's audit is theirs still", async () => {
    const { called, first, second, isAbout, requestsOf, unlink, keys } = await oneAddress();
    expect(orThrow(await unlink(first))).toEqual({ requests: 2 });
    for (const each of [first, called]) expect(unwrapError(await isAbout(each)).code).toBe("key-destroyed");
    expect(orThrow(await isAbout(second))).toBe(true);
    expect(await requestsOf()).toEqual([second]);
    expect(keys()).toHaveLength(1);
    expect(orThrow(await unlink(second))).toEqual({ requests: 1 });
    expect(unwrapError(await isAbout(second)).code).toBe("key-destroyed");
    expect(keys()).toEqual([]);
  });

  it("is unlinked from neither by what knows the address alone", async () => {
    const { called, first, second, isAbout, unlink } = await oneAddress();
    expect(orThrow(await unlink(called))).toEqual({ requests: 1 });
    expect(orThrow(await isAbout(first, [number("1")]))).toBe(true);
    expect(orThrow(await isAbout(second))).toBe(true);
  });

  it("leads to those of the one whose number is named", async () => {
    const { called, first, second, isAbout, requestsOf } = await oneAddress();
    expect(await requestsOf([])).toEqual([second, first, called]);
    expect(await requestsOf([number("1")])).toEqual([first, called]);
    expect(await requestsOf()).toEqual([second, called]);
    expect(orThrow(await isAbout(first))).toBe(false);
  });

  it("is unlinked from one while something is retained of the other", async () => {
    const customers = new Set([adaAs()]);
    const archive = peopleSource("archive", new Map(), {
      needs: ["customer-number"],
      erase: async (subject) => [
        subject.values("customer-number").includes("1")
          ? { collection: "bills", outcome: "retained", count: 1, reason: "law", until: "2035-01-01" }
          : { collection: "bills", outcome: "absent" },
      ],
      locate: async (subject) => [
        {
          collection: "bills",
          count: subject.values("customer-number").filter((each) => each === "1").length,
        },
      ],
    });
    const world = await createWorld({
      sources: [customerSource("crm", customers), archive],
      lookEvery: 24 * 3_600_000,
    });
    const first = await world.acknowledged("erasure");
    await world.pass(30 * 24 * 3_600_000);
    customers.add({ number: "2", email: ada });
    const second = await world.acknowledged("erasure");
    await world.settle();
    const unlink = (requestId: string) => world.rights.audit.unlink({ actor: admin, requestId });
    expect(unwrapError(await unlink(first)).code).toBe("not-possible-now");
    expect(orThrow(await unlink(second))).toEqual({ requests: 1 });
  });
});
