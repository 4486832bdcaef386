import { replyTokenOf } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, hanging, peopleSource, type World } from "./world.ts";

const actor = admin;
const ids = ["shop", "crm", "books"];

/** Sources that say nothing, and whoever of them was asked, or told to stop. */
const silent = () => {
  const asked: string[] = [];
  const told: string[] = [];
  const sources = ids.map((id) =>
    peopleSource(id, new Map(), {
      identify: (subject, context) => {
        asked.push(id);
        context.signal.addEventListener("abort", () => void told.push(id));
        return hanging(subject, context);
      },
    }),
  );
  return { asked, told, sources };
};

const hold = ({ rights }: World) =>
  rights.holds.place({ actor, identifiers: [{ type: "email", value: ada }], reason: "a court file" });

/** A copy that is filled for as long as nobody stops it. */
const filling = async () => {
  let begun = 0;
  const search = copyOfPeople("search", new Map(), new Map(), {
    copyOf: ["crm"],
    refresh: (context) => {
      begun += 1;
      return hanging(null, context);
    },
  });
  const world = await createWorld({ sources: [peopleSource("crm", new Map()), search] });
  return {
    world,
    begun: () => begun,
    refresh: () => world.rights.sources.refresh({ actor, source: "search" }),
    status: async () =>
      unwrap(await world.rights.sources.list({ actor })).sources.find(({ id }) => id === "search"),
  };
};

describe("a library that is stopped", () => {
  it("tells the source that a hold asks, asks no other, and the hold stands", async () => {
    const { asked, told, sources } = silent();
    const world = await createWorld({ sources });
    const placing = hold(world);
    await world.settle();
    const before = [...asked];
    await world.rights.stop();
    const placed = unwrap(await placing);
    expect({ told, asked, notAsked: placed.notAsked }).toEqual({
      told: before,
      asked: before,
      notAsked: ids,
    });
    expect(unwrap(await world.rights.holds.list({ actor, open: true })).holds).toEqual([placed.hold]);
  });

  it("asks nobody for a hold that comes afterwards, and the hold stands", async () => {
    const { asked, sources } = silent();
    const world = await createWorld({ sources });
    await world.rights.stop();
    const placed = unwrap(await hold(world));
    expect({ asked, notAsked: placed.notAsked }).toEqual({ asked: [], notAsked: ids });
    expect(unwrap(await world.rights.holds.list({ actor, open: true })).holds).toEqual([placed.hold]);
  });

  it("breaks off a refresh, and says so", async () => {
    const { world, refresh, status } = await filling();
    const refreshing = refresh();
    await world.settle();
    await world.rights.stop();
    const error = unwrapError(await refreshing);
    expect(error).toMatchObject({ code: "call-failed", adapter: "search", problem: "interrupted" });
    expect(await status()).toMatchObject({ status: "warning", problem: "interrupted" });
  });

  it("begins no refresh afterwards, and leaves how the copy stands", async () => {
    const { world, refresh, begun, status } = await filling();
    const before = await status();
    await world.rights.stop();
    expect(unwrapError(await refresh())).toMatchObject({ code: "call-failed", problem: "interrupted" });
    expect({ begun: begun(), status: await status() }).toEqual({ begun: 0, status: before });
  });

  it("looks nobody up for a reply that acknowledges, whose token stays good", async () => {
    let lookedUp = 0;
    const world = await createWorld({
      sources: [peopleSource("crm", new Map())],
      addresses: {
        tenantAdmin: () => {
          lookedUp += 1;
          return "tenant-admin@northwind.example";
        },
        support: () => "support@northwind.example",
      },
    });
    const submission = { actor, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    const token = replyTokenOf(world.token());
    const before = lookedUp;
    await world.rights.stop();
    const reply = { token, from: "tenant-admin@northwind.example" };
    expect(unwrapError(await world.rights.requests.acknowledgeByReply(reply)).code).toBe("storage-failed");
    expect(lookedUp).toBe(before);
    const next = await createWorld(world.options, world.tables, world.clock);
    expect(unwrap(await next.rights.requests.acknowledgeByReply(reply)).id).toBe(request.id);
  });

  it("begins with nobody of a sweep", async () => {
    const held = new Map([[ada, [{}]]]);
    const world = await createWorld({ sources: [peopleSource("crm", held)] });
    await world.rights.stop();
    const sweep = unwrap(
      await world.rights.sweeps.eraseMany({
        ...{ actor, reason: "retention", category: "customer-data" },
        async *people() {
          yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
        },
      }),
    );
    expect(unwrap(await sweep.end()).status).toBe("stopped");
    expect(held.has(ada)).toBe(true);
  });
});
