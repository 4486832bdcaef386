import assert from "node:assert/strict";
import type { RequestStore, StoredRequest } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
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

const claim = (store: RequestStore, request: StoredRequest, claims: readonly string[]) =>
  answerOf(
    store.commit({
      request: nextVersion(request, { claims, state: { marker: `claimed by ${request.id}` } }),
      expectedVersion: request.version,
      entries: [entrySample(request, 2)],
    }),
  );

/** Two requests of one tenant, the first of which holds what is claimed. */
const oneHolding = async (store: RequestStore, claims: readonly string[]) => {
  const [holder, other] = [requestSample("holder"), requestSample("other")];
  await stored(store, holder, other);
  const holding = nextVersion(holder, { claims });
  await committed(store, holding);
  return { holding, other };
};

export const claimingCases = (test: CaseMaker<RequestStoreFixture>): readonly ConformanceCase[] => [
  test("claims: what another open request holds is refused, and nothing is stored", async ({
    store,
    dump,
  }) => {
    const { other } = await oneHolding(store, ["person"]);
    assert.deepEqual(await claim(store, other, ["person"]), { outcome: "claimed", by: "holder" });
    await isStored(store, other);
    const text = await dump();
    assert.ok(!text.includes("claimed by other"), "the refused state is not stored");
    assert.ok(!text.includes(entrySample(other, 2).action), "the refused audit entry is not stored");
  }),

  test("claims: one of several in common is enough to be refused", async ({ store }) => {
    const { other } = await oneHolding(store, ["one", "two"]);
    assert.deepEqual(await claim(store, other, ["two", "three"]), { outcome: "claimed", by: "holder" });
    assert.deepEqual(await claim(store, other, ["three"]), { outcome: "committed" });
  }),

  test("claims: a request keeps what it holds itself", async ({ store }) => {
    const { holding } = await oneHolding(store, ["one"]);
    assert.deepEqual(await claim(store, holding, ["one", "two"]), { outcome: "committed" });
  }),

  test("claims: what is given up is free", async ({ store }) => {
    const { holding, other } = await oneHolding(store, ["one", "two"]);
    await committed(store, nextVersion(holding, { claims: ["two"] }));
    assert.deepEqual(await claim(store, other, ["one"]), { outcome: "committed" });
  }),

  test("claims: a closed request holds what it is stored with, and nothing else", async ({ store }) => {
    const { holding, other } = await oneHolding(store, ["person", "source"]);
    const closed = nextVersion(holding, { open: false, claims: ["source"] });
    await committed(store, closed);
    assert.deepEqual(await claim(store, other, ["source"]), { outcome: "claimed", by: "holder" });
    assert.deepEqual(await claim(store, other, ["person"]), { outcome: "committed" });
    await committed(store, nextVersion(closed, { claims: [] }));
    const third = requestSample("third");
    await stored(store, third);
    assert.deepEqual(await claim(store, third, ["source"]), { outcome: "committed" });
  }),

  test("claims: tenants claim apart from each other", async ({ store }) => {
    await oneHolding(store, ["person"]);
    const elsewhere = requestSample("elsewhere", { tenant: otherTenant });
    await stored(store, elsewhere);
    assert.deepEqual(await claim(store, elsewhere, ["person"]), { outcome: "committed" });
  }),

  test("claims: of many at the same moment over one claim, one wins", async ({ store }) => {
    const requests = Array.from({ length: 8 }, (_, index) => requestSample(`r${index}`));
    await stored(store, ...requests);
    // In both orders, as stores that lock one claim after the other may end up waiting for each other.
    const orders = [
      ["one", "two"],
      ["two", "one"],
    ];
    const answers = await Promise.all(
      requests.map((request, index) => claim(store, request, orders[index % 2] ?? [])),
    );
    const winners = requests.filter((_, index) => answers[index]?.outcome === "committed");
    assert.equal(winners.length, 1, "exactly one gets the claim");
    for (const answer of answers) {
      if (answer.outcome !== "committed")
        assert.deepEqual(answer, { outcome: "claimed", by: winners[0]?.id });
    }
  }),
];
