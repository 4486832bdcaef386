import {
  type CollectionOutcome,
  defineDataSource,
  type GivenIdentifier,
  type Identifier,
  orThrow,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, tenantAdmin, type World } from "./world.ts";

const retained: CollectionOutcome = {
  collection: "invoices",
  outcome: "retained",
  count: 1,
  reason: "§ 147 AO",
  until: "2100-12-31",
};
const number = (value: string): Identifier => ({ type: "customer-number", value });
const account: Identifier = { type: "account", value: "a-1" };
const phone: Identifier = { type: "telephone", value: "0301" };

/** Keeps an invoice of whoever asks first, and finds nothing of whoever comes later. */
const archive = () => {
  let erased = 0;
  return defineDataSource({
    id: "archive",
    title: "Archive",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["email", "customer-number", "account"],
    locate: async () => [],
    verify: async () => [],
    erase: async () => (erased++ === 0 ? [retained] : [{ collection: "invoices", outcome: "absent" }]),
    async *export() {
      yield { collection: "invoices", rows: [] };
    },
  });
};

const asks = async (world: World, kind: "erasure" | "export", identifiers: readonly GivenIdentifier[]) => {
  const actor = kind === "erasure" ? admin : tenantAdmin;
  const asked = { actor, kind, category: "customer-data", email: ada, identifiers } as const;
  const { request } = unwrap(await world.rights.requests.submit(asked));
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
  await world.pass(60_000);
  return world.read(request.id);
};

const sweeps = async ({ rights }: World, identifiers: readonly GivenIdentifier[]) => {
  const running = await rights.sweeps.eraseMany({
    actor: admin,
    reason: "retention",
    category: "customer-data",
    people: async function* () {
      yield { people: [{ identifiers: [{ type: "email", value: ada }, ...identifiers] }], cursor: "1" };
    },
  });
  return orThrow(await orThrow(running).end());
};

/** Of all three ways to look, whether what was left is told; by a copy, in its letter. */
const told = async (world: World, identifiers: readonly GivenIdentifier[]) => {
  const copy = await asks(world, "export", identifiers);
  const delivery = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery")?.notice;
  const erasure = await asks(world, "erasure", identifiers);
  const { counts } = await sweeps(world, identifiers);
  return [
    JSON.stringify(delivery).includes("invoices"),
    copy.outcome === "completed-with-exceptions",
    erasure.outcome === "completed-with-exceptions",
    counts.retained === 1,
  ];
};

const yes = [true, true, true, true];
const no = [false, false, false, false];

describe.each(["request", "sweep"] as const)("what a %s has left of somebody", (by) => {
  it.each([
    ["is not told to whoever has their address now, and another number", [number("1")], [number("3")], no],
    ["is told to the same number", [number("1")], [number("1")], yes],
    ["is told where one number of several is the same", [number("1"), account], [number("3"), account], yes],
    ["is told where one of them is known by no number", [number("1")], [], yes],
    ["is told where they are known by numbers of different types", [number("1")], [account], yes],
    ["is not held apart by what people are reached by", [phone], [{ ...phone, value: "0302" }], yes],
  ])("%s", async (_, first, second, expected) => {
    const world = await createWorld({ sources: [archive()] });
    if (by === "request") expect(await asks(world, "erasure", first)).toMatchObject({ phase: "closed" });
    else expect((await sweeps(world, first)).counts.retained).toBe(1);
    expect(await told(world, second)).toEqual(expected);
  });
});
