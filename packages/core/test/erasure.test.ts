import { defineDataSource } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource } from "./world.ts";

const twoPeople = () =>
  new Map([
    [ada, [{ name: "Ada" }]],
    ["eve@example.org", [{ name: "Eve" }]],
  ]);

describe("an erasure", () => {
  it("erases in the origin, refreshes the copy, asks both again, and says so", async () => {
    const [origin, copy] = [twoPeople(), twoPeople()];
    const world = await createWorld({
      sources: [peopleSource("crm", origin), copyOfPeople("insights", copy, origin)],
    });
    const id = await world.acknowledged("erasure", " Ada@Example.ORG ");

    const view = await world.read(id);
    expect(view).toMatchObject({ phase: "closed", outcome: "completed", waitingFor: [] });
    expect(view.sources.map(({ status, checked, done }) => [status, checked, done])).toEqual([
      ["succeeded", true, 1],
      ["succeeded", true, 1],
    ]);
    expect([...origin.keys(), ...copy.keys()]).toEqual(["eve@example.org", "eve@example.org"]);
    expect(world.notifier.sent.map(({ to, notice }) => [to, notice.type])).toEqual([
      ["tenant-admin@northwind.example", "confirmation"],
      ["tenant-admin@northwind.example", "completion"],
    ]);
  });

  it("touches nothing before it is acknowledged", async () => {
    const origin = twoPeople();
    const asked: string[] = [];
    const world = await createWorld({
      sources: [
        peopleSource("crm", origin, {
          locate: async () => {
            asked.push("locate");
            return [];
          },
        }),
      ],
    });
    await world.rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: ada,
    });
    await world.clock.advance(3_600_000);
    expect(asked).toEqual([]);
    expect(origin.size).toBe(2);
  });

  it("keeps nothing personal once it is closed, and the audit tells the whole story", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", twoPeople())] });
    const id = await world.acknowledged("erasure");

    const kept = JSON.stringify([...world.tables.requests.values(), ...world.tables.audit.values()]);
    expect(kept).not.toMatch(/@/);
    expect([...world.tables.requests.values()].map(({ sealed }) => sealed)).toEqual([null]);
    // The tenant's key for pseudonyms stays; the request's own is gone.
    expect([...world.tables.keys.keys()].filter((name) => name.includes(id))).toEqual([]);

    const audit = unwrap(await world.rights.requests.audit({ actor: admin, requestId: id }));
    expect(audit.map(({ action, source }) => (source === null ? action : `${action} ${source}`))).toEqual([
      "submitted",
      "notice-sent",
      "acknowledged",
      "identified",
      "located crm",
      "planned",
      "origins",
      "succeeded crm",
      "copies",
      "verified crm",
      "verified",
      "closed",
      "notice-sent",
      "key-destroyed",
    ]);
    expect(audit.map(({ sequence }) => sequence)).toEqual(audit.map((_, index) => index + 1));
  });

  it("answers for somebody whom nobody knows just as for anybody", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", twoPeople())] });
    const known = await world.acknowledged("erasure", ada);
    const unknown = await world.acknowledged("erasure", "nobody@example.org");
    expect((await world.read(unknown)).outcome).toBe((await world.read(known)).outcome);
  });

  it("refreshes a copy only after its origin no longer holds the person", async () => {
    const [origin, copy] = [twoPeople(), twoPeople()];
    const seen: boolean[] = [];
    let outage = true;
    const world = await createWorld({
      sources: [
        peopleSource("crm", origin, {
          erase: async (subject) => {
            if (outage) throw new Error("down");
            for (const email of subject.values("email")) origin.delete(email);
            return [{ collection: "people", outcome: "erased", count: 1 }];
          },
        }),
        copyOfPeople("insights", copy, origin, {
          refresh: async () => {
            seen.push(origin.has(ada));
            copy.clear();
          },
        }),
      ],
    });
    const id = await world.acknowledged("erasure");
    await world.clock.advance(5_000);
    expect(seen).toEqual([]);
    outage = false;
    await world.clock.advance(3_600_000);
    expect(seen).toEqual([false]);
    expect((await world.read(id)).outcome).toBe("completed");
  });

  it("is not complete where something is kept by law, and keeps the key until that is over", async () => {
    const invoices = new Map([[ada, [{ invoice: 1 }]]]);
    const world = await createWorld({
      sources: [
        peopleSource("billing", invoices, {
          erase: async () => [
            { collection: "people", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2034-12-31" },
          ],
        }),
      ],
    });
    const id = await world.acknowledged("erasure");
    const view = await world.read(id);
    expect(view.outcome).toBe("completed-with-exceptions");
    expect(view.sources[0]?.outcomes).toEqual([
      { collection: "people", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2034-12-31" },
    ]);
    expect(world.notifier.sent.at(-1)?.notice).toMatchObject({ type: "completion", complete: false });
    expect([...world.tables.keys.keys()].some((name) => name.includes(id))).toBe(true);
  });

  it("is not complete where a source could not be asked afterwards", async () => {
    const people = twoPeople();
    const world = await createWorld({
      sources: [
        defineDataSource({
          id: "vendor",
          title: "A vendor that only takes orders",
          holds: ["customer-data"],
          kind: "origin",
          erase: async () => {
            people.delete(ada);
            return [{ collection: "people", outcome: "erased", count: 1 }];
          },
        }),
      ],
    });
    const view = await world.read(await world.acknowledged("erasure"));
    expect(view.outcome).toBe("completed-with-exceptions");
    expect(view.sources[0]?.checked).toBe(false);
  });
});
