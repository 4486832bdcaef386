import {
  defineDataSource,
  type Identifier,
  type NoticeType,
  type Row,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { adaAs, boAs, type Customer, customerDefinition, email, number } from "./customers.ts";
import {
  ada,
  admin,
  createWorld,
  peopleSource,
  tenantAdmin,
  tokenOf,
  unreliable,
  type World,
} from "./world.ts";

const isThorough = inject("isThorough");

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const newAddress = "ada@new.example";

type Kind = "erasure" | "export";
type Part = "crm" | "shop" | "mail";

/** Two sources have Ada and Bo, of which one tells who they are; and each of the three parts can be down. */
const office = async (
  kind: Kind,
  {
    identifiers = [],
    sources,
    ...options
  }: Partial<SubjectRightsOptions> & { readonly identifiers?: readonly Identifier[] } = {},
) => {
  const [theirs, others] = [adaAs(), boAs()];
  const down = new Set<Part>();
  /** What stays down, whatever is mended. */
  const stillDown = new Set<Part>();
  const meet = (part: Part) => () => {
    if (down.has(part) || stillDown.has(part)) throw new Error("down");
  };
  const customers = () => new Set<Customer>([theirs, others]);
  const { identify: _, ...shop } = customerDefinition("shop", customers(), meet("shop"));
  const mail = unreliable(meet("mail"));
  const world = await createWorld({
    sources: sources ?? [
      defineDataSource(customerDefinition("crm", customers(), meet("crm"))),
      defineDataSource(shop),
    ],
    acknowledgedBy: "data-subject",
    notifier: mail.notifier,
    ...options,
  });
  const { requests } = world.rights;
  const actor = kind === "erasure" ? admin : tenantAdmin;
  const given = { actor, kind, category: "customer-data", email: ada, identifiers } as const;
  const which = { actor, requestId: unwrap(await requests.submit(given)).request.id };
  await world.settle();
  const confirm = async () => {
    unwrap(await requests.acknowledge({ token: tokenOf(mail.accepted) }));
    await world.settle();
  };
  const changeHands = () => {
    theirs.email = newAddress;
    others.email = ada;
  };
  const sentTo = (address: string) =>
    mail.accepted.flatMap(({ to, notice }) => (to === address ? [notice.type] : []));
  return { world, theirs, others, down, stillDown, which, confirm, changeHands, sentTo };
};

type Made = Awaited<ReturnType<typeof office>>;

/** What keeps an answer back for twenty days; and what is done then, so that it goes on. */
/** Asks for Ada by her address alone, and confirms. */
const askedByAda = async (world: World, mail: ReturnType<typeof unreliable>, kind: Kind) => {
  const { requests } = world.rights;
  const actor = kind === "erasure" ? admin : tenantAdmin;
  const given = { actor, kind, category: "customer-data", email: ada } as const;
  const { id } = unwrap(await requests.submit(given)).request;
  await world.settle();
  unwrap(await requests.acknowledge({ token: tokenOf(mail.accepted) }));
  return { actor: admin, requestId: id };
};

const isDown =
  (part: Part) =>
  async ({ world, down, confirm }: Made) => {
    down.add(part);
    await confirm();
    await world.pass(minute);
    return async () => void down.clear();
  };
const inDoubt = (part: Part, then: (made: Made) => Promise<unknown>) => async (made: Made) => {
  const { world, down, which } = made;
  // Something is in the way of the end until it is asked who this is.
  const goOn = await isDown(part)(made);
  unwrap(await world.rights.requests.suspend({ ...which, reason: "who is it" }));
  down.clear();
  return async () => {
    await goOn();
    await then(made);
  };
};
const resumed = async ({ world, which }: Made) => unwrap(await world.rights.requests.resume(which));
const declined = async ({ world, which }: Made) =>
  unwrap(await world.rights.requests.decline({ ...which, reason: "nobody answered" }));

const cases: readonly (readonly [string, Kind, NoticeType, (made: Made) => Promise<() => Promise<void>>])[] =
  [
    ["a package, behind a doubt", "export", "delivery", inDoubt("mail", resumed)],
    ["a package, while mail is down", "export", "delivery", isDown("mail")],
    ["a second package, behind an outage", "export", "delivery", isDown("shop")],
    ["what was erased, behind an outage", "erasure", "completion", isDown("shop")],
    ["what was erased, while mail is down", "erasure", "completion", isDown("mail")],
    ["why it was declined", "erasure", "refusal", inDoubt("shop", declined)],
  ];

const twentyDaysLater = async (made: Made, goOn: () => Promise<void>) => {
  const { clock } = made.world;
  clock.set(new Date(clock.now().getTime() + 20 * day));
  made.changeHands();
  await goOn();
  await made.world.pass(2 * hour);
};

describe.each(cases)("%s", (name, kind, letter, wait) => {
  it("goes to nobody where the address is somebody else's by then, and support is told once", async () => {
    const made = await office(kind);
    const goOn = await wait(made);
    const before = made.sentTo(ada).length;
    await twentyDaysLater(made, goOn);
    const { messages, waitingFor } = await made.world.read(made.which.requestId);
    const failed = messages.findLast(({ kind: of }) => of === letter);
    expect(failed).toMatchObject({ status: "failed", problem: { code: "no-address", retryable: false } });
    expect(waitingFor).toContainEqual({ for: "message", message: failed?.id, problem: "no-address" });
    expect(made.sentTo(ada)).toHaveLength(before);
    expect(made.sentTo(newAddress)).toEqual([]);
    expect(made.sentTo("support@northwind.example").filter((type) => type === "undelivered")).toEqual([
      "undelivered",
    ]);
    if (kind === "export")
      unwrap(await made.world.rights.packages.fetch({ ...made.which, actor: tenantAdmin }));
    // Whoever puts it right in the source has it sent.
    made.theirs.email = ada;
    made.others.email = "bo@example.org";
    unwrap(await made.world.rights.requests.resendMessage({ ...made.which, message: failed?.id ?? "" }));
    await made.world.pass(hour);
    expect(made.sentTo(ada).slice(before)).toEqual([letter]);
  });

  // The same for every letter: one of each kind of request stays in `npm test`.
  if (["a package, behind a doubt", "what was erased, behind an outage"].includes(name) || isThorough)
    it("goes to the person where it is theirs still", async () => {
      const made = { ...(await office(kind)), changeHands: () => undefined };
      const goOn = await wait(made);
      const before = made.sentTo(ada).length;
      await twentyDaysLater(made, goOn);
      expect(made.sentTo(ada).slice(before)).toEqual([letter]);
      expect(made.sentTo("support@northwind.example")).not.toContain("undelivered");
    });
});

/** Without the one where the work of the request waits for the same source, and not only its letter. */
const byLetterAlone = cases
  .filter(([name]) => name !== "a second package, behind an outage")
  // It is one wait, whatever keeps the letter back before: one of each letter stays in `npm test`.
  .filter(
    ([, , letter], index, all) => isThorough || all.findIndex(([, , each]) => each === letter) === index,
  );

describe.each(byLetterAlone)("%s", (_, kind, letter, wait) => {
  it("waits where a source that has to say it is down, which is named and told of once, and goes then", async () => {
    const made = { ...(await office(kind)), changeHands: () => undefined };
    const goOn = await wait(made);
    const [before, told] = [made.sentTo(ada).length, made.sentTo("support@northwind.example").length];
    made.stillDown.add("crm");
    await twentyDaysLater(made, goOn);
    // A package that has expired is made anew first, which takes no time on this clock.
    await made.world.pass(10 * minute);
    expect(made.sentTo(ada)).toHaveLength(before);
    const { waitingFor } = await made.world.read(made.which.requestId);
    expect(waitingFor.filter((each) => each.for === "source")).toEqual([
      { for: "source", source: "crm", problem: "unavailable" },
    ]);
    expect(made.sentTo("support@northwind.example").slice(told)).toEqual(["support"]);
    made.stillDown.clear();
    unwrap(await made.world.rights.sources.retryAll({ actor: admin, source: "crm" }));
    await made.world.pass(minute);
    expect(made.sentTo(ada).slice(before)).toEqual([letter]);
    expect(made.sentTo("support@northwind.example").slice(told)).toEqual(["support"]);
  });
});

describe("whether an address is still the person's", () => {
  /** A package is ready, and waits for a mail server for so long. */
  const packaged = async (
    ...given: Parameters<typeof office> extends [Kind, ...infer Rest] ? Rest : never
  ) => {
    const made = await office("export", ...given);
    const goOn = await isDown("mail")(made);
    return { made, goOn, letters: () => made.sentTo(ada).filter((type) => type === "delivery").length };
  };

  it("is asked nobody within a day of its confirmation", async () => {
    const { made, goOn, letters } = await packaged();
    made.world.clock.set(new Date(made.world.clock.now().getTime() + 23 * hour));
    await goOn();
    made.down.add("crm");
    await made.world.pass(10 * minute);
    expect(letters()).toBe(1);
  });

  it("is not known while the source that could say it is down: the letter waits, and shows why", async () => {
    const { made, goOn, letters } = await packaged();
    await twentyDaysLater(made, async () => {
      await goOn();
      made.down.add("crm");
    });
    // The package has expired, and is made anew first, which takes no time on this clock.
    await made.world.pass(10 * minute);
    expect(letters()).toBe(0);
    const { messages, waitingFor } = await made.world.read(made.which.requestId);
    expect(messages.findLast(({ kind }) => kind === "delivery")).toMatchObject({
      status: "due",
      problem: { code: "unavailable", retryable: true },
    });
    expect(waitingFor).toEqual([{ for: "source", source: "crm", problem: "unavailable" }]);
    made.down.clear();
    await made.world.pass(2 * hour);
    expect([letters(), made.sentTo("support@northwind.example")]).toEqual([0, ["support", "undelivered"]]);
  });

  it("is not where it leads to another number in one source, though another was not told of the new one", async () => {
    const [theirs, others] = [adaAs(), boAs()];
    const stale = adaAs();
    const made = await office("export", {
      sources: [
        defineDataSource(customerDefinition("crm", new Set([theirs, others]))),
        defineDataSource(customerDefinition("billing", new Set([stale]))),
      ],
    });
    const goOn = await isDown("mail")(made);
    const changeHands = () => {
      theirs.email = newAddress;
      others.email = ada;
    };
    await twentyDaysLater({ ...made, changeHands }, goOn);
    expect(made.sentTo(ada)).toEqual(["confirmation"]);
    expect(made.sentTo("support@northwind.example")).toEqual(["undelivered"]);
  });

  it("is where a household has it, and the person's own record too", async () => {
    const { made, goOn, letters } = await packaged();
    const changeHands = () => {
      made.others.email = ada;
    };
    await twentyDaysLater({ ...made, changeHands }, goOn);
    expect(letters()).toBe(1);
  });

  /** Both had it from the beginning, and somebody has decided that they are two; the letter waits for two days. */
  const household = async () => {
    const mailbox = new Set<Customer>([adaAs(), { number: "2", email: ada }]);
    const made = await office("erasure", {
      identifiers: [number("1")],
      sources: [defineDataSource(customerDefinition("crm", mailbox))],
    });
    await made.confirm();
    await made.world.pass(minute);
    made.down.add("mail");
    const decision = { ...made.which, decision: "decision-1", reason: "they live together" };
    unwrap(await made.world.rights.requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
    await made.world.pass(minute);
    expect([...mailbox].map((each) => each.number)).toEqual(["2"]);
    const go = async () => {
      made.world.clock.set(new Date(made.world.clock.now().getTime() + 2 * day));
      made.down.clear();
      await made.world.pass(2 * hour);
    };
    return { made, mailbox, go };
  };

  it("is where a household has had it since before, also once the person is erased", async () => {
    const { made, go } = await household();
    await go();
    expect(made.sentTo(ada)).toEqual(["confirmation", "completion"]);
    expect(made.sentTo("support@northwind.example")).not.toContain("undelivered");
  });

  it("is not where a number has come to it since, beside those of the household", async () => {
    const { made, mailbox, go } = await household();
    const newcomer = { number: "3", email: ada };
    mailbox.add(newcomer);
    await go();
    expect(made.sentTo(ada)).toEqual(["confirmation"]);
    expect(made.sentTo("support@northwind.example")).toContain("undelivered");
    const { waitingFor } = await made.world.read(made.which.requestId);
    expect(waitingFor).toEqual([{ for: "message", message: "completion-1", problem: "no-address" }]);
    const resend = async () => {
      unwrap(await made.world.rights.requests.resendMessage({ ...made.which, message: "completion-1" }));
      await made.world.pass(minute);
    };
    await resend();
    expect(made.sentTo(ada)).toEqual(["confirmation"]);
    // Somebody knows that it is a household's, and keeps the newcomer's address out for as long as the letter takes.
    newcomer.email = "";
    await resend();
    newcomer.email = ada;
    expect(made.sentTo(ada)).toEqual(["confirmation", "completion"]);
    expect((await made.world.read(made.which.requestId)).waitingFor).toEqual([]);
  });

  it("is asked before the secret of a package is carried, too", async () => {
    const carried: string[] = [];
    const packageEncryption = {
      carrySecret: async ({ subject }: { subject: string }) => void carried.push(subject),
    };
    const made = await office("export", { packageEncryption });
    const goOn = await inDoubt("mail", resumed)(made);
    expect(carried).toEqual([ada]);
    await twentyDaysLater(made, goOn);
    expect(carried).toEqual([ada]);
    const { messages } = await made.world.read(made.which.requestId);
    expect(messages.map(({ kind, status }) => [kind, status])).toContainEqual(["package-secret", "failed"]);
  });

  it("is asked years later, when something is erased whose day has come", async () => {
    const [theirs, others] = [adaAs(), boAs()];
    const customers = new Set<Customer>([theirs, others]);
    const until = "2034-12-31";
    let isErased = false;
    const law = customerDefinition("crm", customers);
    const made = await office("erasure", {
      sources: [
        defineDataSource({
          ...law,
          erase: async (subject) => {
            if (made.world.clock.now().toISOString() < until)
              return [{ collection: "customers", outcome: "retained", count: 1, reason: "§ 147 AO", until }];
            isErased = true;
            return law.erase(subject);
          },
        }),
      ],
    });
    await made.confirm();
    await made.world.pass(minute);
    expect(made.sentTo(ada)).toEqual(["confirmation", "completion"]);
    made.world.clock.set(new Date("2035-01-02T12:00:00Z"));
    theirs.email = newAddress;
    others.email = ada;
    await made.world.pass(2 * hour);
    expect([isErased, [...customers]]).toEqual([true, [others]]);
    expect(made.sentTo(ada)).toEqual(["confirmation", "completion"]);
    expect(made.sentTo("support@northwind.example")).toEqual(["undelivered"]);
  });

  it("is for nobody to say where no source tells who somebody is", async () => {
    const { made, goOn, letters } = await packaged({
      sources: [peopleSource("crm", new Map([[ada, [{}]]]))],
    });
    await twentyDaysLater(made, goOn);
    expect(letters()).toBe(1);
  });

  it("is for nobody to say where the sources never had it", async () => {
    const made = await office("export", { identifiers: [number("1")] });
    made.theirs.email = newAddress;
    const goOn = await isDown("mail")(made);
    await twentyDaysLater({ ...made, changeHands: () => undefined }, goOn);
    expect(made.sentTo(ada).filter((type) => type === "delivery")).toHaveLength(1);
  });

  it("is for the application to say where it tells the addresses on record itself", async () => {
    let onRecord = ada;
    const { made, goOn, letters } = await packaged({
      addresses: {
        tenantAdmin: () => "tenant-admin@northwind.example",
        support: () => "support@northwind.example",
        dataSubject: () => onRecord,
      },
    });
    onRecord = newAddress;
    await twentyDaysLater(made, goOn);
    expect([letters(), made.sentTo(newAddress)]).toEqual([0, ["delivery"]]);
  });
});

describe("an address that sources do not tell any more of whoever has the number", () => {
  const paper = (needs: readonly string[]) =>
    defineDataSource({
      id: "paper",
      title: "The paper files",
      holds: ["customer-data"],
      kind: "origin",
      owner: "owner@northwind.example",
      needs,
    });

  /** An erasure is held for twenty days; meanwhile its address becomes another customer's, or stays theirs. */
  const held = async (needs: readonly string[], changesHands = true) => {
    const [theirs, others] = [adaAs(), boAs()];
    const crm = {
      ...customerDefinition("crm", new Set<Customer>([theirs, others])),
      recipients: [{ title: "The bank", address: "bank@example.org" }],
    };
    const world = await createWorld({ sources: [defineDataSource(crm), paper(needs)] });
    const { holds, requests, suppressions } = world.rights;
    const placed = { actor: admin, identifiers: [email(ada)], reason: "a claim in court" };
    const { hold } = unwrap(await holds.place(placed));
    const requestId = await world.acknowledged("erasure");
    world.clock.set(new Date(world.clock.now().getTime() + 20 * day));
    if (changesHands) {
      theirs.email = newAddress;
      others.email = ada;
    }
    unwrap(await holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
    await world.pass(2 * hour);
    const noticeOf = (type: NoticeType) =>
      world.notifier.sent.find(({ notice }) => notice.type === type)?.notice;
    const task = noticeOf("manual-task");
    const done = { actor: admin, requestId, source: "paper", answer: "done", note: "shredded" } as const;
    unwrap(await requests.answerTask(done));
    await world.pass(hour);
    const mayTakeIn = async (...identifiers: Identifier[]) =>
      unwrap(await suppressions.mayTakeIn({ actor: admin, identifiers }));
    return { task, told: noticeOf("recipient"), mayTakeIn };
  };
  const theirNames = [number("1"), email(newAddress)];

  it("is named to nobody who finds the person by their number, or was given their data", async () => {
    const { task, told } = await held(["customer-number", "email"]);
    expect(task).toMatchObject({ subject: newAddress, identifiers: theirNames });
    expect(told).toMatchObject({ subject: newAddress, identifiers: theirNames });
    expect(JSON.stringify([task, told])).not.toContain(ada);
  });

  it("is named as what may be somebody else's to whoever finds people by addresses alone", async () => {
    const { task, told } = await held(["email"]);
    expect(task).toMatchObject({
      subject: newAddress,
      identifiers: [{ ...email(ada), mayBeOthers: true }, number("1"), email(newAddress)],
    });
    expect(told).toMatchObject({ identifiers: theirNames });
  });

  it("keeps nobody out who has it by now", async () => {
    const { mayTakeIn } = await held(["email"]);
    expect(await mayTakeIn(email(ada), number("2"))).toBe(true);
    expect(await mayTakeIn(number("1"))).toBe(false);
    expect(await mayTakeIn(email(newAddress))).toBe(false);
  });

  it("is theirs as before where they are told with it still", async () => {
    const { task, told, mayTakeIn } = await held(["email"], false);
    const identifiers = [email(ada), number("1")];
    expect([task, told]).toMatchObject([
      { subject: ada, identifiers },
      { subject: ada, identifiers },
    ]);
    expect(await mayTakeIn(email(ada))).toBe(false);
  });

  /** One source is down for twenty days, and the other has forgotten the person by then. */
  const forgotten = async (isHousehold: boolean) => {
    const [theirs, others] = [adaAs(), boAs()];
    if (isHousehold) others.email = ada;
    let isDown = true;
    const { identify: _, ...shop } = customerDefinition("shop", new Set<Customer>([theirs, others]), () => {
      if (isDown) throw new Error("down");
    });
    const bank = { title: "The bank", address: "bank@example.org" };
    const world = await createWorld({
      sources: [
        defineDataSource(customerDefinition("crm", new Set<Customer>([theirs, others]))),
        defineDataSource({ ...shop, recipients: [bank] }),
        // What was printed of the shop is destroyed once the shop has forgotten them.
        defineDataSource({
          id: "prints",
          title: "Prints",
          holds: ["customer-data"],
          kind: "copy",
          copyOf: ["shop"],
          owner: "owner@northwind.example",
          needs: ["email"],
        }),
      ],
    });
    const { requests } = world.rights;
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await requests.submit({ ...asked, identifiers: [number("1")] }));
    const which = { actor: admin, requestId: request.id };
    await world.settle();
    unwrap(await requests.acknowledge({ token: world.token() }));
    await world.pass(minute);
    if (isHousehold) {
      const decision = { ...which, decision: "decision-1", reason: "they live together" };
      unwrap(await requests.decideIdentifier({ ...decision, answer: "somebody-else" }));
      await world.pass(minute);
    }
    world.clock.set(new Date(world.clock.now().getTime() + 20 * day));
    theirs.email = newAddress;
    others.email = ada;
    isDown = false;
    await world.pass(2 * hour);
    const noticeOf = (type: NoticeType) =>
      world.notifier.sent.find(({ notice }) => notice.type === type)?.notice;
    const done = { ...which, source: "prints", answer: "done", note: "shredded" } as const;
    unwrap(await requests.answerTask(done));
    await world.pass(hour);
    return { task: noticeOf("manual-task"), told: noticeOf("recipient") };
  };
  const byNumber = { subject: "1", identifiers: [number("1")] };
  const bySharedToo = {
    subject: "1",
    identifiers: expect.arrayContaining([{ ...email(ada), mayBeOthers: true }, number("1")]),
  };

  it("is named to nobody where the source that told it has forgotten the person meanwhile", async () => {
    const { task, told } = await forgotten(false);
    expect(task).toMatchObject(bySharedToo);
    expect(told).toMatchObject(byNumber);
  });

  it("is named as what may be somebody else's where it was a household's, and leads to the other one alone", async () => {
    const { task, told } = await forgotten(true);
    expect([task, told]).toMatchObject([bySharedToo, bySharedToo]);
  });
});

describe("a source that knows addresses only, where the one that was confirmed leads to another customer by then", () => {
  const subscribers = () =>
    new Map<string, Row[]>([
      [ada, [{ of: "bo" }]],
      [newAddress, [{ of: "ada" }]],
    ]);

  /** It waits for twenty days, and then for somebody to say whose the address is. */
  const asked = async (
    kind: Kind,
    by: "hold" | "outage",
    { needs = ["email"], readers = subscribers() } = {},
  ) => {
    const [theirs, others] = [adaAs(), boAs()];
    const lookedUp: string[] = [];
    let isDown = by === "outage";
    readers.get = (address) => {
      if (isDown) throw new Error("down");
      lookedUp.push(address);
      return Map.prototype.get.call(readers, address);
    };
    const crm = customerDefinition("crm", new Set<Customer>([theirs, others]));
    const world = await createWorld({
      sources: [defineDataSource(crm), peopleSource("news", readers, { needs })],
    });
    const { holds, requests } = world.rights;
    const claim = { actor: admin, identifiers: [email(ada)], reason: "a claim in court" };
    const holdId = by === "hold" ? unwrap(await holds.place(claim)).hold.id : null;
    const requestId = await world.acknowledged(kind);
    await world.pass(minute);
    world.clock.set(new Date(world.clock.now().getTime() + 20 * day));
    theirs.email = newAddress;
    others.email = ada;
    isDown = false;
    if (holdId !== null) unwrap(await holds.lift({ actor: admin, holdId, reason: "over" }));
    await world.pass(2 * hour);
    const { waitingFor } = await world.read(requestId);
    const decide = async (answer: "same-person" | "somebody-else") => {
      const [decision] = waitingFor.flatMap((each) => (each.for === "decision" ? [each.decision] : []));
      const which = { actor: admin, requestId, decision: decision ?? "", answer, reason: "they said so" };
      unwrap(await requests.decideIdentifier(which));
      await world.pass(2 * hour);
      return world.read(requestId);
    };
    return { readers, lookedUp, waitingFor, decide };
  };
  const waiting = [{ for: "decision", source: "news", identifierType: "email" }];

  it("does nothing by it before somebody has said whose it is", async () => {
    const { readers, waitingFor, decide } = await asked("erasure", "hold");
    expect(waitingFor).toMatchObject(waiting);
    expect([...readers]).toEqual([...subscribers()]);
    expect(await decide("somebody-else")).toMatchObject({ outcome: "completed-with-exceptions" });
    expect([...readers.keys()]).toEqual([ada]);
  });

  it("waits for a person where nothing else is known of the one who was erased elsewhere", async () => {
    const { readers, waitingFor, decide } = await asked("erasure", "outage");
    expect(waitingFor).toMatchObject(waiting);
    const missing = { for: "source", source: "news", problem: "identifier-missing" };
    expect(await decide("somebody-else")).toMatchObject({ outcome: null, waitingFor: [missing] });
    expect([...readers]).toEqual([...subscribers()]);
  });

  it("erases by it where it is the person's all the same", async () => {
    const { readers, decide } = await asked("erasure", "hold");
    expect(await decide("same-person")).toMatchObject({ phase: "closed" });
    expect([...readers.keys()]).toEqual([]);
  });

  describe("and customers by their number", () => {
    const needs = ["customer-number", "email"];

    it.each([
      ["erasure", "hold"],
      ["erasure", "outage"],
      ["export", "outage"],
    ] as const)(
      "does nothing by it either, for an %s behind an obstacle (%s): a guest's order has no number",
      async (kind, by) => {
        const { readers, waitingFor, lookedUp, decide } = await asked(kind, by, { needs });
        expect(waitingFor).toMatchObject(waiting);
        expect([...readers]).toEqual([...subscribers()]);
        lookedUp.splice(0);
        expect(await decide("somebody-else")).toMatchObject({ outcome: "completed-with-exceptions" });
        expect(readers.has(ada)).toBe(true);
        expect(lookedUp).not.toContain(ada);
      },
    );

    it("asks nobody where nothing is found by it", async () => {
      const found = { needs, readers: new Map<string, Row[]>([[newAddress, [{ of: "ada" }]]]) };
      const { readers, waitingFor } = await asked("erasure", "hold", found);
      expect([waitingFor, [...readers.keys()]]).toEqual([[], []]);
    });
  });

  it("hands out nothing of it", async () => {
    const { lookedUp, waitingFor, decide } = await asked("export", "outage");
    expect(waitingFor).toMatchObject(waiting);
    lookedUp.splice(0);
    expect(await decide("somebody-else")).toMatchObject({ outcome: "completed-with-exceptions" });
    expect([...new Set(lookedUp)]).toEqual([newAddress]);
  });
});

describe("an address that is told of the person no more, in a source that knows addresses only", () => {
  /** Their erasure is held for twenty days; whoever reads the newsletter there by then is in no other source. */
  const held = async (confirms: boolean) => {
    const theirs = adaAs();
    const readers = new Map<string, Row[]>([[ada, [{ of: "somebody" }]]]);
    const world = await createWorld({
      sources: [
        defineDataSource(customerDefinition("crm", new Set<Customer>([theirs]))),
        peopleSource("news", readers),
      ],
    });
    const { holds } = world.rights;
    const placed = { actor: admin, identifiers: [number("1")], reason: "a claim in court" };
    const { hold } = unwrap(await holds.place(placed));
    const requestId = await world.acknowledged("erasure");
    await world.pass(minute);
    world.clock.set(new Date(world.clock.now().getTime() + 20 * day));
    theirs.email = newAddress;
    if (confirms) await world.acknowledged("export");
    unwrap(await holds.lift({ actor: admin, holdId: hold.id, reason: "over" }));
    await world.pass(2 * hour);
    return { readers, read: () => world.read(requestId) };
  };

  it("is put before somebody where somebody else has confirmed it since", async () => {
    const { readers, read } = await held(true);
    expect((await read()).waitingFor).toMatchObject([
      { for: "decision", source: "news", identifierType: "email" },
    ]);
    expect(readers.size).toBe(1);
  });

  it("leads to the person where nobody has", async () => {
    const { readers, read } = await held(false);
    expect(await read()).toMatchObject({ outcome: "completed" });
    expect(readers.size).toBe(0);
  });
});

describe("an address that somebody else has confirmed while a source was down, and the person is erased elsewhere", () => {
  /** Nobody is left who could tell what address the person has: the customers' source has forgotten them on the first day. */
  const erasedElsewhere = async (ends: boolean) => {
    const theirs = adaAs();
    const crm = new Set<Customer>([theirs]);
    const readers = new Map<string, Row[]>([[ada, [{ of: "ada" }]]]);
    const outage = { isOver: false };
    const news = peopleSource("news", readers, {
      erase: async (subject) => {
        if (!outage.isOver) throw new Error("down");
        for (const each of subject.values("email")) readers.delete(each);
        return [{ collection: "news", outcome: "erased", count: 1 }];
      },
    });
    const mail = unreliable(() => undefined);
    const world = await createWorld({
      sources: [defineDataSource(customerDefinition("crm", crm)), news],
      acknowledgedBy: "data-subject",
      notifier: mail.notifier,
    });
    const { requests } = world.rights;
    const asked = (kind: Kind) => askedByAda(world, mail, kind);
    const first = await asked("erasure");
    await world.pass(minute);
    expect(crm.size).toBe(0);
    readers.set(newAddress, [{ of: "ada" }]);
    readers.set(ada, [{ of: "bo" }]);
    world.clock.set(new Date(world.clock.now().getTime() + 20 * day));
    const second = await asked("export");
    await world.pass(minute + hour);
    const reason = "looked";
    for (const { decision } of unwrap(await requests.reveal(second)).undecided)
      unwrap(await requests.decideIdentifier({ ...second, decision, answer: "somebody-else", reason }));
    if (ends) unwrap(await requests.cancel({ ...second, reason }));
    await world.pass(hour);
    outage.isOver = true;
    await world.pass(6 * hour);
    return { world, readers, first, mail };
  };

  it.each([false, true])(
    "leads to nobody, and no letter goes there (that request is over: %s)",
    async (ends) => {
      const { world, readers, first, mail } = await erasedElsewhere(ends);
      const { requests } = world.rights;
      const reason = "looked";
      expect((await world.read(first.requestId)).waitingFor).toMatchObject([
        { for: "decision", source: "news" },
      ]);
      const { undecided } = unwrap(await requests.reveal(first));
      for (const { decision } of undecided)
        unwrap(await requests.decideIdentifier({ ...first, decision, answer: "somebody-else", reason }));
      await world.pass(hour);
      for (const { id, settlement } of (await world.read(first.requestId)).sources)
        if (id === "news" && settlement === null)
          unwrap(await requests.settleSource({ ...first, source: id, reason }));
      await world.pass(hour);
      expect(readers.get(ada)).toEqual([{ of: "bo" }]);
      expect(await world.read(first.requestId)).toMatchObject({ outcome: "completed-with-exceptions" });
      expect(mail.accepted.filter(({ notice }) => notice.type === "completion")).toEqual([]);
    },
  );
});

describe("an address that somebody else has confirmed since a request was over, of which a letter waits for mail", () => {
  const reason = "we do not believe that order 4711 is yours";

  /** Ada is known by a number, and erased where that is told; whoever reads the newsletter has her address three days later. */
  const waiting = async (letter: "completion" | "refusal", since: "done" | "cancelled" | "nobody") => {
    const crm = new Set<Customer>([adaAs()]);
    const readers = new Map<string, Row[]>();
    const state = { isDown: true };
    const mail = unreliable(({ notice }) => {
      if (state.isDown && [letter, "recipient"].includes(notice.type)) throw new Error("down");
    });
    const recipients = [{ title: "The bank", address: "bank@example.org" }];
    const { identify: _, ...shop } = customerDefinition("shop", new Set<Customer>(), () => {
      if (letter === "refusal") throw new Error("down");
    });
    const world = await createWorld({
      sources: [
        defineDataSource({ ...customerDefinition("crm", crm), recipients }),
        defineDataSource(shop),
        peopleSource("news", readers),
      ],
      acknowledgedBy: "data-subject",
      notifier: mail.notifier,
    });
    const { requests } = world.rights;
    const asked = (kind: Kind) => askedByAda(world, mail, kind);
    const first = await asked("erasure");
    await world.pass(minute);
    crm.clear();
    if (letter === "refusal") unwrap(await requests.decline({ ...first, reason }));
    await world.settle();
    expect((await world.read(first.requestId)).phase).toBe("closed");
    world.clock.set(new Date(world.clock.now().getTime() + 3 * day));
    readers.set(ada, [{ of: "bo" }]);
    if (since !== "nobody") {
      const second = await asked("export");
      if (since === "cancelled") unwrap(await requests.cancel({ ...second, reason: "a mistake" }));
    }
    await world.pass(4 * hour);
    state.isDown = false;
    await world.pass(2 * hour);
    const told = mail.accepted.flatMap(({ notice }) =>
      notice.type === "recipient" ? [notice.identifiers?.map(({ value }) => value)] : [],
    );
    const letters = mail.accepted.filter(({ notice }) => notice.type === letter).map(({ to }) => to);
    const { messages } = await world.read(first.requestId);
    return { world, first, told, letters, message: messages.find(({ kind }) => kind === letter) };
  };

  it.each([
    ["completion", "done"],
    ["refusal", "cancelled"],
    // Letter and end have nothing to do with each other.
    ...(isThorough
      ? ([
          ["completion", "cancelled"],
          ["refusal", "done"],
        ] as const)
      : []),
  ] as const)("keeps the %s from going there (that request is %s)", async (letter, since) => {
    const { letters, told, message } = await waiting(letter, since);
    expect(letters).toEqual([]);
    expect(message).toMatchObject({ status: "failed", problem: { code: "no-address" } });
    expect(told).toEqual([["1"]]);
  });

  it.each(["completion", "refusal"] as const)("lets the %s go there where nobody has", async (letter) => {
    const { world, first, letters, message } = await waiting(letter, "nobody");
    expect([letters, message?.status]).toEqual([[ada], "sent"]);
    // It is found by nobody any more.
    const { about } = [...world.tables.requests.values()].find(({ id }) => id === first.requestId) ?? {};
    expect(about).toEqual([]);
  });
});
