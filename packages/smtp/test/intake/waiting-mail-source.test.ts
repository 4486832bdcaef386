import {
  createSubjectRights,
  defineDataSource,
  errAsync,
  orThrow,
  StorageFailed,
  type Subject,
  seal,
  subjectOf,
  systemRandomness,
} from "@subject-rights/core";
import { type MemoryStorage, memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { type DataSourceHarness, dataSourceCases, simulatedClock } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { mailIntake, waitingMailSource } from "../../src/index.ts";
import { postOffice } from "./post-office.ts";
import { ada, officer, openWorld, privacy, sources } from "./world.ts";

const subject = (email: string) => subjectOf([{ type: "email", value: email }]);
const never = (): never => {
  throw new Error("nothing in this mail is understood");
};

const intakeOver = ({ intakeStore, keyRing }: MemoryStorage) =>
  mailIntake({
    intakeStore,
    keyRing,
    rights: { requests: new Proxy({}, { get: never }) as never },
    actor: officer,
    controller: "Halmstrand Lamps",
    server: { host: "mail.halmstrand.example", port: 587 },
    from: { name: "Privacy", address: privacy },
    answersADay: 0,
    resolver: postOffice([]).resolver,
  });

/** Taken once, and copied for each case. */
const taken = (async () => {
  const tables = memoryTables();
  const intake = intakeOver(memoryStorage({ tables }));
  // More than one page of them.
  for (let index = 0; index < 40; index += 1) {
    const from = index % 12 === 0 ? "Ada@example.org" : `somebody-${index}@example.org`;
    const text = [
      `What about granada@example.org and ada@example.org.example, no-ada@example.org? ${index}`,
      `What about bo@example.org? ${index}`,
      `Who is <ADA@Example.ORG>? ${index}`,
    ][index % 3];
    const raw = `From: ${from}\r\nTo: ${privacy}\r\nMessage-ID: <${index}@x.example>\r\n\r\n${text}`;
    orThrow(await intake.take(Buffer.from(raw)));
  }
  return tables;
})();

const make = async () => {
  const storage = memoryStorage({ tables: structuredClone(await taken) });
  const { intakeStore, keyRing } = storage;
  let isBroken = false;
  const intake = intakeOver(storage);
  const source = waitingMailSource({
    keyRing,
    intakeStore: {
      ...intakeStore,
      list: (query) =>
        isBroken ? errAsync(new StorageFailed("intake-store", "list")) : intakeStore.list(query),
    },
  });
  return {
    source,
    person: subject("ada@example.org"),
    otherPerson: subject("bo@example.org"),
    unknownPerson: subject("nobody@example.org"),
    addressOnFile: "Ada@example.org",
    // The second door: what an administrator sees.
    holds: async (person: Subject) => {
      const email = person.values("email")[0] ?? "";
      let [count, cursor] = [0, undefined as string | undefined];
      do {
        const page = orThrow(await intake.waiting({ actor: officer, cursor }));
        count += page.mails.filter(({ content }) =>
          new RegExp(`(?:^|[ <"])${email}(?:[">?]|$)`, "im").test(
            `"${content?.from.join('" "')}" ${content?.text}`,
          ),
        ).length;
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      return [{ collection: "messages", count }];
    },
    breakIt: async () => {
      isBroken = true;
    },
  };
};

const context = {
  tenant: officer.tenant,
  requestId: null,
  categories: ["customer-data" as const],
  idempotencyKey: "erase-1",
  signal: new AbortController().signal,
  clock: simulatedClock(),
  deadline: 60_000,
};

const harness: DataSourceHarness = {
  abilities: ["locate", "export", "erase"],
  tenant: officer.tenant,
  foreignTenant: "southwind",
  make,
  makeBreakable: make,
};

describe("the messages that wait, as a data source", () => {
  for (const each of dataSourceCases(harness)) it(each.name, each.run);

  it("leaves in the list that somebody else wrote, who may wait for an answer, and nothing of what they said", async () => {
    const world = await openWorld();
    const write = async (from: string, text: string) =>
      world.take(await world.post.write({ from, to: privacy, subject: "Hello", text }), {});
    await write(ada, "You lost my order.");
    await write("bo@example.org", `Please send ${ada} and bo@example.org a copy of our data.`);
    await write("bo@example.org", "Where is mine?");
    const source = waitingMailSource({
      intakeStore: world.storage.intakeStore,
      keyRing: world.storage.keyRing,
    });
    const erased = await source.erase?.(subject(ada), context);
    expect(erased?.unwrapOr([])).toEqual([{ collection: "messages", outcome: "erased", count: 2 }]);
    const left = (await world.waiting()).map(({ content }) => content?.text.trim() ?? null);
    expect(left.toSorted()).toEqual(["Where is mine?", null]);
    const [row] = (await world.waiting()).filter(({ content }) => content === null);
    const decision = { as: "request", kind: "export", category: "customer-data", email: ada } as const;
    orThrow(await world.intake.settle({ actor: officer, id: row?.id ?? "", decision }));
    expect(await world.waiting()).toHaveLength(1);
  });

  it.each([
    ["stored by a newer version", true],
    ["damaged", false],
  ])(
    "a message that was %s stops nobody, and nobody is told that it does not name them",
    async (_, isNewer) => {
      const tables = memoryTables();
      const storage = memoryStorage({ tables });
      const intake = intakeOver(storage);
      const take = async (id: string, from: string) =>
        orThrow(
          await intake.take(Buffer.from(`From: ${from}\r\nMessage-ID: <${id}@x.example>\r\n\r\nHello`)),
        );
      await take("1", "bo@example.org");
      const [[place, mail] = []] = tables.waitingMails;
      if (place === undefined || mail === undefined) throw new Error("none waits");
      await take("2", "cy@example.org");
      const key = tables.keys.get(`intake-mail/${mail.tenant}/${mail.id}`)?.at(-1) ?? new Uint8Array(32);
      const at = isNewer ? ["intake-mail", mail.tenant, mail.id] : ["somewhere else"];
      const content = seal(key, JSON.stringify(at), Buffer.from('{"form":1000}'), systemRandomness);
      const unreadable = { ...mail, sealed: Buffer.from(content).toString("base64") };
      tables.waitingMails.set(place, unreadable);
      const clock = simulatedClock();
      const notifier = memoryNotifier();
      const { intakeStore, keyRing } = storage;
      const rights = createSubjectRights({
        ...storage,
        clock,
        controller: "Halmstrand Lamps",
        sources: [...sources, waitingMailSource({ intakeStore, keyRing })],
        notifier,
        addresses: { tenantAdmin: () => privacy, support: () => "support@halmstrand.example" },
      });
      orThrow(await rights.start());
      const erasure = async (email: string) => {
        const asked = { actor: officer, kind: "erasure", category: "customer-data", email } as const;
        const { request } = orThrow(await rights.requests.submit(asked));
        await clock.advance(0);
        const token = notifier.sent.findLast(({ notice }) => notice.type === "confirmation")?.notice;
        if (token?.type !== "confirmation") throw new Error("no confirmation was sent");
        orThrow(await rights.requests.acknowledge({ token: token.token }));
        await clock.advance(60_000);
        return orThrow(await rights.requests.read({ actor: officer, requestId: request.id }));
      };
      const collection = "messages that cannot be read";
      const reason = expect.stringContaining(mail.id);
      const erased = await erasure("cy@example.org");
      expect(erased.outcome).toBe("completed-with-exceptions");
      expect(erased.sources.find(({ id }) => id === "mail-intake")?.outcomes).toEqual([
        { collection: "messages", outcome: "erased", count: 1 },
        { collection, outcome: "kept", count: 1, reason },
      ]);
      expect(notifier.sent.at(-1)?.notice.type).toBe("completion");
      expect(JSON.stringify(notifier.sent.at(-1)?.notice)).toContain(mail.id);
      const exported = await waitingMailSource({ intakeStore, keyRing })
        .export?.(subject("di@example.org"), context, null)
        .next();
      expect(exported?.unwrapOr(null)).toMatchObject({ collection, rows: [{ message: mail.id }] });
      expect([...tables.waitingMails.values()]).toEqual([unreadable]);
      expect(orThrow(await rights.health())).toMatchObject({ failing: [] });
      // Settled, or read by newer code, it is spoken of no more.
      orThrow(await intakeStore.remove(mail));
      expect((await erasure("bo@example.org")).outcome).toBe("completed");
      await rights.stop();
    },
  );

  it("opens no category: nobody's user data is erased by looking into messages", async () => {
    const storage = memoryStorage();
    const { intakeStore, keyRing } = storage;
    const shop = defineDataSource({
      id: "shop",
      title: "The shop",
      holds: ["customer-data"],
      kind: "origin",
      locate: async () => [],
      erase: async () => [],
    });
    const rights = createSubjectRights({
      ...storage,
      controller: "Halmstrand Lamps",
      sources: [shop, waitingMailSource({ intakeStore, keyRing })],
      notifier: memoryNotifier(),
      addresses: { tenantAdmin: () => privacy, support: () => privacy },
    });
    expect(rights.categories).toEqual(["customer-data"]);
    const asked = { actor: officer, category: "user-data" } as const;
    const issues = [{ path: "category", message: "no registered data source holds data of this category" }];
    const submitted = await rights.requests.submit({ ...asked, kind: "erasure", email: ada });
    expect(submitted).toMatchObject({ error: { issues } });
    const people = async function* () {
      yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
    };
    const sweep = { ...asked, reason: "retention", people } as const;
    expect(await rights.sweeps.eraseMany(sweep)).toMatchObject({ error: { issues } });

    // It goes along where somebody else holds such data.
    const intake = intakeOver(storage);
    orThrow(await intake.take(Buffer.from(`From: ${ada}\r\nTo: ${privacy}\r\n\r\nYou lost my order.`)));
    const swept = orThrow(await rights.sweeps.eraseMany({ ...sweep, category: "customer-data" }));
    expect(orThrow(await swept.end()).status).toBe("completed");
    expect(orThrow(await intake.waiting({ actor: officer })).mails).toEqual([]);
  });
});
