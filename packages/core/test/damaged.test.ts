import { generateKeyPairSync } from "node:crypto";
import {
  createSubjectRights,
  defaultRules,
  ed25519Signer,
  type StoredRequest,
  systemRandomness,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { fromStored, toStored } from "../src/runner/record.ts";
import { pathsIn, replaced } from "./damaging.ts";
import { ada, admin, createWorld, peopleSource, tenantAdmin } from "./world.ts";

const hour = 3_600_000;
const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });

/** What somebody, or newer code, may have made of a record. */
const damages: Readonly<Record<string, (stored: StoredRequest) => unknown>> = {
  "of a form that never was": (stored) => ({ ...stored, state: { ...stored.state, form: 0.5 } }),
  "without a state": (stored) => ({ ...stored, state: null }),
  "of another version": (stored) => ({ ...stored, version: stored.version + 7 }),
  "with a kind that there is not": (stored) => ({ ...stored, kind: "rectification" }),
  "with a time that is none": (stored) => ({ ...stored, receivedAt: "yesterday", wakeAt: "soon" }),
  "with nothing for what it stands at": (stored) => ({ ...stored, standings: [{ x: 1 }] }),
  "with no list of what it stands at": (stored) => ({ ...stored, standings: 7 }),
  "with a time since when it stands at something, which is none": (stored) => ({
    ...stored,
    standings: [{ for: "task", since: "yesterday" }],
  }),
  "whose steps are gone": (stored) => {
    const { steps: _, ...request } = stored.state["request"] as Record<string, unknown>;
    return { ...stored, state: { ...stored.state, request } };
  },
  "with nothing but its name in its state": (stored) => {
    const { tenant, id, version } = stored;
    return { ...stored, state: { form: 1, request: { tenant, id, version } } };
  },
};

const damagedWorld = async (damage: (stored: StoredRequest) => unknown, options = {}) => {
  const people = new Map([[ada, [{}]]]);
  const world = await createWorld({ sources: [peopleSource("crm", people)], ...options });
  const submitted = await world.rights.requests.submit({
    actor: admin,
    kind: "erasure",
    category: "customer-data",
    email: "lost@example.org",
  });
  const { id } = unwrap(submitted).request;
  await world.settle();
  const erased = await world.acknowledged("erasure");
  for (const [place, stored] of world.tables.requests)
    if (stored.id === id) world.tables.requests.set(place, damage(stored) as StoredRequest);
  return { world, id, erased };
};

describe.each(Object.entries(damages))("one record %s", (name, damage) => {
  it("is named in the lists, and the others are there", async () => {
    const { world, id, erased } = await damagedWorld(damage);
    const { requests, sources, holds, audit } = world.rights;
    const listed = unwrap(await requests.list({ actor: admin }));
    expect(listed.requests.map((each) => each.id)).toEqual([erased]);
    expect(listed.damaged).toEqual([{ id }]);
    expect(unwrap(await requests.list({ actor: admin, open: false })).requests).toHaveLength(1);
    expect(unwrapError(await requests.read({ actor: admin, requestId: id })).code).toBe("damaged");
    for (const due of [requests.overdue({ actor: admin }), requests.due({ actor: admin, within: 40 })])
      expect(unwrap(await due).damaged).toEqual([{ id }]);
    expect(unwrap(await sources.list({ actor: admin }))).toMatchObject({
      sources: [{ id: "crm", status: "succeeded" }],
      damaged: [{ id }],
    });
    const identifiers = [{ type: "email", value: "p1@example.org" }];
    const placed = unwrap(await holds.place({ actor: admin, identifiers, reason: "a claim in court" }));
    unwrap(await holds.lift({ actor: admin, holdId: placed.hold.id, reason: "withdrawn" }));
    const report = unwrap(await audit.verifyAll({ actor: admin }));
    expect(report.findings).toEqual([{ what: "unreadable", chain: id, sequence: null, checkpoint: null }]);
    const made = unwrap(await audit.requestsOf({ actor: admin, email: ada }));
    expect(made).toMatchObject({ requests: [{ id: erased }], damaged: [{ id }] });
    const health = unwrap(await world.rights.health());
    expect(health.status).not.toBe("down");
    expect(health.waiting).not.toBeNull();
    if (name.includes("stands at")) expect(health.unreadable).toMatchObject([{ tenant: "northwind", id }]);
  });

  it("holds up nobody else: others are taken in, worked on and put under checkpoints", async () => {
    const { world, id } = await damagedWorld(damage, { evidenceSigner: ed25519Signer(String(key)) });
    unwrap(await world.rights.audit.checkpoint({ actor: admin }));
    const copy = await world.acknowledged("export", "b@example.org");
    await world.pass(hour);
    expect((await world.read(copy, tenantAdmin)).outcome).toBe("completed");
    const report = unwrap(await world.rights.audit.verifyAll({ actor: admin }));
    expect(report.findings.map(({ what, chain }) => [what, chain])).toEqual([["unreadable", id]]);
    const next = createSubjectRights(world.options);
    unwrap(await next.start());
    await next.stop();
  });
});

