import { buffer } from "node:stream/consumers";
import {
  defineDataSource,
  exportManifestSchema,
  type Identifier,
  type Message,
  type Subject,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { type Customer, customerDefinition, number } from "./customers.ts";
import { unpack } from "./unpack.ts";
import { ada, admin, createWorld, tenantAdmin, tokenOf, unreliable, type World } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const actor = admin;
const reason = "the vendor is gone";

/** What the packages say that the person was sent, each as its letter and its manifest say it; by its link where it has one. */
const packagesIn = async ({ rights }: World, sent: readonly Message[]) => {
  const packages: { rows: Record<string, unknown>; missing: unknown }[] = [];
  for (const { notice, attachment } of sent) {
    if (notice.type !== "delivery") continue;
    const token = notice.url?.split("#")[1] ?? "";
    const { read } = attachment ?? unwrap(await rights.packages.download({ token }));
    const files = await unpack(await buffer(read()));
    const manifest = exportManifestSchema.parse(JSON.parse(String(files.get("manifest.json"))));
    const rows = manifest.collections.map(({ source, json }) => [
      source.id,
      JSON.parse(String(files.get(json))).length,
    ]);
    expect(
      manifest.missing.map(({ source, problem, partly, settled }) => [
        source.title,
        problem,
        partly,
        settled,
      ]),
    ).toEqual(
      notice.missing.map(({ title, problem, partly, settled = null }) => [title, problem, partly, settled]),
    );
    packages.push({ rows: Object.fromEntries(rows), missing: notice.missing });
  }
  return packages;
};

/** An export of which the crm has given its part, and the others were down; two days later it is the other way round. */
const handedOut = async (
  shopSays: (subject: Subject) => readonly Identifier[] = () => [],
  attachmentLimit = 1_000_000,
) => {
  const customers = new Set<Customer>([{ number: "C-1", email: ada }]);
  const down = new Set(["log", "shop"]);
  const sourceOf = (id: string) =>
    customerDefinition(id, customers, () => {
      if (down.has(id)) throw new Error("down");
    });
  const { identify: _, ...log } = sourceOf("log");
  const shop = sourceOf("shop");
  const { notifier, accepted: sent } = unreliable(({ notice }) => {
    if (down.has("mail") && notice.type === "delivery") throw new Error("down");
  }, attachmentLimit);
  const world = await createWorld({
    notifier,
    links: { download: (token) => `https://privacy.northwind.example/download#${token}` },
    sources: [
      defineDataSource(sourceOf("crm")),
      defineDataSource(log),
      defineDataSource({
        ...shop,
        identify: async (subject) => {
          await shop.locate(subject);
          return shopSays(subject);
        },
      }),
    ],
  });
  const asked = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;
  const { id: requestId } = unwrap(await world.rights.requests.submit(asked)).request;
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: tokenOf(sent) }));
  await world.pass(minute);
  world.clock.set(new Date(world.clock.now().getTime() + 2 * day));
  const up = async (...answers: string[]) => {
    for (const each of answers) down.delete(each);
    await world.pass(hour);
  };
  down.add("crm");
  const packages = () => packagesIn(world, sent);
  return { world, requestId, customers, sent, packages, down, up };
};

const ofCrm = { crm: 1 };
const isDown = (title: string) => ({ title, problem: "unavailable", follows: true });
const first = { rows: ofCrm, missing: [isDown("The log"), isDown("The shop")] };
const second = { rows: { ...ofCrm, log: 1 }, missing: [isDown("The shop")] };
const whole = { rows: { ...ofCrm, log: 1, shop: 1 }, missing: [] };

