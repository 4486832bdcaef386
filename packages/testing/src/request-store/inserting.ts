import assert from "node:assert/strict";
import type { Json } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { RequestStoreFixture } from "./harness.ts";
import {
  committed,
  entrySample,
  isStored,
  nextVersion,
  otherTenant,
  requestSample,
  stored,
} from "./samples.ts";

const everyKindOfJson: Json = {
  nothing: null,
  yes: true,
  no: false,
  "": "the empty name",
  text: 'quote " backslash \\ line\nbreak \t tab',
  unicode: "Zoë Ångström 山田 👩‍👧 \u202eright to left\u202c ß ﬁ",
  zero: 0,
  negative: -17.25,
  small: 5e-324,
  large: Number.MAX_SAFE_INTEGER,
  huge: 1.7976931348623157e308,
  list: [1, "2", [3, [null, {}]], []],
  nested: { a: { b: { c: { d: [{ e: "deep" }] } } } },
};

export const insertingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("insert: what is stored is read back as it was", async ({ store, dump }) => {
    const request = requestSample("a", {
      claims: ["claim-1", "claim-2"],
      tokenHashes: ["hash-1", "hash-2"],
      wakeAt: "2026-03-02T09:30:00.001Z",
    });
    const bare = requestSample("b", {
      tokenHashes: [],
      sealed: null,
      kind: "export",
      category: "user-telemetry",
    });
    await stored(store, request, bare);
    await isStored(store, request);
    await isStored(store, bare);
    assert.ok((await dump()).includes("state of a"), "what was stored is found by the second door");
  }),

  test("insert: every kind of JSON comes back as it was", async ({ store }) => {
    const request = requestSample("a", { state: { everyKindOfJson } });
    await stored(store, request);
    await isStored(store, request);
  }),

  test("insert: a second open request with the same duplicate key is not stored, and the answer names the first", async ({
    store,
    dump,
  }) => {
    const first = requestSample("first", { duplicateKey: "same" });
    const second = requestSample("second", { duplicateKey: "same" });
    await stored(store, first);
    const answer = await answerOf(store.insert({ request: second, entries: [entrySample(second, 1)] }));
    assert.deepEqual(answer, { outcome: "duplicate", requestId: "first" });
    await isStored(store, first);
    assert.equal(await answerOf(store.read(second)), undefined);
    assert.ok(!(await dump()).includes("second"), "nothing of the refused request is stored");
  }),

  test("insert: of many with the same duplicate key at the same moment, one is stored", async ({ store }) => {
    const requests = Array.from({ length: 8 }, (_, index) =>
      requestSample(`r${index}`, { duplicateKey: "same" }),
    );
    const answers = await Promise.all(
      requests.map((request) => answerOf(store.insert({ request, entries: [entrySample(request, 1)] }))),
    );
    const winners = requests.filter((_, index) => answers[index]?.outcome === "stored");
    assert.equal(winners.length, 1, "exactly one is stored");
    for (const answer of answers) {
      if (answer.outcome === "duplicate") assert.equal(answer.requestId, winners[0]?.id);
    }
    const { requests: listed } = await answerOf(store.list({ tenant: requests[0]?.tenant ?? "", limit: 10 }));
    assert.deepEqual(listed, winners);
  }),

  test("insert: a closed request frees its duplicate key", async ({ store }) => {
    const first = requestSample("first", { duplicateKey: "same" });
    await stored(store, first);
    await committed(store, nextVersion(first, { open: false }));
    await stored(store, requestSample("second", { duplicateKey: "same" }));
  }),

  test("insert: another tenant's duplicate keys and ids are its own", async ({ store }) => {
    const here = requestSample("same-id", { duplicateKey: "same" });
    const there = { ...here, tenant: otherTenant, state: { marker: "of the other tenant" }, tokenHashes: [] };
    await stored(store, here, there);
    await isStored(store, here);
    await isStored(store, there);
  }),

  test("insert: an id that the tenant has already is an error, and replaces nothing", async ({ store }) => {
    const request = requestSample("a");
    await stored(store, request);
    const again = requestSample("a", { duplicateKey: "another", state: { marker: "another" } });
    await errorOf(store.insert({ request: again, entries: [] }), "an id that is taken must be refused");
    await isStored(store, request);
  }),

  test("insert and read: nobody shares an object with the store", async ({ store }) => {
    const state = { steps: ["first"] };
    const handedIn = requestSample("a", { state });
    const expected = structuredClone(handedIn);
    await stored(store, handedIn);
    state.steps.push("changed after it was handed in");
    await isStored(store, expected);
    const handedOut = await answerOf(store.read(expected));
    const steps = handedOut?.state["steps"];
    assert.ok(Array.isArray(steps));
    steps.push("changed after it was handed out");
    await isStored(store, expected);
  }),
];
