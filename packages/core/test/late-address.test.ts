import { buffer } from "node:stream/consumers";
import {
  type CollectionOutcome,
  type DataSourceDefinition,
  defineDataSource,
  type Subject,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { email } from "./customers.ts";
import { unpack } from "./unpack.ts";
import { ada, admin, createWorld, type World } from "./world.ts";

const hour = 3_600_000;
const newAddress = "ada.new@example.net";
const bo = "bo@example.org";

interface Account {
  readonly key: string;
  address: string;
}

/** A source that has a key of its own for people, tells no other one, and keeps the rules of one that finds by both. */
const accounts = (
  id: string,
  type: string,
  ...rows: readonly (readonly [key: string, address: string])[]
) => {
  const state = {
    answers: Number.POSITIVE_INFINITY,
    rows: rows.map(([key, address]): Account => ({ key, address })),
  };
  const look = (subject: Subject) => {
    state.answers -= 1;
    if (state.answers < 0) throw new Error(`${id} is down`);
    const [keys, addresses] = [subject.values(type), subject.values("email")];
    const byKey = state.rows.filter(({ key }) => keys.includes(key));
    const others = state.rows.filter((row) => !byKey.includes(row) && addresses.includes(row.address));
    return subject.isIdentified ? { found: byKey, left: others } : { found: [...byKey, ...others], left: [] };
  };
  const counted = (count: number) => [{ collection: "accounts", count }];
  const definition: DataSourceDefinition = {
    id,
    title: `The ${id}`,
    holds: ["customer-data"],
    kind: "origin",
    needs: [type, "email"],
    identify: async (subject) =>
      look(subject).found.flatMap(({ key, address }) => [{ type, value: key }, email(address)]),
    locate: async (subject) => counted(look(subject).found.length),
    verify: async (subject) => counted(Object.values(look(subject)).flat().length),
    async *export(subject) {
      yield { collection: "accounts", rows: look(subject).found.map(({ key }) => ({ key })) };
    },
    async erase(subject) {
      const { found, left } = look(subject);
      state.rows = state.rows.filter((row) => !found.includes(row));
      const all: CollectionOutcome[] = [
        { collection: "accounts", outcome: "erased", count: found.length },
        { collection: "accounts", outcome: "kept", count: left.length, reason: "It has another number" },
      ];
      const outcomes = all.filter((each) => "count" in each && each.count > 0);
      return outcomes.length > 0 ? outcomes : [{ collection: "accounts", outcome: "absent" }];
    },
  };
  return { definition, source: defineDataSource(definition), state };
};

const move = (address: string, ...all: readonly { readonly state: { rows: Account[] } }[]) => {
  for (const { state } of all) for (const row of state.rows) if (row.address === ada) row.address = address;
};

/** What the request has found out, and what it has asked somebody. */
const known = async ({ rights }: World, requestId: string) =>
  unwrap(await rights.requests.reveal({ actor: admin, requestId }));

const ofAda = (billedAt = ada) => ({
  crm: accounts("crm", "customer-number", ["C-1", ada], ["C-2", bo]),
  billing: accounts("billing", "billing-id", ["B-1", billedAt], ["B-2", bo]),
});

describe("an address that a source tells right before the work, by a number that is known", () => {
  /** Ada's erasure is held while she gets another address, which billing has always had. */
  const heldWhileMoving = async (...also: readonly ReturnType<typeof accounts>[]) => {
    const { crm, billing } = ofAda(newAddress);
    const world = await createWorld({
      sources: [crm.source, billing.source, ...also.map(({ source }) => source)],
    });
    const identifiers = [{ type: "customer-number", value: "C-1" }];
    const { hold } = unwrap(await world.rights.holds.place({ actor: admin, identifiers, reason: "file 7" }));
    const requestId = await world.acknowledged("erasure");
    await world.pass(3 * hour);
    move(newAddress, crm);
    const lift = async () => {
      unwrap(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
      await world.pass(3 * hour);
    };
    return { crm, billing, world, requestId, lift };
  };

  it("leads at a source that was down when everybody was asked", async () => {
    const { crm, billing } = ofAda();
    const world = await createWorld({ sources: [crm.source, billing.source] });
    billing.state.answers = 0;
    const requestId = await world.acknowledged("export");
    await world.pass(3 * hour);
    move(newAddress, crm, billing);
    billing.state.answers = Number.POSITIVE_INFINITY;
    await world.pass(3 * hour);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      sources: [{ done: 1 }, { id: "billing", done: 1 }],
    });
    await world.rights.stop();
  });

  it("leads at a source that has always had it, and nobody knew", async () => {
    const { crm, billing, world, requestId, lift } = await heldWhileMoving();
    await lift();
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      sources: [{ outcomes: [{ outcome: "erased" }] }, { outcomes: [{ outcome: "erased", count: 1 }] }],
    });
    expect([crm.state.rows, billing.state.rows].flat().map(({ address }) => address)).toEqual([bo, bo]);
    await world.rights.stop();
  });

  it("leads once it is told again, where that source was down in the moment of the first telling", async () => {
    const { crm, billing } = ofAda();
    const world = await createWorld({ sources: [crm.source, billing.source] });
    billing.state.answers = 0;
    const requestId = await world.acknowledged("export");
    await world.pass(3 * hour);
    move(newAddress, crm, billing);
    // Asked who this is, by the old address, and how many there are.
    billing.state.answers = 2;
    await world.pass(3 * hour);
    expect((await known(world, requestId)).identifiers).toContainEqual(email(newAddress));
    billing.state.answers = Number.POSITIVE_INFINITY;
    await world.pass(3 * hour);
    expect(await world.read(requestId)).toMatchObject({
      outcome: "completed",
      sources: [{ done: 1 }, { id: "billing", done: 1 }],
    });
    await world.rights.stop();
  });

  describe("where a source was down in that moment, and whoever told it is erased by then", () => {
    const downFor = async (time: number, ...also: readonly ReturnType<typeof accounts>[]) => {
      const { crm, billing, world, requestId, lift } = await heldWhileMoving(...also);
      const late = [billing, ...also];
      for (const { state } of late) state.answers = 0;
      await lift();
      expect(crm.state.rows.map(({ key }) => key)).toEqual(["C-2"]);
      world.clock.set(new Date(world.clock.now().getTime() + time));
      for (const { state } of late) state.answers = Number.POSITIVE_INFINITY;
      await world.pass(3 * hour);
      const left = () => late.flatMap(({ state }) => state.rows.map(({ key }) => key));
      const decide = async (answer: "same-person" | "somebody-else") => {
        const decision = { actor: admin, requestId, decision: "decision-1", reason: "asked" };
        unwrap(await world.rights.requests.decideIdentifier({ ...decision, answer }));
        await world.pass(3 * hour);
      };
      const seen = async () => {
        const { outcome, waitingFor, sources } = await world.read(requestId);
        const kept = sources.flatMap(({ outcomes }) => outcomes.filter((each) => each.outcome === "kept"));
        return { outcome, waitingFor, kept: kept.length };
      };
      return { left, decide, seen };
    };

    it("leads there within the day", async () => {
      const { left, seen } = await downFor(18 * hour);
      expect(await seen()).toEqual({ outcome: "completed", waitingFor: [], kept: 0 });
      expect(left()).toEqual(["B-2"]);
    });

    it("leads to nobody there who has another number of a kind that is known: somebody decides", async () => {
      const shop = accounts("shop", "customer-number", ["C-9", newAddress]);
      const { left, seen, decide } = await downFor(hour, shop);
      expect(await seen()).toMatchObject({
        outcome: null,
        waitingFor: [{ for: "decision", source: "shop", identifierType: "customer-number" }],
      });
      expect(left()).toContain("C-9");
      await decide("somebody-else");
      expect(left()).toContain("C-9");
    });

    it("does not lead where it was taken back meanwhile", async () => {
      const { crm, billing } = ofAda(newAddress);
      let isDown = true;
      const { erase } = crm.definition;
      const world = await createWorld({
        sources: [
          defineDataSource({
            ...crm.definition,
            erase: async (...asked) => {
              if (isDown) throw new Error("down");
              return (await erase?.(...asked)) ?? [];
            },
          }),
          billing.source,
        ],
      });
      const held = { actor: admin, identifiers: [email(ada)], reason: "a case" };
      const { hold } = unwrap(await world.rights.holds.place(held));
      const requestId = await world.acknowledged("erasure");
      await world.pass(3 * hour);
      move(newAddress, crm);
      billing.state.answers = 0;
      unwrap(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
      await world.pass(2 * hour);
      expect((await known(world, requestId)).identifiers).toContainEqual(email(newAddress));
      for (const each of crm.state.rows) if (each.key === "C-1") each.address = "ada@third.example";
      await world.pass(2 * hour);
      expect((await known(world, requestId)).identifiers).toContainEqual(email("ada@third.example"));
      billing.state.answers = Number.POSITIVE_INFINITY;
      isDown = false;
      await world.pass(3 * hour);
      expect(crm.state.rows.map(({ key }) => key)).toEqual(["C-2"]);
      expect(billing.state.rows.map(({ key }) => key)).toEqual(["B-1", "B-2"]);
      expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
      await world.rights.stop();
    });

    it("is put before somebody after that, who says that it is the person", async () => {
      const { left, decide, seen } = await downFor(40 * hour);
      const waitingFor = [{ for: "decision", source: "billing", identifierType: "billing-id" }];
      expect(await seen()).toMatchObject({ outcome: null, waitingFor });
      expect(left()).toEqual(["B-1", "B-2"]);
      await decide("same-person");
      expect(await seen()).toEqual({ outcome: "completed", waitingFor: [], kept: 0 });
      expect(left()).toEqual(["B-2"]);
    });

    it("is put before somebody after that, who says that it is another's", async () => {
      const { left, decide, seen } = await downFor(40 * hour);
      await decide("somebody-else");
      expect(await seen()).toMatchObject({ outcome: "completed-with-exceptions", waitingFor: [] });
      expect(left()).toEqual(["B-1", "B-2"]);
    });
  });

  it("leads to nobody where what is found by it has another number of that kind: somebody decides", async () => {
    const { crm, billing } = ofAda();
    // A second account under the new address, of whom nobody has said anything.
    const shop = accounts("shop", "customer-number", ["C-9", newAddress]);
    const world = await createWorld({ sources: [crm.source, billing.source, shop.source] });
    billing.state.answers = 0;
    const requestId = await world.acknowledged("export");
    await world.pass(3 * hour);
    move(newAddress, crm, billing);
    billing.state.answers = Number.POSITIVE_INFINITY;
    await world.pass(3 * hour);
    expect(await world.read(requestId)).toMatchObject({
      outcome: null,
      waitingFor: [{ for: "decision", source: "shop", identifierType: "customer-number" }],
    });
    await world.rights.stop();
  });

  it("does not make the one before lead again, which somebody else has by now", async () => {
    const { crm, billing, world, requestId, lift } = await heldWhileMoving();
    for (const { state } of [crm, billing])
      for (const row of state.rows) if (row.address === bo) row.address = ada;
    await lift();
    // Bo's row in the billing system is left, and told.
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect([crm.state.rows, billing.state.rows].flat().map(({ key }) => key)).toEqual(["C-2", "B-2"]);
    await world.rights.stop();
  });
});