describe("what an export has collected is in every package that follows", () => {
  it("while its source is asked once more who the person is, and does not answer", async () => {
    const { world, requestId, customers, packages, up } = await handedOut();
    await up("log");
    expect(await packages()).toEqual([first, second]);
    expect((await world.read(requestId)).waitingFor).toContainEqual({
      for: "source",
      source: "crm",
      problem: "unavailable",
    });
    await up("shop");
    expect(await packages()).toEqual([first, second, whole]);
    expect(await world.read(requestId)).toMatchObject({ phase: "delivered", outcome: null });
    // Whatever has become of it there since, it was collected.
    customers.clear();
    await up("crm");
    expect(await packages()).toEqual([first, second, whole]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
    await world.rights.stop();
  });

  it("where its source is closed by hand since", async () => {
    const { world, requestId, packages, up } = await handedOut();
    await up("log");
    unwrap(await world.rights.requests.settleSource({ actor, requestId, source: "crm", reason }));
    await up("shop");
    expect(await packages()).toEqual([first, second, whole]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    await world.rights.stop();
  });

  const furtherName = () => [number("C-1"), { type: "email", value: "ada@home.example" }];
  const partly = { ...whole, missing: [{ ...isDown("The crm"), partly: true }] };

  it("where it is to be read anew under another name, and says so, until its source answers", async () => {
    const { world, requestId, packages, up } = await handedOut(furtherName);
    await up("log");
    await up("shop");
    expect(await packages()).toEqual([first, second, partly]);
    expect((await world.read(requestId)).sources[0]).toMatchObject({ id: "crm", done: 1 });
    await up("crm");
    expect(await packages()).toEqual([first, second, partly, whole]);
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    await world.rights.stop();
  });

  for (const when of ["before", "after"] as const) {
    it(`and says that its source was closed by hand, where that was ${when} a letter has promised more`, async () => {
      const { world, requestId, packages, down, up } = await handedOut(furtherName, 0);
      await up("log");
      if (when === "before") down.add("mail");
      await up("shop");
      unwrap(await world.rights.requests.settleSource({ actor, requestId, source: "crm", reason }));
      await up("mail");
      const { follows: _, ...crm } = isDown("The crm");
      const last = { ...whole, missing: [{ ...crm, partly: true, settled: reason }] };
      // Every link opens what it was sent with.
      expect(await packages()).toEqual([first, second, ...(when === "after" ? [partly] : []), last]);
      expect(await world.read(requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
      await world.rights.stop();
    });
  }

  for (const isSettled of [false, true]) {
    it(`unless its names have come into doubt, ${isSettled ? "also where" : "before"} its source is closed by hand`, async () => {
      const { world, requestId, sent, packages, up } = await handedOut(() => [
        { ...number("C-1"), shared: true },
      ]);
      await up("log");
      const settle = () =>
        world.rights.requests.settleSource({ actor, requestId, source: "crm", reason }).then(unwrap);
      if (isSettled) await settle();
      await up("shop");
      const decided = { actor, requestId, decision: "decision-1", answer: "somebody-else" } as const;
      unwrap(await world.rights.requests.decideIdentifier({ ...decided, reason: "another customer" }));
      if (!isSettled) await settle();
      await world.pass(minute);
      // The address that has led to it is theirs as well: nothing is left by which anything is handed out.
      expect(await packages()).toEqual([first, second]);
      expect(sent.at(-1)?.notice).toMatchObject({ type: "failure" });
      await world.rights.stop();
    });
  }
});

describe("the links that were sent before a name came into doubt which had led to what they open", () => {
  it.each([
    ["work on where it is decided to be the person's", "same-person", true],
    ["end at once where it is decided to be somebody else's", "somebody-else", false],
  ] as const)("%s", async (_, answer, isTheirs) => {
    const { world, requestId, sent, up } = await handedOut(() => [{ ...number("C-1"), shared: true }], 0);
    await up("log");
    const tokens = sent.flatMap(({ notice }) =>
      notice.type === "delivery" ? [notice.url?.split("#")[1] ?? ""] : [],
    );
    const opened = async () => {
      const downloads = tokens.map((token) => world.rights.packages.download({ token }));
      return (await Promise.all(downloads)).map((each) => each.isOk());
    };
    await up("shop");
    expect((await world.read(requestId)).waitingFor[0]).toMatchObject({ for: "decision" });
    expect(await opened()).toEqual([true, true]);
    const decided = { actor, requestId, decision: "decision-1", answer, reason: "asked them" };
    unwrap(await world.rights.requests.decideIdentifier(decided));
    expect(await opened()).toEqual([isTheirs, isTheirs]);
    await world.pass(hour);
    expect(await opened()).toEqual([isTheirs, isTheirs]);
    await world.rights.stop();
  });
});
