import type { DataSource, DataSourceDefinition, Row } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { admin, copyOfPeople, createWorld, peopleSource, tenantAdmin, tokenOf, type World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const second = { ...admin, id: "admin-2" };
const both = ["customer-data", "user-data"] as const;
const names = ["received", "planned", "approved", "working", "old", "new"] as const;
const emailOf = (name: string) => `${name}@example.org`;

type Kind = "none" | "origin" | "copy" | "manual";

/** A company whose shop is deployed as something else while requests are under way. */
const company = () => {
  const everybody = () => new Map<string, Row[]>(names.map((name) => [emailOf(name), [{ name }]]));
  const [crm, shop, search] = [everybody(), everybody(), everybody()];
  const state = { isDown: true };
  const whileDown = () => {
    if (state.isDown) throw new Error("down");
  };
  const origin: Partial<DataSourceDefinition> = {
    holds: [...both],
    erase: async (subject) => {
      whileDown();
      const count = subject.values("email").filter((email) => shop.delete(email)).length;
      return [{ collection: "people", outcome: "erased", count }];
    },
    async *export(subject) {
      whileDown();
      yield { collection: "people", rows: subject.values("email").flatMap((email) => shop.get(email) ?? []) };
    },
  };
  const refresh = async () => {
    whileDown();
    shop.clear();
    for (const [email, rows] of crm) shop.set(email, rows);
  };
  const shopAs = (kind: Kind, id = "shop"): readonly DataSource[] => {
    const noErase = { ...origin, erase: undefined as never };
    switch (kind) {
      case "none":
        return [];
      case "origin":
        return [peopleSource(id, shop, origin)];
      case "copy":
        return [peopleSource(id, shop, { ...noErase, kind: "copy", refresh })];
      case "manual":
        return [peopleSource(id, shop, { ...noErase, owner: "owner@northwind.example" })];
    }
  };
  const others = [
    peopleSource("crm", crm, { holds: [...both] }),
    copyOfPeople("search", search, crm, { holds: [...both] }),
  ];
  return {
    state,
    crm,
    shop,
    search,
    deployed: (kind: Kind, id?: string) => [...others, ...shopAs(kind, id)],
  };
};

type Name = (typeof names)[number] | "copied";

/** Old and new code side by side for a day, with requests in every phase under way; then the old one is gone. */
const rolled = async (from: Kind, to: Kind, id?: string) => {
  const { deployed, ...held } = company();
  const options = {
    sources: deployed(from),
    needsApproval: ({ category }: { readonly category: string }) => category === "user-data",
    lookEvery: hour / 2,
  };
  const old = await createWorld(options);
  const ids = new Map<Name, string>();
  const tokens = new Map<Name, string>();
  const submitted = async (world: World, name: Name, category: (typeof both)[number] = "customer-data") => {
    const [kind, actor] =
      name === "copied" ? (["export", tenantAdmin] as const) : (["erasure", admin] as const);
    const asked = { actor, kind, category, email: emailOf(name === "copied" ? "received" : name) } as const;
    ids.set(name, unwrap(await world.rights.requests.submit(asked)).request.id);
    await old.clock.advance(11 * minute);
    const sent = worlds.flatMap(({ notifier }) => notifier.sent);
    tokens.set(name, tokenOf(sent.filter(({ notice }) => notice.requestId === ids.get(name))));
  };
  const begun = async (world: World, ...asked: [Name, (typeof both)[number]?]) => {
    await submitted(world, ...asked);
    unwrap(await world.rights.requests.acknowledge({ token: tokens.get(asked[0]) ?? "" }));
    await old.clock.advance(11 * minute);
  };
  const on = (name: Name, actor = admin) => ({ actor, requestId: ids.get(name) ?? "" });
  const approve = async ({ rights }: World, name: Name) => {
    const { hash, plan } = unwrap(await rights.requests.preview(on(name, second)));
    unwrap(await rights.requests.approve({ ...on(name, second), plan: hash }));
    return plan.sources.map(({ source }) => source);
  };
  const worlds: World[] = [old];
  await submitted(old, "received");
  await begun(old, "planned", "user-data");
  await begun(old, "approved", "user-data");
  await approve(old, "approved");
  await begun(old, "working");
  await begun(old, "copied");

  const next = await createWorld({ ...old.options, sources: deployed(to, id) }, old.tables, old.clock);
  worlds.push(next);
  await old.clock.advance(hour);
  const waitsFor = async (name: Name) =>
    (await next.read(on(name).requestId, tenantAdmin)).waitingFor.map((each) => each.for);
  const putUpAgain = new Map<Name, string>();
  for (const name of ["planned", "approved"] as const) putUpAgain.set(name, (await waitsFor(name)).join());
  await begun(old, "old");
  held.state.isDown = false;
  await begun(next, "new");
  unwrap(await next.rights.requests.acknowledge({ token: tokens.get("received") ?? "" }));
  await old.clock.advance(22 * hour);
  await old.rights.stop();
  await old.clock.advance(8 * hour);
  const read = async (name: Name) => next.read(on(name).requestId, tenantAdmin);
  /** What each waits for once nobody runs the old code any more. */
  const waits = new Map<Name, readonly string[]>();
  for (const name of ids.keys())
    waits.set(
      name,
      (await read(name)).waitingFor.map((each) => each.for),
    );
  const letters = worlds.flatMap(({ notifier }) => notifier.sent.map(({ notice }) => notice));
  return { ...held, next, ids, on, approve, read, waits, putUpAgain, letters };
};

/** What people do who are waited for anyway. */
const finished = async ({ next, ids, on, approve, read, shop }: Awaited<ReturnType<typeof rolled>>) => {
  const planned = new Map<Name, readonly string[]>();
  for (const turn of ["approval", "task", "approval", "task"]) {
    for (const name of ids.keys()) {
      const { waitingFor } = await read(name);
      if (!waitingFor.some((each) => each.for === turn)) continue;
      if (turn === "approval") planned.set(name, await approve(next, name));
      else {
        shop.delete(emailOf(name));
        const done = { source: "shop", answer: "done", note: "shredded" } as const;
        unwrap(await next.rights.requests.answerTask({ ...on(name), ...done }));
      }
    }
    await next.clock.advance(2 * hour);
  }
  await next.clock.advance(8 * hour);
  return planned;
};

describe("old and new code side by side for a day", () => {
  it.each<[Kind, Kind, string?]>([
    ["none", "origin"],
    ["none", "copy"],
    ["none", "manual"],
    ["origin", "origin", "boutique"],
    ["origin", "copy"],
    ["origin", "manual"],
    ["copy", "origin"],
    ["copy", "manual"],
    ["manual", "origin"],
    ["manual", "copy"],
  ])(
    "of a shop that was %s, and is %s by now, every request comes to its right end",
    async (...[from, to, id]) => {
      const world = await rolled(from, to, id);
      // Whoever waits for a person does so for a reason of its own.
      const isByHand = from === "manual" || to === "manual";
      for (const [name, waits] of world.waits)
        for (const each of waits)
          expect([name, each]).toEqual([name, isByHand && each === "task" ? "task" : "approval"]);
      expect(world.waits.get("planned")).toEqual(["approval"]);
      // What was added after an approval puts the plan up again.
      if (id !== undefined) expect(world.putUpAgain.get("approved")).toBe("approval");
      const planned = await finished(world);
      expect(planned.get("planned")).toContain(id ?? "shop");
      for (const name of world.ids.keys()) {
        // Under another id it is another source, and whoever has a part in the one that is gone waits for it.
        if (id !== undefined && (name === "planned" || name === "approved")) continue;
        const view = await world.read(name);
        expect([name, view.outcome, view.waitingFor]).toEqual([name, "completed", []]);
      }
      // Nobody is left where new code knew of the shop before the request was over, whichever code has worked on it.
      for (const name of id === undefined
        ? ["received", "planned", "old", "new"]
        : ["received", "old", "new"])
        expect(world.shop.has(emailOf(name))).toBe(false);
      expect([...world.crm.keys()]).toEqual([]);
    },
  );

  it.each<Kind>(["origin", "copy"])(
    "what was removed while it had a part is named, and the request is never completed (%s)",
    async (from) => {
      const world = await rolled(from, "none");
      expect(world.waits.get("planned")).toEqual(["approval"]);
      await world.approve(world.next, "planned");
      await world.next.clock.advance(8 * hour);
      expect((await world.read("planned")).waitingFor).toEqual([
        { for: "source", source: "shop", problem: "not-registered" },
      ]);
      const settle = { ...world.on("planned"), source: "shop", reason: "the shop was given up" };
      unwrap(await world.next.rights.requests.settleSource(settle));
      await world.next.clock.advance(hour);
      expect((await world.read("planned")).outcome).toBe("completed-with-exceptions");
      // Whatever the old code could do was done as long as it was there.
      for (const name of ["approved", "working", "old"] as const)
        expect((await world.read(name)).outcome).toBe("completed");
    },
  );
});

describe("new code in place of the old", () => {
  it.each<[Kind, Kind, string]>([
    ["origin", "copy", "refresh"],
    ["copy", "origin", "erase"],
    ["origin", "manual", "manual"],
    ["copy", "manual", "manual"],
  ])(
    "does of what was to be done in a shop that was %s, and is %s, what it can: %s",
    async (from, to, task) => {
      const { deployed, state, shop } = company();
      const old = await createWorld({ sources: deployed(from), lookEvery: 10 * minute });
      const requestId = await old.acknowledged("erasure", emailOf("working"));
      await old.pass(hour);
      await old.rights.stop();
      const next = await createWorld({ ...old.options, sources: deployed(to) }, old.tables, old.clock);
      state.isDown = false;
      await next.pass(2 * hour);
      const step = (await next.read(requestId)).sources.find((source) => source.id === "shop");
      expect(step?.task).toBe(task);
      if (task === "manual") {
        shop.clear();
        const done = { source: "shop", answer: "done", note: "shredded" } as const;
        unwrap(await next.rights.requests.answerTask({ actor: admin, requestId, ...done }));
        await next.pass(hour);
      }
      expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
      expect(shop.has(emailOf("working"))).toBe(false);
      const told = next.notifier.sent.filter(
        ({ notice }) => notice.type === "support" && notice.problem !== "unavailable",
      );
      expect(told).toEqual([]);
    },
  );

  it("leaves a plan approved whose source is called otherwise by now", async () => {
    const { deployed, state } = company();
    const sources = deployed("origin");
    const needsApproval = () => true;
    const old = await createWorld({ sources, needsApproval, lookEvery: 10 * minute });
    const requestId = await old.acknowledged("erasure", emailOf("working"));
    const { hash: plan } = unwrap(await old.rights.requests.preview({ actor: second, requestId }));
    unwrap(await old.rights.requests.approve({ actor: second, requestId, plan }));
    await old.pass(hour);
    await old.rights.stop();
    const renamed = sources.map((source) =>
      source.descriptor.id === "shop"
        ? { ...source, descriptor: { ...source.descriptor, title: "The boutique" } }
        : source,
    );
    const next = await createWorld({ ...old.options, sources: renamed }, old.tables, old.clock);
    state.isDown = false;
    await next.pass(8 * hour);
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed" });
  });
});
