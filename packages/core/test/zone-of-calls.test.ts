import { unwrap } from "@subject-rights/testing";
import { expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

it("sources are told in which time zone the controller's days are, by requests and by sweeps", async () => {
  const told: (string | undefined)[] = [];
  const source = peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]), {
    locate: async (_, { timeZone }) => {
      told.push(timeZone);
      return [];
    },
    erase: async (_, { timeZone }) => {
      told.push(timeZone);
      return [];
    },
  });
  const world = await createWorld({ sources: [source], timeZone: "Europe/Berlin" });
  await world.acknowledged("erasure");
  const byRequest = told.splice(0);
  const sweep = unwrap(
    await world.rights.sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
      },
    }),
  );
  unwrap(await sweep.end());
  for (const all of [byRequest, told]) {
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all)).toEqual(new Set(["Europe/Berlin"]));
  }
});
