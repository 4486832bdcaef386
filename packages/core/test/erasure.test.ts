import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

describe("erasing customer data", () => {
  it("erases in the origin, refreshes the copy, checks both, and says so", async () => {
    const origin = new Map([[ada, [{ name: "Ada" }]], ["eve@example.org", [{ name: "Eve" }]]]);
    const copy = new Map(origin);
    const world = await createWorld({
      sources: [
        peopleSource("crm", origin),
        peopleSource("insights", copy, {
          kind: "copy",
          refresh: async () => {
            copy.clear();
            for (const [email, rows] of origin) copy.set(email, rows);
          },
        }),
      ],
    });
    const submitted = await world.rights.requests.submit({ actor: admin, kind: "erasure", category: "customer-data", email: "Ada@Example.org" });
    expect(submitted._unsafeUnwrap().request.phase).toBe("received");
    await world.settle();
    expect(origin.has(ada)).toBe(true);
    (await world.rights.requests.acknowledge({ token: world.token() }))._unsafeUnwrap();
    await world.settle();
    const { id } = submitted._unsafeUnwrap().request;
    const view = await world.read(id);
    console.log(JSON.stringify(view, null, 1), world.errors, world.notifier.sent);
    expect(view.outcome).toBe("completed");
    expect([...origin.keys()]).toEqual(["eve@example.org"]);
    expect([...copy.keys()]).toEqual(["eve@example.org"]);
    console.log((await world.rights.requests.audit({ actor: admin, requestId: id }))._unsafeUnwrap().map((e)=>[e.sequence,e.actor,e.action,e.source,JSON.stringify(e.detail)].join(" ")).join("\n"));
    expect(JSON.stringify([...world.tables.requests.values()])).not.toContain("ada@");
    expect(world.tables.keys.size).toBe(1);
  });
});
