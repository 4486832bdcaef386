import {
  type DataSourceDefinition,
  defineDataSource,
  type Identifier,
  type Row,
  type Subject,
} from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { adaAs, boAs, customerDefinition, customerSource, email, number } from "./customers.ts";
import { ada, admin, createWorld, peopleSource, tenantAdmin, tokenOf, type World } from "./world.ts";

const day = 86_400_000;

describe("a replay, where the address of somebody who was erased is a customer's by now", () => {
  /** A newsletter, whose subscribers are known by their address alone. */
  const listedByAddress = peopleSource("news", new Map([["reader@example.org", []]]), {
    async *identifiers() {
      yield { people: [[email(ada)]] };
    },
  });
  const erasedAndPassedOn = async (...others: ReturnType<typeof peopleSource>[]) => {
    const bo = boAs();
    const [crm, shop] = [new Set([adaAs(), bo]), new Set([adaAs(), bo])];
    const world = await createWorld({
      sources: [customerSource("crm", crm), customerSource("shop", shop), ...others],
    });
    const requestId = await world.acknowledged("erasure");
    expect(await world.read(requestId)).toMatchObject({ outcome: "completed" });
    await world.pass(day);
    bo.email = ada;
    const replay = async () =>
      unwrap(
        await world.rights.suppressions.replay({
          actor: admin,
          category: "customer-data",
          since: new Date(world.clock.now().getTime() - 3 * day),
          dryRun: false,
        }),
      );
    return { world, bo, crm, shop, replay };
  };

  it("leaves the customer alone, whose number was never erased, and says so", async () => {
    const { world, bo, crm, shop, replay } = await erasedAndPassedOn();
    const { sweep, complete } = await replay();
    expect([[...crm], [...shop]]).toEqual([[bo], [bo]]);
    expect(complete).toBe(false);
    expect(sweep).toMatchObject({
      status: "completed-with-exceptions",
      counts: { erased: 0, absent: 0, leftBehind: 2 },
    });
    const which = { actor: admin, sweepId: sweep?.id ?? "" };
    const left = unwrap(await world.rights.sweeps.leftBehind(which));
    expect(left.map(({ problem, retryable }) => [problem, retryable])).toEqual([
      ["other-number", false],
      ["other-number", false],
    ]);
    // It stays so, however often it is tried.
    unwrap(await unwrap(await world.rights.sweeps.retry(which)).end());
    expect([[...crm], [...shop]]).toEqual([[bo], [bo]]);
  });

  it("erases whoever is back under the number, and under whatever address", async () => {
    const { bo, crm, shop, replay } = await erasedAndPassedOn();
    crm.add(adaAs());
    shop.add({ ...adaAs(), email: "ada@work.example" });
    const { sweep } = await replay();
    expect([[...crm], [...shop]]).toEqual([[bo], [bo]]);
    expect(sweep?.counts).toMatchObject({ leftBehind: 2 });
  });

  it("erases neither where a source that knows no numbers lists the address of both", async () => {
    const { world, bo, crm, replay } = await erasedAndPassedOn(listedByAddress);
    crm.add(adaAs());
    const { sweep } = await replay();
    expect([...crm]).toContain(bo);
    expect(sweep?.counts.leftBehind).toBeGreaterThan(0);
    expect(world.errors).toEqual([]);
  });
});