describe("a source that was down when everybody was asked, and answers for the first time after a hold", () => {
  const heldFor = async (time: number, meanwhile?: (all: ReturnType<typeof ofAda>) => void) => {
    const { crm, billing } = ofAda();
    const world = await createWorld({ sources: [crm.source, billing.source] });
    billing.state.answers = 0;
    const held = { actor: admin, identifiers: [email(ada)], reason: "a case" };
    const { hold } = unwrap(await world.rights.holds.place(held));
    const requestId = await world.acknowledged("erasure");
    await world.pass(time);
    meanwhile?.({ crm, billing });
    billing.state.answers = Number.POSITIVE_INFINITY;
    unwrap(await world.rights.holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
    unwrap(await world.rights.sources.retryAll({ actor: admin, source: "billing" }));
    await world.pass(2 * hour);
    const { outcome, waitingFor } = await world.read(requestId);
    return { outcome, waitsFor: waitingFor.map((each) => each.for), left: billing.state.rows };
  };
  const bos = [{ key: "B-2", address: bo }];

  it.each([10, 23 * 60])("is believed within a day: %i minutes", async (minutes) => {
    expect(await heldFor(minutes * 60_000)).toEqual({ outcome: "completed", waitsFor: [], left: bos });
  });

  it("is put before somebody from then on", async () => {
    const { outcome, waitsFor, left } = await heldFor(25 * hour);
    expect([outcome, waitsFor, left.length]).toEqual([null, ["decision"], 2]);
  });

  it("is put before somebody at once, where another says that the address is theirs no more", async () => {
    const passedOn = ({ crm, billing }: ReturnType<typeof ofAda>) => {
      move(newAddress, crm, billing);
      billing.state.rows.push({ key: "B-3", address: ada });
    };
    const { waitsFor, left } = await heldFor(10 * 60_000, passedOn);
    // Both that it names: under the address that is theirs no more, and under the other.
    expect(waitsFor).toEqual(["decision", "decision"]);
    expect(left).toContainEqual({ key: "B-3", address: ada });
  });
});

it("what an export leaves with its source, because it has a number that nobody knows, is told everywhere", async () => {
  const crm = accounts("crm", "customer-number", ["C-1", ada]);
  // It tells nobody who its people are: the row may be hers all the same.
  const shop = accounts("shop", "shop-id", ["S-7", ada]);
  const { identify: _, ...silent } = shop.definition;
  const world = await createWorld({ sources: [crm.source, defineDataSource(silent)] });
  const requestId = await world.acknowledged("export");
  const reason = "It is found by an address, and may be somebody else's";
  const outcomes = [{ collection: "accounts", outcome: "kept", count: 1, reason }];
  const sources = [{ outcomes: [] }, { id: "shop", done: 0, outcomes }];
  expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions", sources });
  const delivery = world.notifier.sent.find(({ notice }) => notice.type === "delivery");
  expect(delivery?.notice).toMatchObject({ missing: [], kept: [{ title: "The shop", outcomes }] });
  const { canonical } = unwrap(await world.rights.audit.evidence({ actor: admin, requestId }));
  expect(JSON.parse(canonical)).toMatchObject({ sources: [{ outcomes: [] }, { outcomes }] });
  if (delivery?.attachment == null) throw new Error("nothing is attached");
  const files = await unpack(await buffer(delivery.attachment.read()));
  expect(JSON.parse(String(files.get("manifest.json")))).toMatchObject({
    nothingFound: [],
    kept: [{ source: { id: "shop" }, collection: "accounts", records: 1, reason, until: null }],
  });
  expect(String(files.get("index.html"))).toContain("not in this package");
  await world.rights.stop();
});

describe("a source that answers for the first time after those were erased that tell who the person is", () => {
  const lateFor = async (down: number, changed = (late: DataSourceDefinition) => late) => {
    const { crm, billing } = ofAda();
    const late = defineDataSource(changed(billing.definition));
    const world = await createWorld({ sources: [crm.source, late] });
    billing.state.answers = 0;
    const requestId = await world.acknowledged("erasure");
    await world.pass(down);
    move(newAddress, billing);
    billing.state.answers = Number.POSITIVE_INFINITY;
    await world.pass(6 * hour);
    const { outcome, sources, grades } = await world.read(requestId);
    const letter = world.notifier.sent.find(({ notice }) => notice.type === "completion");
    await world.rights.stop();
    return { outcome, source: sources[1], grade: grades[1]?.grade, letter: letter?.notice };
  };
  const uncertain = {
    outcome: "completed-with-exceptions",
    source: { outcomes: [{ outcome: "absent" }], checked: false },
    grade: "unverifiable",
    letter: { complete: false, sources: [{ checked: true }, { checked: false, askedTooLate: true }] },
  };
  const certain = { outcome: "completed", source: { checked: true }, grade: "verified-absent" };

  it("and finds nothing has not shown that nothing is left: they may have another address by now", async () => {
    expect(await lateFor(6 * hour)).toMatchObject(uncertain);
  });

  it("is no better where it knows people by nothing but their address", async () => {
    const newsletter = ({ identify: _, ...late }: DataSourceDefinition) => ({ ...late, needs: ["email"] });
    expect(await lateFor(6 * hour, newsletter)).toMatchObject(uncertain);
  });

  it("is certain where it finds them by a number that is known, and where it was down for a moment only", async () => {
    const byNumber = (late: DataSourceDefinition) => ({ ...late, needs: ["customer-number", "email"] });
    expect(await lateFor(6 * hour, byNumber)).toMatchObject(certain);
    expect(await lateFor(20_000)).toMatchObject(certain);
  });
});
