import type { InvalidInput, Row } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

const everybody = () => new Map<string, Row[]>([[ada, [{}]]]);
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
const people = async function* () {
  yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
};

/** Three sources: of all tenants, of ours, and of another. */
const office = async (ours = admin.tenant) => {
  const [all, own, other] = [everybody(), everybody(), everybody()];
  const world = await createWorld({
    sources: [
      peopleSource("crm", all),
      peopleSource("shop", own, { tenants: [ours] }),
      peopleSource("other-shop", other, { tenants: ["contoso"] }),
    ],
  });
  return { world, left: () => [all.size, own.size, other.size] };
};

describe("a source of certain tenants", () => {
  it("has no part in a request of another", async () => {
    const { world, left } = await office();
    const { outcome, sources } = await world.read(await world.acknowledged("erasure"));
    expect({ outcome, sources: sources.map(({ id }) => id) }).toEqual({
      outcome: "completed",
      sources: ["crm", "shop"],
    });
    expect(left()).toEqual([0, 0, 1]);
    const listed = unwrap(await world.rights.sources.list({ actor: admin })).sources;
    expect(listed.map(({ id }) => id)).toEqual(["crm", "shop"]);
  });

  it("has no part in a sweep of another", async () => {
    const { world, left } = await office();
    const sweep = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    const running = unwrap(await world.rights.sweeps.eraseMany(sweep));
    expect(unwrap(await running.end())).toMatchObject({ status: "completed" });
    expect(left()).toEqual([0, 0, 1]);
  });

  it("makes a tenant unknown that no source names: it is refused, and nothing is called done", async () => {
    const { world, left } = await office("northwind-lamps");
    const { requests, sweeps, suppressions } = world.rights;
    const since = world.clock.now();
    const refused = [
      unwrapError(await requests.submit(submission)),
      unwrapError(
        await sweeps.eraseMany({ actor: admin, reason: "retention", category: "customer-data", people }),
      ),
      unwrapError(await suppressions.replay({ actor: admin, category: "customer-data", since })),
    ];
    expect(refused.map((error) => [error.code, (error as InvalidInput).issues[0]?.path])).toEqual(
      refused.map(() => ["invalid-input", "actor.tenant"]),
    );
    expect(left()).toEqual([1, 1, 1]);
  });
});