it("whatever is missing from a record, it is named, and never met as an exception", async () => {
  const { world, id, erased } = await damagedWorld((stored) => stored);
  const [place, whole] = [...world.tables.requests].find(([, stored]) => stored.id === id) ?? [];
  if (place === undefined || whole === undefined) throw new Error("not stored");
  const paths = pathsIn(whole);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom(undefined, 7, "x", null),
      async (path, value) => {
        if (path.join() === "id" || path.join() === "tenant") return;
        world.tables.requests.set(place, replaced(whole, path, value) as StoredRequest);
        const { requests, damaged } = unwrap(await world.rights.requests.list({ actor: admin }));
        const named = [...requests, ...damaged].map((each) => each.id);
        expect(named.toSorted()).toEqual([id, erased].toSorted());
        unwrap(await world.rights.requests.overdue({ actor: admin }));
        unwrap(await world.rights.sources.list({ actor: admin }));
        unwrap(await world.rights.audit.verifyAll({ actor: admin }));
      },
    ),
    { numRuns: inject("isThorough") ? 300 : 30 },
  );
});

describe("what cannot be read of the others", () => {
  it("a hold is named among the holds, and still stands", async () => {
    const { world } = await damagedWorld((stored) => stored);
    const place = async (value: string) =>
      unwrap(
        await world.rights.holds.place({
          actor: admin,
          identifiers: [{ type: "email", value }],
          reason: "a claim in court",
        }),
      ).hold.id;
    const [one, other] = [await place("p1@example.org"), await place("p2@example.org")];
    for (const [key, hold] of world.tables.holds)
      if (hold.id === one) world.tables.holds.set(key, { ...hold, state: {}, until: "some day" });
    const { holds, damaged } = unwrap(await world.rights.holds.list({ actor: admin }));
    expect([holds.map(({ id }) => id), damaged]).toEqual([[other], [{ id: one }]]);
    expect(unwrapError(await world.rights.holds.read({ actor: admin, holdId: one })).code).toBe("damaged");
  });

  it.each<[string, object]>([
    ["what it says", { state: {} }],
    ["anything", { state: "gone", until: "some day", placedAt: "once", open: 7 }],
    ["who placed it", { state: { placedBy: 7, reason: "a claim in court", lifted: null } }],
  ])("a hold, %s, still stops whom it is on, is told, and can be lifted", async (...[, damage]) => {
    const people = new Map([[ada, [{}]]]);
    const world = await createWorld({ sources: [peopleSource("crm", people)] });
    const identifiers = [{ type: "email", value: ada }];
    const placed = await world.rights.holds.place({ actor: admin, identifiers, reason: "a claim in court" });
    const { id } = unwrap(placed).hold;
    for (const [key, hold] of world.tables.holds)
      world.tables.holds.set(key, { ...hold, ...damage } as never);
    const erased = await world.acknowledged("erasure");
    await world.pass(3 * hour);
    expect(people.size).toBe(1);
    expect((await world.read(erased)).waitingFor).toMatchObject([
      { for: "work", work: "look-at-hold", problem: "damaged", hold: id },
      { for: "hold", hold: id },
    ]);
    expect(unwrap(await world.rights.health()).status).toBe("failing");
    expect(world.errors).toContainEqual(expect.objectContaining({ code: "damaged", hold: id }));
    const told = world.notifier.sent.filter(({ notice }) => notice.type === "trouble");
    expect(told.map(({ notice }) => notice)).toMatchObject([{ problem: "damaged", hold: id }]);
    const lift = { actor: admin, holdId: id, reason: "nobody can read why it stands" };
    expect(unwrap(await world.rights.holds.lift(lift)).lifted).toMatchObject({ reason: lift.reason });
    await world.pass(hour);
    expect(await world.read(erased)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(unwrap(await world.rights.holds.list({ actor: admin })).damaged).toEqual([]);
    expect(unwrap(await world.rights.health()).status).toBe("ok");
  });

  it("a status of a source shows a warning on its own row", async () => {
    const { world } = await damagedWorld((stored) => stored);
    for (const [key, status] of world.tables.statuses)
      world.tables.statuses.set(key, { ...status, status: "fine" as never });
    const rows = unwrap(await world.rights.sources.list({ actor: admin })).sources;
    expect(rows).toMatchObject([{ id: "crm", status: "warning", problem: "invalid-answer" }]);
  });
});

describe("a suppression of which cannot be read", () => {
  const someInstant = "2026-11-01T00:00:00.000Z";
  it.each<[string, object, { readonly isNamed: boolean }]>([
    ["whether it is lifted", { lifted: { x: 1 } }, { isNamed: true }],
    ["who has lifted it", { lifted: { at: someInstant, reason: "consent" } }, { isNamed: true }],
    ["when it was lifted", { lifted: { at: "lately", by: "a", reason: "consent" } }, { isNamed: true }],
    ["its lift, which is a list", { lifted: [] }, { isNamed: true }],
    ["its lift, which is missing", { lifted: undefined }, { isNamed: true }],
    ["what was erased", { category: "medical" }, { isNamed: true }],
    ["why", { reason: "nonsense" }, { isNamed: true }],
    ["when it was over", { endedAt: "some day" }, { isNamed: true }],
    [
      "anything",
      { category: 7, reason: 7, lifted: 7, endedAt: "x", begunAt: "x", person: 7 },
      { isNamed: true },
    ],
    ["nothing", {}, { isNamed: false }],
  ])(
    "%s is never a yes: it stands, is named behind all others, and can be lifted",
    async (...[, damage, { isNamed }]) => {
      const { world, erased } = await damagedWorld((stored) => stored);
      const other = await world.acknowledged("erasure", "b@example.org");
      for (const [key, kept] of world.tables.suppressions)
        world.tables.suppressions.set(
          key,
          kept.map((each) => (each.cause === erased ? ({ ...each, ...damage } as never) : each)),
        );
      const { suppressions } = world.rights;
      const on = { actor: admin, identifiers: [{ type: "email", value: ada }] };
      const copied: { readonly cause: string }[] = [];
      const copy = async () => {
        for await (const each of suppressions.copy({ actor: admin })) copied.push(each);
      };
      if (isNamed)
        await expect(copy()).rejects.toMatchObject({
          code: "damaged",
          message: expect.stringContaining(erased),
        });
      else await copy();
      expect(copied.map(({ cause }) => cause)).toEqual(
        isNamed ? [other] : expect.arrayContaining([erased, other]),
      );
      expect(unwrap(await suppressions.mayTakeIn(on))).toBe(false);
      expect(unwrap(await suppressions.mayTakeIn({ ...on, category: "customer-data" }))).toBe(false);
      const since = new Date("2020-01-01");
      unwrap(await suppressions.replay({ actor: admin, since, category: "customer-data" }));
      expect(unwrap(await suppressions.lift({ ...on, reason: "they have asked for it" }))).toBe(1);
      expect(unwrap(await suppressions.mayTakeIn(on))).toBe(true);
    },
  );

  it("is what a copy says that is put back, where it cannot be read whether it is lifted", async () => {
    const { world, erased } = await damagedWorld((stored) => stored);
    const { suppressions } = world.rights;
    const copied: unknown[] = [];
    const copy = async () => {
      for await (const each of suppressions.copy({ actor: admin })) copied.push(each);
    };
    await copy();
    const damage = (lifted: unknown) => {
      for (const [key, kept] of world.tables.suppressions)
        world.tables.suppressions.set(
          key,
          kept.map((each) => ({ ...each, lifted }) as never),
        );
    };
    damage({ x: 1 });
    expect(unwrapError(await suppressions.rotate({ actor: admin })).code).toBe("damaged");
    const restored = suppressions.restore({ actor: admin, suppressions: copied.slice(0, 1) });
    expect(unwrapError(await restored)).toMatchObject({
      code: "damaged",
      message: expect.stringContaining(erased),
    });
  });
});

describe("one audit entry that cannot be read", () => {
  it.each(["request", "sweep"])("of a %s is named where it stands, and the rest is verified", async (of) => {
    const { world, erased } = await damagedWorld((stored) => ({
      ...stored,
      state: { ...stored.state, form: 0.5 },
    }));
    const { sweeps, requests, audit } = world.rights;
    const people = async function* () {
      yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
    };
    const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const swept = unwrap(await unwrap(await sweeps.eraseMany(order)).end());
    const id = of === "request" ? erased : swept.id;
    for (const [place, entries] of world.tables.audit) {
      const damaged = entries.map((entry) =>
        entry.requestId === id && entry.sequence === 2
          ? { ...entry, detail: "gone", at: "yesterday" }
          : entry,
      );
      world.tables.audit.set(place, damaged as never);
    }
    const on = { actor: admin };
    const listed =
      of === "request"
        ? unwrap(await requests.audit({ ...on, requestId: id }))
        : unwrap(await sweeps.audit({ ...on, sweepId: id }));
    expect(listed[1]).toMatchObject({ sequence: 2, action: "unreadable", detail: {} });
    const { findings, chains } = unwrap(await audit.verifyAll(on));
    expect(findings).toContainEqual({ what: "changed", chain: id, sequence: 2, checkpoint: null });
    expect(findings.map(({ what }) => what).sort()).toEqual(["changed", "unreadable"]);
    expect(chains).toBe(2);
  });
});

describe("what a sweep that is over has kept of somebody, and of which cannot be read", () => {
  const retained = {
    collection: "people",
    outcome: "retained",
    reason: "the books",
    until: "2040-01-01",
  } as const;
  /** Ada was swept, and something is retained of her; then somebody has changed what is kept of that. */
  const sweptWorld = async (damage: object) => {
    const people = new Map(["a@example.org", ada].map((each) => [each, [{}]]));
    const kept = peopleSource("crm", people, {
      erase: async (subject) => {
        const isThere = subject.values("email").some((each) => people.has(each));
        return [isThere ? { ...retained, count: 1 } : { collection: "people", outcome: "absent" }];
      },
    });
    const world = await createWorld({ sources: [kept] });
    const sweep = async (...emails: string[]) => {
      const stream = async function* () {
        yield { people: emails.map((value) => ({ identifiers: [{ type: "email", value }] })), cursor: "1" };
      };
      const order = { actor: admin, reason: "retention", category: "customer-data", people: stream } as const;
      return unwrap(await unwrap(await world.rights.sweeps.eraseMany(order)).end());
    };
    const { id } = await sweep(ada);
    for (const [place, parts] of world.tables.sweepParts)
      world.tables.sweepParts.set(
        place,
        new Map([...parts].map(([number, part]) => [number, { ...part, ...damage } as never])),
      );
    return { world, sweep, id };
  };

  it.each<[string, object]>([
    ["what it says", { info: {} }],
    ["of which kind it is", { kind: "of a newer version" }],
    ["whether it is anything", { kind: 7, info: "gone", sealed: 7 }],
    ["what stayed", { info: { mark: "m", category: "customer-data", at: "x", sources: { crm: ["gone"] } } }],
    ["in which category", { info: { mark: "m", category: "medical", at: "x", sources: {} } }],
  ])(
    "%s: it is named where it is needed, told, costs nobody else anything, and can be given up",
    async (...[, damage]) => {
      const { world, sweep, id } = await sweptWorld(damage);
      const { rights } = world;
      const erased = await world.acknowledged("erasure");
      await world.pass(hour);
      const waits = { for: "work", work: "work crm", problem: "damaged", sweep: id };
      expect((await world.read(erased)).waitingFor).toMatchObject([waits]);
      expect(unwrap(await rights.health())).toMatchObject({
        status: "failing",
        waiting: [{ for: "work", count: 1 }],
      });
      expect(world.errors).toContainEqual(expect.objectContaining({ code: "damaged", sweep: id }));
      const letters = world.notifier.sent.filter(({ notice }) => notice.type === "trouble");
      expect(letters.map(({ notice }) => notice)).toMatchObject([{ problem: "damaged", sweep: id }]);
      unwrap(
        await rights.requests.cancel({ actor: admin, requestId: erased, reason: "to look at the others" }),
      );
      const next = await sweep(ada, "a@example.org");
      expect(next.counts).toMatchObject({ retained: 1, leftBehind: 1 });
      expect(unwrap(await rights.sweeps.leftBehind({ actor: admin, sweepId: next.id }))).toMatchObject([
        { problem: "damaged" },
      ]);
      const on = { actor: admin, sweepId: id, reason: "nobody can read it any more" };
      expect(unwrap(await rights.sweeps.settle(on)).settled).toMatchObject({ reason: on.reason });
      expect(unwrapError(await rights.sweeps.settle(on)).code).toBe("not-possible-now");
      const again = unwrap(await unwrap(await rights.sweeps.retry({ actor: admin, sweepId: next.id })).end());
      expect(again.counts).toMatchObject({ retained: 2, leftBehind: 0 });
      const later = await world.acknowledged("erasure");
      await world.pass(hour);
      expect((await world.read(later)).waitingFor).toEqual([]);
      expect((await world.read(later)).sources).toMatchObject([{ outcomes: [{ outcome: "retained" }] }]);
      expect(unwrap(await rights.audit.verifyAll({ actor: admin })).findings).toEqual([]);
    },
  );
});

it("whatever is missing from the record of a sweep, it is named, and never met as an exception", async () => {
  const world = await createWorld({
    sources: [peopleSource("crm", new Map([[ada, [{}]]]))],
    evidenceSigner: ed25519Signer(String(key)),
  });
  const { sweeps, suppressions } = world.rights;
  const people = async function* () {
    yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
  };
  const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
  const swept: string[] = [];
  for (let each = 0; each < 2; each += 1)
    swept.push(unwrap(await unwrap(await sweeps.eraseMany(order)).end()).id);
  const [place, whole] = [...world.tables.sweeps].find(([, stored]) => stored.id === swept[0]) ?? [];
  if (place === undefined || whole === undefined) throw new Error("not stored");
  const paths = pathsIn(whole).filter((path) => path.join() !== "id" && path.join() !== "tenant");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom(undefined, 7, "x", null),
      async (path, value) => {
        world.tables.sweeps.set(place, replaced(whole, path, value) as never);
        const listed = unwrap(await sweeps.list({ actor: admin }));
        const named = [...listed.sweeps, ...listed.damaged].map((each) => each.id);
        expect(named.toSorted()).toEqual(swept.toSorted());
        const since = new Date("2020-01-01");
        unwrap(await suppressions.replay({ actor: admin, since, category: "customer-data" }));
        const identifiers = [{ type: "email", value: "p1@example.org" }];
        unwrap(await world.rights.holds.place({ actor: admin, identifiers, reason: "a claim in court" }));
        unwrap(await world.rights.audit.verifyAll({ actor: admin }));
      },
    ),
    { numRuns: inject("isThorough") ? 300 : 25 },
  );
});

