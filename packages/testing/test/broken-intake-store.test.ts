import { defineIntakeStore, type IntakeStoreDefinition } from "@subject-rights/core";
import { memoryIntakeStore } from "@subject-rights/memory";
import { type IntakeStoreFixture, intakeStoreCases, type StorageHarness } from "@subject-rights/testing";
import { couldNotAsk, describeSuite, gap } from "./broken/describe-suite.ts";
import { plainIntakeStore } from "./broken/plain-storage.ts";
import { type Fault, world } from "./broken/storage/world.ts";

type IntakeFault = Fault<IntakeStoreDefinition>;

const intakeStore = (fault: IntakeFault | null): StorageHarness<IntakeStoreFixture> => {
  const makeBreakable = async () => {
    const { tables, leftovers, up, ...doors } = world();
    const plain = plainIntakeStore(memoryIntakeStore(tables));
    const good = {
      see: up(plain.see),
      conclude: up(plain.conclude),
      countAnswer: up(plain.countAnswer),
      read: up(plain.read),
      list: up(plain.list),
      remove: up(plain.remove),
      overdue: up(plain.overdue),
      forget: up(plain.forget),
    };
    return { store: defineIntakeStore({ ...good, ...fault?.({ good, tables, leftovers }) }), ...doors };
  };
  return { make: makeBreakable, makeBreakable };
};

const swallowed = async <Answer>(call: Promise<Answer>, instead: Answer): Promise<Answer> =>
  call.catch(() => instead);

const faults: readonly {
  readonly fault: string;
  readonly how: IntakeFault;
  readonly caughtBy: readonly string[];
}[] = [
  {
    fault: "whoever sees a mail last says when",
    how: ({ good }) => ({ see: async (mail) => ({ ...(await good.see(mail)), at: mail.at }) }),
    caughtBy: [
      "see: the first to see a mail says when, and what became of it is read back",
      "see: of several at the same moment one is the first",
      "forget: what was seen before is not known any more, and what has no conclusion is",
    ],
  },
  {
    fault: "mails of all tenants are one",
    how: ({ good }) => {
      const tenant = "tenant-one";
      return {
        see: (mail) => good.see({ ...mail, tenant }),
        conclude: (conclusion) => good.conclude({ ...conclusion, tenant }),
      };
    },
    caughtBy: ["see: the same mail in another tenant is another one"],
  },
  {
    fault: "the request of a mail that waits is dropped",
    how: ({ good }) => ({
      conclude: (conclusion) =>
        good.conclude({
          ...conclusion,
          waiting: conclusion.waiting && { ...conclusion.waiting, requestId: null },
        }),
    }),
    caughtBy: ["conclude: what waits for a person is read back as it was stored"],
  },
  {
    fault: "what became of a mail is written over",
    how: ({ good, tables }) => ({
      async conclude(conclusion) {
        for (const [key, seen] of tables.seenMails) tables.seenMails.set(key, { ...seen, conclusion: null });
        return good.conclude(conclusion);
      },
    }),
    caughtBy: [
      "conclude: what became of a mail stays as it was recorded first",
      "conclude: of several at the same moment one is stored",
    ],
  },
  {
    fault: "something happens between looking whether it is concluded and storing",
    how: ({ good, tables }) => ({
      async conclude(conclusion) {
        const seen = await good.see({ ...conclusion, at: "2026-03-02T09:00:00.000Z" });
        if (seen.conclusion !== null) return { outcome: "concluded" };
        await gap();
        for (const [key, each] of tables.seenMails) {
          if (key.includes(conclusion.fingerprint)) tables.seenMails.set(key, { ...each, conclusion: null });
        }
        return good.conclude(conclusion);
      },
    }),
    caughtBy: [
      "conclude: of several at the same moment one is stored",
      "conclude: a mail that nobody saw is an error",
    ],
  },
  {
    fault: "as many wait as there come",
    how: ({ good }) => ({ conclude: (conclusion) => good.conclude({ ...conclusion, most: 1_000_000 }) }),
    caughtBy: ["conclude: where as many wait as may, nothing is stored, and what does not wait is"],
  },
  {
    fault: "answers are counted together",
    how: ({ good }) => ({
      countAnswer: (answer) => good.countAnswer({ ...answer, recipient: "0".repeat(64) }),
    }),
    caughtBy: ["countAnswer: as many as may, for each recipient, day and tenant"],
  },
  {
    fault: "something happens between counting answers and storing the number",
    how: ({ good, tables }) => ({
      async countAnswer({ most, ...answer }) {
        const key = JSON.stringify([answer.tenant, answer.recipient, answer.day]);
        const count = tables.answers.get(key)?.count ?? 0;
        await gap();
        if (count >= most) return false;
        await good.countAnswer({ ...answer, most: 1_000_000 });
        return true;
      },
    }),
    caughtBy: ["countAnswer: of many at the same moment as many as may"],
  },
  {
    fault: "every tenant reads everything",
    how: ({ good, tables }) => ({
      read: async (key) =>
        (await good.read(key)) ?? [...tables.waitingMails.values()].find(({ id }) => id === key.id),
    }),
    caughtBy: ["read: of another tenant, or what is not there, is undefined"],
  },
  {
    fault: "the newest comes first",
    how: ({ good }) => ({
      list: async (query) => {
        const page = await good.list(query);
        return { ...page, mails: page.mails.toReversed() };
      },
    }),
    caughtBy: ["list: the one that waits longest first, of one tenant, page by page"],
  },
  {
    fault: "nothing is removed",
    how: ({ good }) => ({ remove: async (key) => (await good.read(key)) !== undefined }),
    caughtBy: ["remove: it is gone, and only of its tenant"],
  },
  {
    fault: "what waits since that very moment is overdue as well",
    how: ({ good }) => ({
      overdue: ({ before, limit }) =>
        good.overdue({ before: new Date(Date.parse(before) + 1).toISOString(), limit }),
    }),
    caughtBy: ["overdue: those that wait since before, of all tenants, the one that waits longest first"],
  },
  {
    fault: "nothing is forgotten",
    how: () => ({ forget: async () => undefined }),
    caughtBy: [
      "forget: what was seen before is not known any more, and what has no conclusion is",
      "forget: answers of an earlier day are not counted any more",
    ],
  },
  {
    fault: "all answers are forgotten",
    how: ({ good, tables }) => ({
      async forget(query) {
        await good.forget(query);
        tables.answers.clear();
      },
    }),
    caughtBy: ["forget: answers of an earlier day are not counted any more"],
  },
  {
    fault: "a store that is gone has nothing",
    how: ({ good }) => ({
      see: (mail) => swallowed(good.see(mail), { at: mail.at, conclusion: null }),
      conclude: (conclusion) => swallowed(good.conclude(conclusion), { outcome: "stored" }),
      countAnswer: (answer) => swallowed(good.countAnswer(answer), true),
      read: (key) => swallowed(good.read(key), undefined),
      list: (query) => swallowed(good.list(query), { mails: [] }),
      remove: (key) => swallowed(good.remove(key), false),
      overdue: (query) => swallowed(good.overdue(query), []),
    }),
    caughtBy: [
      "conclude: a mail that nobody saw is an error",
      ...["see", "conclude", "countAnswer", "read", "list", "remove", "overdue"].map(couldNotAsk),
    ],
  },
];

describeSuite<IntakeFault>("intake store", (fault) => intakeStoreCases(intakeStore(fault)), faults);
