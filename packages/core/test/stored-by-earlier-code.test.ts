import { createHash } from "node:crypto";
import { formToday, keyWrapping, type PeopleStream } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { holdForms } from "../src/forms/hold-forms.ts";
import { requestForms } from "../src/forms/requests/forms.ts";
import { sweepForms } from "../src/forms/sweeps/forms.ts";
import { hashOf, reopened, storedForms, toldIn, wrappedIn } from "./forms/stored.ts";
import { admin, tenantAdmin } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const second = { ...admin, id: "admin-2" };
const email = (name: string) => ({ type: "email", value: `${name}@example.org` });

/** Nobody edits what was stored: a new form gets a new folder, and a new line here. */
const hashes: Readonly<Record<string, string>> = {
  1: "57c5bd4920dee9ae2b9e123fe9fdfca334ac8ff60d20da52700b9e4a7978deea",
};

it("what earlier code has stored is what it was", () => {
  expect(Object.fromEntries(storedForms.map((form) => [form, hashOf(form)]))).toEqual(hashes);
});

describe.each(storedForms)("what was stored in form %s", (form) => {
  const told = toldIn(form);
  const storyOf = (id: string) => Object.entries(told.stories).find(([, each]) => each === id)?.[0];

  it("reads as it did on its day", async () => {
    const { world } = await reopened(form);
    const { requests, sweeps, holds, audit, suppressions } = world.rights;
    const listed = unwrap(await requests.list({ actor: admin }));
    expect(listed.damaged).toEqual([]);
    expect(Object.fromEntries(listed.requests.map((view) => [storyOf(view.id), view]))).toMatchObject(
      told.views,
    );
    expect(listed.requests).toHaveLength(Object.keys(told.stories).length);
    const swept = unwrap(await sweeps.list({ actor: admin }));
    expect(swept.damaged).toEqual([]);
    for (const [story, sweepId] of Object.entries(told.sweeps))
      expect(unwrap(await sweeps.read({ actor: admin, sweepId }))).toMatchObject(
        told.sweepViews[story] ?? {},
      );
    const held = unwrap(await holds.list({ actor: admin }));
    expect([held.damaged, held.holds.map(({ id, lifted }) => [id, lifted !== null])]).toEqual([
      [],
      expect.arrayContaining([
        [told.holds.held, false],
        [told.holds.lifted, true],
      ]),
    ]);
    // Whatever was signed then is signed now: nothing was changed by being read.
    expect(unwrap(await audit.verifyAll({ actor: admin })).findings).toEqual([]);
    const mayTakeIn = async (name: string) =>
      unwrap(await suppressions.mayTakeIn({ actor: admin, identifiers: [email(name)] }));
    expect([await mayTakeIn("clean"), await mayTakeIn("linked")]).toEqual([false, true]);
    expect(unwrap(await world.rights.health()).unreadable).toEqual([]);
  });

  it("opens: the packages, and the keys", async () => {
    const { world } = await reopened(form);
    const fetched = unwrap(await world.rights.packages.download({ token: told.tokens["link"] ?? "" }));
    const hash = createHash("sha256");
    for await (const chunk of fetched.read()) hash.update(chunk);
    expect(hash.digest("hex")).toBe(told.views["package by link"]?.package?.sha256);
    const { masterKey, wrapped } = wrappedIn(form);
    expect(keyWrapping({ masterKey }).unwrap("request/northwind/1", wrapped)).toEqual(
      new Uint8Array(32).fill(3),
    );
  });

  it("comes to its right end", async () => {
    const { world, holdings } = await reopened(form);
    const { requests, sweeps, holds } = world.rights;
    const idOf = (story: string) => told.stories[story] ?? "";
    const on = (story: string, actor = admin) => ({ actor, requestId: idOf(story) });
    holdings.down.clear();
    await world.pass(3 * hour);
    // Of somebody named by an address alone nobody knows after a day whether it is theirs still.
    const gone: PeopleStream = async function* (cursor) {
      if (cursor === "1")
        yield {
          people: ["stopped-2", "hangs-2"].map((name) => ({ identifiers: [email(name)] })),
          cursor: "2",
        };
    };
    for (const story of ["stopped", "running"]) {
      const sweepId = told.sweeps[story] ?? "";
      unwrap(await unwrap(await sweeps.goOn({ actor: admin, sweepId, people: gone })).end());
      expect(unwrap(await unwrap(await sweeps.retry({ actor: admin, sweepId })).end()).status).toBe(
        "completed",
      );
    }
    const left = { actor: admin, sweepId: told.sweeps["with people left behind"] ?? "" };
    expect(unwrap(await unwrap(await sweeps.retry(left)).end()).counts).toMatchObject({ leftBehind: 1 });
    // Nobody had lifted it by then.
    expect((await world.read(idOf("held"))).waitingFor).toMatchObject([{ for: "hold" }]);
    for (const story of ["received", "received for a copy"])
      unwrap(await requests.acknowledge({ token: told.tokens[story] ?? "" }));
    unwrap(await requests.resume(on("identity in doubt")));
    const [{ decision = "" } = {}] = unwrap(await requests.reveal(on("waits for a decision"))).undecided;
    const answer = { decision, answer: "same-person", reason: "they say so" } as const;
    unwrap(await requests.decideIdentifier({ ...on("waits for a decision"), ...answer }));
    const done = { source: "paper", answer: "done", note: "shredded" } as const;
    holdings.rows.paper.clear();
    unwrap(await requests.answerTask({ ...on("waits for a task"), ...done }));
    const { hash: plan } = unwrap(await requests.preview(on("waits for approval", second)));
    unwrap(await requests.approve({ ...on("waits for approval", second), plan }));
    unwrap(await holds.lift({ actor: admin, holdId: told.holds.held, reason: "the case is closed" }));
    unwrap(await requests.cancel({ ...on("key is lost"), reason: "nobody can say who it was" }));
    await world.skip(8 * day);
    await world.pass(2 * hour);
    const ends: Record<string, unknown> = {};
    for (const [story, requestId] of Object.entries(told.stories))
      ends[story] = (await world.read(requestId, tenantAdmin)).outcome;
    const closed = Object.entries(told.views).flatMap(([story, { outcome }]) =>
      outcome === null ? [] : [[story, outcome]],
    );
    expect(ends).toEqual({
      ...Object.fromEntries(closed),
      "opens again": "completed",
      "opened again, and its source is down": "completed",
      received: "completed",
      "received for a copy": "completed",
      "waits for a decision": "completed",
      "waits for a task": "completed",
      held: "completed",
      "identity in doubt": "completed",
      "waits for approval": "completed",
      "copy is down": "completed",
      "source is down": "completed",
      "waits for another request": "completed",
      collecting: "completed",
      "key is lost": "cancelled",
    });
    expect(unwrap(await world.rights.audit.verifyAll({ actor: admin })).findings).toEqual([]);
    expect(unwrap(await world.rights.health()).unreadable).toEqual([]);
    expect(world.errors).toEqual([]);
  });
});