describe("an address whose number was decided to be somebody else's, three weeks after it was confirmed", () => {
  const acknowledgedInDoubt = async (
    kind: "erasure" | "export",
    acknowledgedBy: "tenant-admin" | "data-subject",
    identifiers: readonly Identifier[],
  ) => {
    const [theirs, others] = [adaAs(), boAs()];
    const crm = new Set([theirs, others]);
    const readers = new Map<string, Row[]>([[ada, [{ reader: "ada" }]]]);
    const sources = [customerSource("crm", crm), peopleSource("news", readers)];
    const world = await createWorld({ sources, acknowledgedBy });
    const { requests } = world.rights;
    const asked = {
      actor: kind === "erasure" ? admin : tenantAdmin,
      kind,
      category: "customer-data",
    } as const;
    const { request } = unwrap(await requests.submit({ ...asked, email: ada, identifiers }));
    const which = { actor: admin, requestId: request.id };
    await world.settle();
    unwrap(await requests.suspend({ ...which, reason: "who is it" }));
    unwrap(await requests.acknowledge({ token: world.token() }));
    await world.skip(20 * day);
    theirs.email = "ada@new.example";
    others.email = ada;
    readers.set("ada@new.example", [{ reader: "ada" }]);
    readers.set(ada, [{ reader: "bo" }]);
    unwrap(await requests.resume(which));
    await world.pass(day);
    const { waitingFor } = await world.read(request.id);
    expect(waitingFor).toMatchObject([{ for: "decision", decision: "decision-1" }]);
    const decision = { ...which, decision: "decision-1", reason: "theirs since" };
    unwrap(await requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await world.pass(day);
    const letters = () => world.notifier.sent.filter(({ notice }) => notice.requestId === request.id);
    return { world, crm, readers, others, which, letters };
  };

  it.each(["erasure", "export"] as const)(
    "finds nobody for an %s, whoever knows addresses only",
    async (kind) => {
      const { world, crm, readers, which, letters } = await acknowledgedInDoubt(kind, "data-subject", []);
      const { waitingFor } = await world.read(which.requestId);
      expect(waitingFor).toEqual(
        expect.arrayContaining(
          ["crm", "news"].map((source) => ({ for: "source", source, problem: "identifier-missing" })),
        ),
      );
      for (const source of ["crm", "news"])
        unwrap(await world.rights.requests.settleSource({ ...which, source, reason: "not found" }));
      await world.pass(day);
      expect([crm.size, readers.size]).toEqual([2, 2]);
      // What is told of the one is not for the other.
      expect(
        letters()
          .filter(({ to }) => to === ada)
          .map(({ notice }) => notice.type),
      ).toEqual(["confirmation"]);
    },
  );

  it("is left, and told, where the person is found by their own number", async () => {
    const { world, crm, readers, others, which, letters } = await acknowledgedInDoubt(
      "erasure",
      "tenant-admin",
      [number("1")],
    );
    expect(await world.read(which.requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect([...crm]).toEqual([others]);
    expect([...readers.keys()]).toEqual([ada]);
    expect(letters().at(-1)?.notice).toMatchObject({
      type: "completion",
      complete: false,
      notFollowed: ["customer-number", "email"],
    });
  });
});

describe("an address that somebody else has confirmed while a request stood still", () => {
  type Put = Awaited<ReturnType<typeof inLine>>;
  const inLine = async (kind: "erasure" | "export") => {
    const theirs = adaAs();
    const crm = new Set([theirs]);
    const readers = new Map<string, Row[]>([[ada, [{ reader: "ada" }]]]);
    // It knows customers by their number, and everybody else by the address.
    const news = peopleSource("news", readers, { needs: ["customer-number", "email"] });
    const world = await createWorld({ sources: [customerSource("crm", crm), news] });
    const { requests } = world.rights;
    const submitted = async (as: "erasure" | "export", identifiers: readonly Identifier[]) => {
      const asked = { actor: as === "erasure" ? admin : tenantAdmin, kind: as, email: ada, identifiers };
      const { request } = unwrap(await requests.submit({ ...asked, category: "customer-data" }));
      await world.settle();
      return { actor: admin, requestId: request.id };
    };
    const first = await submitted("erasure", [number("1")]);
    unwrap(await requests.suspend({ ...first, reason: "who is it" }));
    unwrap(await requests.acknowledge({ token: world.token() }));
    await world.pass(day);
    // Nobody tells the address any more, and a reader has it who is no customer.
    theirs.email = "ada@new.example";
    readers.set("ada@new.example", [{ reader: "ada" }]);
    readers.set(ada, [{ reader: "bo" }]);
    world.clock.set(new Date(world.clock.now().getTime() + 20 * day));
    const second = await submitted(kind, []);
    unwrap(await requests.acknowledge({ token: world.token() }));
    await world.pass(3_600_000);
    const decide = async (which: typeof first, answer: "same-person" | "somebody-else") => {
      const { undecided } = unwrap(await requests.reveal(which));
      for (const { decision } of undecided)
        unwrap(await requests.decideIdentifier({ ...which, decision, answer, reason: "looked" }));
      await world.pass(3_600_000);
    };
    const resume = async () => {
      unwrap(await requests.resume(first));
      await world.pass(3_600_000);
    };
    return { world, crm, readers, first, second, decide, resume };
  };

  it.each(["erasure", "export"] as const)(
    "leads to nobody before it is decided whose it is, and then to whoever has it, who asks for an %s",
    async (kind) => {
      const { world, crm, readers, first, second, decide, resume } = await inLine(kind);
      if (kind === "erasure") await decide(second, "somebody-else");
      await resume();
      expect(readers.get(ada)).toEqual([{ reader: "bo" }]);
      expect((await world.read(first.requestId)).waitingFor).toMatchObject([
        { for: "decision", identifierType: "email" },
      ]);
      await decide(first, "somebody-else");
      expect(crm.size).toBe(0);
      expect(await world.read(first.requestId)).toMatchObject({ phase: "closed" });
      // What is done by it from then on is done for whoever has it.
      if (kind === "erasure") {
        expect(await world.read(second.requestId)).toMatchObject({
          phase: "closed",
          sources: [{ id: "crm" }, { id: "news", done: 1 }],
        });
      }
      expect([...readers.keys()]).toEqual(kind === "erasure" ? [] : [ada]);
    },
  );

  const put = { actor: admin, reason: "answered on the telephone" };
  it.each([
    [
      "was put first and is done",
      async ({ world: { rights }, second }: Put) => rights.requests.putFirst({ ...second, ...put }),
    ],
    [
      "was cancelled",
      async ({ world: { rights }, second }: Put) => rights.requests.cancel({ ...second, ...put }),
    ],
    [
      "was declined",
      async ({ world: { rights }, second }: Put) => rights.requests.decline({ ...second, ...put }),
    ],
  ] as const)("leads to nobody once the request of whoever has it %s", async (_, end) => {
    const made = await inLine("export");
    const { world, crm, readers, first, second, decide, resume } = made;
    await decide(second, "somebody-else");
    unwrap(await end(made));
    await world.pass(3 * 3_600_000);
    expect((await world.read(second.requestId)).phase).toBe("closed");
    await resume();
    expect((await world.read(first.requestId)).waitingFor).toMatchObject([
      { for: "decision", identifierType: "email" },
    ]);
    expect(readers.get(ada)).toEqual([{ reader: "bo" }]);
    await decide(first, "somebody-else");
    expect(await world.read(first.requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
    expect([crm.size, readers.get(ada)]).toEqual([0, [{ reader: "bo" }]]);
  });

  it("leads to nobody where nobody had said whose it is when that request was cancelled", async () => {
    const { world, readers, first, second, resume } = await inLine("export");
    unwrap(await world.rights.requests.cancel({ ...second, ...put }));
    await resume();
    expect((await world.read(first.requestId)).waitingFor).toMatchObject([{ for: "decision" }]);
    expect(readers.get(ada)).toEqual([{ reader: "bo" }]);
  });

  it("is followed where it is the same person's", async () => {
    const { world, crm, readers, first, second, decide, resume } = await inLine("export");
    await decide(second, "same-person");
    await resume();
    expect([crm.size, readers.size]).toEqual([0, 0]);
    expect(await world.read(first.requestId)).toMatchObject({ outcome: "completed" });
  });
});

describe.each([false, true])(
  "a package of whoever had the address before (ends with an erasure: %s)",
  (ends) => {
    /** A copy lies ready; then its address is somebody else's, and whoever has this number is erased, by it and the address. */
    const erasedAfter = async (by: "request" | "sweep", erased: "1" | "2") => {
      const [theirs, others] = [adaAs(), boAs()];
      const notifier = memoryNotifier({ attachmentLimit: 0 });
      const world = await createWorld({
        sources: [customerSource("crm", new Set([theirs, others]))],
        notifier,
        links: { download: (token) => `https://privacy.northwind.example/download#${token}` },
        packagesEndWithErasure: ends,
      });
      const asked = async (kind: "erasure" | "export", ...identifiers: Identifier[]) => {
        const actor = kind === "erasure" ? admin : tenantAdmin;
        const given = { actor, kind, category: "customer-data", email: ada, identifiers } as const;
        const { request } = unwrap(await world.rights.requests.submit(given));
        await world.settle();
        unwrap(await world.rights.requests.acknowledge({ token: tokenOf(notifier.sent) }));
        await world.pass(60_000);
        return request.id;
      };
      const exported = await asked("export");
      await world.pass(2 * day);
      if (erased === "2") {
        theirs.email = "ada@new.example";
        others.email = ada;
      }
      if (by === "request") await asked("erasure", number(erased));
      else {
        const people = async function* () {
          yield { people: [{ identifiers: [number(erased), email(ada)] }], cursor: "1" };
        };
        const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
        unwrap(await unwrap(await world.rights.sweeps.eraseMany(order)).end());
      }
      const told = notifier.sent.findLast(({ notice }) => notice.type === "completion")?.notice;
      const fetched = await world.rights.packages.fetch({ actor: tenantAdmin, requestId: exported });
      return { told, isFetched: fetched.isOk() };
    };

    it.each(["request", "sweep"] as const)("is not touched by a %s of whoever has it now", async (by) => {
      const { told, isFetched } = await erasedAfter(by, "2");
      expect(isFetched).toBe(true);
      if (by === "request") expect(told).not.toHaveProperty("earlierPackages");
    });

    it.each(["request", "sweep"] as const)(
      "is theirs alone after a %s of the one that it is of",
      async (by) => {
        const { told, isFetched } = await erasedAfter(by, "1");
        expect(isFetched).toBe(false);
        if (by === "request") expect(told).toMatchObject({ earlierPackages: [{ ended: ends }] });
      },
    );
  },
);

it("an address that leads a sweep to another number than the one that is named leads to nobody", async () => {
  const [theirs, others] = [
    { ...adaAs(), email: "ada@new.example" },
    { ...boAs(), email: ada },
  ];
  const crm = new Set([theirs, others]);
  const readers = new Map<string, Row[]>([
    [ada, [{ reader: "bo" }]],
    ["ada@new.example", [{ reader: "ada" }]],
  ]);
  const world = await createWorld({ sources: [customerSource("crm", crm), peopleSource("news", readers)] });
  const people = async function* () {
    yield { people: [{ identifiers: [number("1"), email(ada)] }], cursor: "1" };
  };
  const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
  unwrap(await unwrap(await world.rights.sweeps.eraseMany(order)).end());
  expect([[...crm], [...readers.keys()]]).toEqual([[others], [ada]]);
});

describe("an address of a household, in a sweep that means one of them", () => {
  const household = () => {
    const [hers, his] = [adaAs(), { ...boAs(), email: ada }];
    const crm = new Set([hers, his]);
    const readers = new Map<string, Row[]>([[ada, [{ reader: "one of them" }]]]);
    return { hers, his, crm, readers };
  };
  const swept = async (world: World, ...identifiers: Identifier[]) => {
    const people = async function* () {
      yield { people: [{ identifiers }], cursor: "1" };
    };
    const order = { actor: admin, reason: "retention", category: "customer-data", people } as const;
    return unwrap(await unwrap(await world.rights.sweeps.eraseMany(order)).end());
  };
  const byBoth = (readers: Map<string, Row[]>): Partial<DataSourceDefinition> => ({
    needs: ["customer-number", "email"],
    erase: async (subject) => {
      const count = subject.values("email").filter((each) => readers.delete(each)).length;
      return [{ collection: "readers", outcome: "erased", count }];
    },
  });

  it.each([
    ["the number alone", [number("1")]],
    ["both", [number("1"), email(ada)]],
    ["both, the address first", [email(ada), number("1")]],
  ])("leads to nothing that is found by it alone: %s", async (_, named) => {
    const { his, crm, readers } = household();
    const news = peopleSource("news", readers, byBoth(readers));
    const world = await createWorld({ sources: [customerSource("crm", crm), news] });
    const { id, ...view } = await swept(world, ...named);
    expect(view).toMatchObject({ status: "completed-with-exceptions", counts: { leftBehind: 1 } });
    expect([[...crm], readers.size]).toEqual([[his], 1]);
    // Something is there that may be hers, and may be his: that is told, however often it is tried.
    const which = { actor: admin, sweepId: id };
    const told = [{ problem: "still-present", source: "news" }];
    expect(unwrap(await world.rights.sweeps.leftBehind(which))).toMatchObject(told);
    unwrap(await unwrap(await world.rights.sweeps.retry(which)).end());
    expect(unwrap(await world.rights.sweeps.leftBehind(which))).toMatchObject(told);
    expect([[...crm], readers.size]).toEqual([[his], 1]);
    const listed = unwrap(
      await world.rights.suppressions.replay({
        actor: admin,
        category: "customer-data",
        since: new Date(world.clock.now().getTime() - day),
      }),
    );
    // He is found by his address in no list.
    expect(listed.found).toBe(0);
  });

  it("leaves them behind where a source knows people by addresses alone", async () => {
    const { hers, his, crm, readers } = household();
    const world = await createWorld({
      sources: [customerSource("crm", crm), peopleSource("news", readers)],
    });
    const { id, counts } = await swept(world, number("1"), email(ada));
    expect(counts).toMatchObject({ erased: 0, leftBehind: 1 });
    expect([[...crm], readers.size]).toEqual([[hers, his], 1]);
    const left = unwrap(await world.rights.sweeps.leftBehind({ actor: admin, sweepId: id }));
    expect(left).toMatchObject([{ problem: "identifier-missing", source: "news" }]);
  });

  it("is hers again where nobody else has it", async () => {
    const { his, crm, readers } = household();
    his.email = "bo@example.org";
    const news = peopleSource("news", readers, byBoth(readers));
    const world = await createWorld({ sources: [customerSource("crm", crm), news] });
    expect(await swept(world, number("1"))).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect([[...crm], readers.size]).toEqual([[his], 0]);
  });
  describe("where other sources have accounts of both under numbers of their own", () => {
    type Account = readonly [id: string, address: string];
    /** Nothing but the address leads from a customer to an account. */
    const billing = (accounts: Set<Account>) => {
      const found = ({ values }: Subject) =>
        [...accounts].filter(
          ([id, address]) => values("billing-id").includes(id) || values("email").includes(address),
        );
      return peopleSource("billing", new Map(), {
        needs: ["billing-id", "email"],
        identify: async (subject) =>
          found(subject).flatMap(([id, address]) => [{ type: "billing-id", value: id }, email(address)]),
        locate: async (subject) => [{ collection: "accounts", count: found(subject).length }],
        erase: async (subject) => {
          const theirs = found(subject);
          for (const each of theirs) accounts.delete(each);
          return [{ collection: "accounts", outcome: "erased", count: theirs.length }];
        },
      });
    };
    const triedAgain = async (world: World, id: string, later: number) => {
      world.clock.set(new Date(world.clock.now().getTime() + later));
      const which = { actor: admin, sweepId: id };
      unwrap(await unwrap(await world.rights.sweeps.retry(which)).end());
      return unwrap(await world.rights.sweeps.leftBehind(which));
    };

    it.each([
      ["the number alone", [number("1")]],
      ["both", [number("1"), email(ada)]],
    ])("erases none of these, however often it is tried, and however late: %s", async (_, named) => {
      for (const isFirst of [true, false]) {
        const { hers, his, crm } = household();
        const accounts = new Set<Account>([
          ["b-1", ada],
          ["b-2", ada],
        ]);
        const customers = customerSource("crm", crm);
        const sources = [customers, billing(accounts)];
        const world = await createWorld({ sources: isFirst ? sources : sources.toReversed() });
        const { id, counts } = await swept(world, ...named);
        expect(counts).toMatchObject({ erased: 0, leftBehind: 1 });
        for (const later of [0, 3_600_000, 2 * day, 30 * day]) {
          expect(await triedAgain(world, id, later)).toMatchObject([
            { problem: "identifier-missing", source: "billing" },
          ]);
        }
        expect([[...crm], accounts.size]).toEqual([[hers, his], 2]);
      }
    });

    it("takes nobody in of whom a source that comes first says nothing but the number", async () => {
      const { hers, his, crm } = household();
      const accounts = new Set<Account>([["b-2", ada]]);
      // It tells whose an account is, and knows nothing of what a number of another type means that was named.
      const first = defineDataSource({
        ...customerDefinition("first", new Set()),
        needs: ["billing-id", "email"],
        identify: async (subject) =>
          subject.values("email").includes(ada)
            ? [{ type: "billing-id", value: "b-2" }, number("2"), email(ada)]
            : [],
      });
      for (const named of [[number("1")], [number("1"), email(ada)]]) {
        const world = await createWorld({ sources: [first, billing(accounts), customerSource("crm", crm)] });
        expect((await swept(world, ...named)).counts).toMatchObject({ erased: 0, leftBehind: 1 });
        expect([[...crm], accounts.size]).toEqual([[hers, his], 1]);
      }
    });

    it("follows no further address that they share, which another source tells of the number", async () => {
      const { hers, his, crm } = household();
      crm.add({ ...his, email: "flat@example.org" });
      const accounts = new Set<Account>([["b-2", "flat@example.org"]]);
      const club = defineDataSource({
        ...customerDefinition("club", new Set([{ ...hers, email: "flat@example.org" }])),
        needs: ["customer-number"],
      });
      const world = await createWorld({ sources: [customerSource("crm", crm), billing(accounts), club] });
      const { counts } = await swept(world, number("1"), email(ada));
      expect(counts).toMatchObject({ erased: 0, leftBehind: 1 });
      expect([crm.size, accounts.size]).toEqual([3, 1]);
    });

    it("erases none by an address that was hers and is let go, when it is tried again after an outage", async () => {
      const { hers, his, crm } = household();
      hers.email = "ada@new.example";
      const accounts = new Set<Account>([["b-2", ada]]);
      let isDown = true;
      const { identify: _, ...silent } = customerDefinition("shop", new Set([{ ...hers }]), () => {
        if (isDown) throw new Error("down");
      });
      const sources = [customerSource("crm", crm), billing(accounts), defineDataSource(silent)];
      const world = await createWorld({ sources });
      const { id, counts } = await swept(world, number("1"), email(ada));
      expect(counts).toMatchObject({ leftBehind: 1 });
      isDown = false;
      expect(await triedAgain(world, id, 60_000)).toEqual([]);
      expect([[...crm], accounts.size]).toEqual([[his], 1]);
    });
  });
});
