import {
  type CollectionOutcome,
  type DataSource,
  defineDataSource,
  type Identifier,
  type Subject,
  type SweepView,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, customerSource, email, number } from "./customers.ts";
import { ada, admin, createWorld } from "./world.ts";

/** Invoices by number, which the law keeps, and orders. */
const ledger = (orders: Set<string>, kept: CollectionOutcome["outcome"] = "retained") => {
  const isHeld = (subject: Subject) => subject.values("customer-number").includes("1");
  return defineDataSource({
    id: "ledger",
    title: "The ledger",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["customer-number", "email"],
    locate: async (subject) => [{ collection: "invoices", count: isHeld(subject) ? 1 : 0 }],
    erase: async (subject): Promise<CollectionOutcome[]> => {
      const erased = subject.values("customer-number").filter((each) => orders.delete(each)).length;
      const ofOrders: CollectionOutcome =
        erased > 0
          ? { collection: "orders", outcome: "erased", count: erased }
          : { collection: "orders", outcome: "absent" };
      const invoice = { collection: "invoices", count: 1, reason: "§ 147 AO" } as const;
      const ofInvoices: CollectionOutcome = !isHeld(subject)
        ? { collection: "invoices", outcome: "absent" }
        : kept === "retained"
          ? { ...invoice, outcome: "retained", until: "2034-12-31" }
          : { ...invoice, outcome: "kept" };
      return [ofOrders, ofInvoices];
    },
  });
};

describe("a person who comes in a sweep more than once", () => {
  const named: readonly (readonly Identifier[])[] = [
    [number("1")],
    [number("1"), email(ada)],
    [email(ada)],
    [number("2")],
  ];
  const swept = async (
    pages: readonly (readonly (readonly Identifier[])[])[],
    { kept, ...others }: { readonly kept?: "kept"; readonly copy?: DataSource } = {},
  ) => {
    const crm = new Set([adaAs(), boAs()]);
    const world = await createWorld({
      sources: [
        customerSource("crm", crm),
        ledger(new Set(["1", "2"]), kept),
        ...(others.copy === undefined ? [] : [others.copy]),
      ],
    });
    const running = await world.rights.sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        for (const [index, page] of pages.entries())
          yield { people: page.map((identifiers) => ({ identifiers })), cursor: String(index) };
      },
    });
    return { world, ...unwrap(await unwrap(running).end()) };
  };
  const invoices = ({ records }: Pick<SweepView, "records">) =>
    records.find(({ collection }) => collection === "invoices");

  it.each([
    ["in one page", [named]],
    ["in pages of their own", named.map((each) => [each])],
    [
      "by the same names in each page",
      [[named[1] ?? []], [named[1] ?? []], [named[3] ?? []], [named[1] ?? []]],
    ],
  ] as const)("is counted as absent from then on, with what the law keeps of them: %s", async (_, pages) => {
    const sweep = await swept(pages);
    expect(sweep).toMatchObject({
      status: "completed-with-exceptions",
      counts: { retained: 1, erased: 1, absent: 2, leftBehind: 0 },
    });
    expect(invoices(sweep)).toMatchObject({ retained: 1, retainedUntil: "2034-12-31" });
    expect(sweep.records.find(({ collection }) => collection === "orders")).toMatchObject({ erased: 2 });
  });

  it("so is what stays for others", async () => {
    const sweep = await swept([named], { kept: "kept" });
    expect(sweep.counts).toMatchObject({ kept: 1, erased: 1, absent: 2 });
    expect(invoices(sweep)).toMatchObject({ kept: 1 });
  });

  it.each([
    ["in one page", [named]],
    ["in pages of their own", named.map((each) => [each])],
  ] as const)("is counted once where copies are to follow: %s", async (_, pages) => {
    const copy = defineDataSource({
      id: "copy",
      title: "The copy",
      holds: ["customer-data"],
      kind: "copy",
      needs: ["customer-number", "email"],
      locate: async () => [],
      refresh: async () => undefined,
    });
    const sweep = await swept(pages, { copy });
    expect(sweep.counts).toMatchObject({ retained: 1, erased: 1, absent: 2, waiting: 0, leftBehind: 0 });
    expect(invoices(sweep)).toMatchObject({ retained: 1 });
  });

  it("is recognised by a later run, to which they are listed anew", async () => {
    const world = await createWorld({
      sources: [customerSource("crm", new Set([adaAs(), boAs()])), ledger(new Set(["1", "2"]))],
    });
    const page = named.map((identifiers) => ({ identifiers }));
    const people = (isBroken: boolean) =>
      async function* () {
        yield { people: page, cursor: "1" };
        if (isBroken) throw new Error("the connection is lost");
      };
    const order = { actor: admin, reason: "retention", category: "customer-data" } as const;
    const running = unwrap(await world.rights.sweeps.eraseMany({ ...order, people: people(true) }));
    expect((await running.end()).isErr()).toBe(true);
    const which = { actor: admin, sweepId: running.id };
    const again = unwrap(await world.rights.sweeps.goOn({ ...which, people: people(false) }));
    const sweep = unwrap(await again.end());
    expect(sweep.counts).toMatchObject({ retained: 1, erased: 1, absent: 6 });
    expect(invoices(sweep)).toMatchObject({ retained: 1 });
  });

  it("is told of as before by whoever erases them next", async () => {
    const { world } = await swept([named]);
    const next = await world.rights.sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        yield { people: [{ identifiers: [email(ada), number("1")] }], cursor: "1" };
      },
    });
    const again = unwrap(await unwrap(next).end());
    expect([again.counts.retained, invoices(again)?.retained]).toEqual([1, 1]);
  });
});