it("somebody left behind who cannot be read keeps nobody else from being tried again", async () => {
  const people = new Map(["a@example.org", "b@example.org"].map((each) => [each, [{}]]));
  let isDown = true;
  const world = await createWorld({
    sources: [
      peopleSource("crm", people, {
        erase: async (subject) => {
          if (isDown) throw new Error("down");
          const count = subject.values("email").filter((each) => people.delete(each)).length;
          return [{ collection: "people", outcome: "erased", count }];
        },
      }),
    ],
  });
  const { sweeps } = world.rights;
  const stream = async function* () {
    const named = [...people.keys()].map((value) => ({ identifiers: [{ type: "email", value }] }));
    yield { people: named, cursor: "1" };
  };
  const order = { actor: admin, reason: "retention", category: "customer-data", people: stream } as const;
  const { id, counts } = unwrap(await unwrap(await sweeps.eraseMany(order)).end());
  expect(counts.leftBehind).toBe(2);
  isDown = false;
  const parts = [...world.tables.sweepParts.values()].flatMap((each) => [...each]);
  const [number, part] = parts[0] ?? [];
  for (const [place, kept] of world.tables.sweepParts) {
    if (number === undefined || part === undefined) continue;
    world.tables.sweepParts.set(place, new Map([...kept, [number, { ...part, sealed: "AAAA" }]]));
  }
  const on = { actor: admin, sweepId: id };
  // Why somebody was left behind cannot be read either: that one is named, and the other is as it was.
  const whole = [...world.tables.sweepParts];
  for (const [place, kept] of whole) {
    if (number === undefined || part === undefined) continue;
    world.tables.sweepParts.set(place, new Map([...kept, [number, { ...part, info: { code: 7 } }]]));
  }
  expect(unwrap(await sweeps.leftBehind(on)).map(({ problem }) => problem)).toEqual([
    "damaged",
    "unavailable",
  ]);
  for (const [place, kept] of whole) world.tables.sweepParts.set(place, kept);
  const again = unwrap(await unwrap(await sweeps.retry(on)).end());
  expect(again).toMatchObject({ status: "completed-with-exceptions", counts: { erased: 1, leftBehind: 1 } });
  // The source is up: why they are left behind by now is that nobody can read who they are.
  const damaged = { problem: "damaged", source: null, retryable: false };
  expect(unwrap(await sweeps.leftBehind(on))).toMatchObject([damaged]);
  const entries = unwrap(await sweeps.audit(on)).filter(({ action }) => action === "person-left-behind");
  expect(entries.at(-1)?.detail).toMatchObject({ problem: "damaged" });
  const once = unwrap(await unwrap(await sweeps.retry(on)).end());
  expect(once).toMatchObject({ status: "completed-with-exceptions", counts: { erased: 1, leftBehind: 1 } });
  // What is stored of them stands as it was: somebody may know how to mend it.
  const kept = [...world.tables.sweepParts.values()].flatMap((each) => [...each.values()]);
  expect(kept.filter(({ kind }) => kind === "left-behind").map(({ sealed }) => sealed)).toEqual(["AAAA"]);
  expect(unwrap(await sweeps.settle({ ...on, reason: "nobody can read who it is" })).settled).not.toBeNull();
});

it("a record that nobody could read is not written at all", async () => {
  const world = await createWorld({ sources: [peopleSource("crm", new Map())] });
  await world.acknowledged("erasure");
  const [stored] = world.tables.requests.values();
  const request = unwrap(stored && fromStored(stored));
  const write = (change: object) =>
    toStored({ ...request, ...change }, null, defaultRules, systemRandomness).map((written) => written.state);
  expect(unwrap(write({}))).toEqual(stored?.state);
  for (const change of [{ reason: undefined }, { phase: "over" }, { version: Number.NaN }])
    expect(unwrapError(write(change as object)).code).toBe("damaged");
});