it("of the first form a request and a sweep may lack what was not kept from the beginning", async () => {
  const { world, told } = await reopened("1", ({ requests, sweeps }) => {
    for (const [place, stored] of requests) {
      const state = structuredClone(stored.state) as unknown as { request: Record<string, unknown> };
      const { endedAt: _, named: __, standings: ___, closedBefore, ...request } = state.request;
      const { grades: ____, ...before } = (closedBefore ?? {}) as Record<string, unknown>;
      for (const step of request["steps"] as Record<string, unknown>[]) delete step["title"];
      const older = { ...request, ...(closedBefore !== undefined && { closedBefore: before }) };
      requests.set(place, { ...stored, state: { form: 1, request: older } as never });
    }
    for (const [place, stored] of sweeps) {
      const state = structuredClone(stored.state) as unknown as {
        sweep: Record<"counts" | "records", never>;
      };
      for (const each of [state.sweep.counts, ...(state.sweep.records as never[])]) delete each["kept"];
      sweeps.set(place, { ...stored, state: state as never });
    }
  });
  const { requests, sweeps, audit } = world.rights;
  const listed = unwrap(await requests.list({ actor: admin }));
  expect(listed.damaged).toEqual([]);
  for (const view of listed.requests) {
    const story = Object.keys(told.stories).find((each) => told.stories[each] === view.id) ?? "";
    expect(view).toMatchObject(told.views[story] ?? {});
  }
  for (const [story, sweepId] of Object.entries(told.sweeps))
    expect(unwrap(await sweeps.read({ actor: admin, sweepId }))).toMatchObject(told.sweepViews[story] ?? {});
  // It was not we who took that away.
  expect(unwrap(await audit.verifyAll({ actor: admin })).findings.map(({ what }) => what)).toContain(
    "unsigned",
  );
  const [stored] = world.tables.requests.values();
  expect(stored?.state["form"]).toBe(1);
});

it("every form but that of today stands in what was stored", async () => {
  const tables = await Promise.all(storedForms.map(async (form) => (await reopened(form)).tables));
  const formsOf = (table: "requests" | "sweeps" | "holds") =>
    new Set(tables.flatMap((each) => [...each[table].values()].map(({ state }) => state["form"] ?? 1)));
  for (const [table, forms] of [
    ["requests", requestForms],
    ["sweeps", sweepForms],
    ["holds", holdForms],
  ] as const)
    for (let form = 1; form < formToday(forms); form += 1) expect(formsOf(table)).toContain(form);
});
