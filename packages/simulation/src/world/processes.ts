import {
  createSubjectRights,
  defineNotifier,
  type PackageEncryption,
  type RequestStore,
  type SubjectRights,
} from "@subject-rights/core";
import {
  type MemoryNotifier,
  type MemoryTables,
  memoryNotifier,
  memoryStorage,
  memoryTables,
} from "@subject-rights/memory";
import { type SimulatedClock, seededRandomness, simulatedClock } from "@subject-rights/testing";
import type { Mood, SourceName, Story } from "../story/story.ts";
import { type Company, newCompany } from "./company.ts";
import { gatedNotifier, gatedStorage } from "./gates.ts";
import { type Asked, type History, newHistory, rowsIn } from "./history.ts";
import { Ledger } from "./ledger.ts";
import { type Life, newLife } from "./life.ts";
import { bytesOf } from "./package.ts";
import { sourceNamed } from "./sources.ts";

/** Everything that outlives a process. */
export interface World {
  readonly story: Story;
  readonly company: Company;
  readonly ledger: Ledger;
  readonly history: History;
  readonly clock: SimulatedClock;
  readonly tables: MemoryTables;
  readonly mail: { isDown: boolean; forgets: boolean; readonly inbox: MemoryNotifier };
  readonly moods: Mood[];
  readonly down: Set<SourceName>;
  /** What the newest code registers. */
  readonly registered: Set<SourceName>;
  /** What the newest process has registered that has come to its start. */
  newest: ReadonlySet<SourceName>;
  readonly processes: Process[];
  launched: number;
  /** How many effects there were, of all processes. */
  effects: number;
  /** What somebody asks for at this moment. */
  asking: Pick<Asked, "kind" | "person" | "address"> | null;
}

export interface Process {
  readonly number: number;
  readonly rights: SubjectRights;
  readonly life: Life;
  readonly sources: ReadonlySet<SourceName>;
}

const start = new Date("2026-01-05T09:00:00.000Z");
const day = 86_400_000;

export const newWorld = (story: Story): World => {
  const keptUntil = story.isKept ? new Date(start.getTime() + 60 * day).toISOString().slice(0, 10) : null;
  return {
    story,
    company: newCompany(keptUntil),
    ledger: new Ledger(),
    history: newHistory(),
    clock: simulatedClock(start),
    tables: memoryTables(),
    mail: {
      isDown: false,
      forgets: false,
      inbox: memoryNotifier(story.packages === "linked" ? { attachmentLimit: 0 } : {}),
    },
    moods: [...story.moods],
    down: new Set(),
    registered: new Set(story.sources),
    newest: new Set(story.sources),
    processes: [],
    launched: 0,
    effects: 0,
    asking: null,
  };
};

/** The store, with somebody who writes down what was committed. */
const witnessed = (store: RequestStore, world: World): RequestStore => {
  const { history, ledger, clock, company } = world;
  return {
    ...store,
    insert: (input) =>
      store.insert(input).map((answer) => {
        const { id } = input.request;
        if (answer.outcome === "stored" && world.asking !== null)
          history.asked.set(id, { id, ...world.asking, confirmedFrom: null, isPutFirst: false });
        return answer;
      }),
    commit: (input) =>
      store.commit(input).map((answer) => {
        if (answer.outcome !== "committed") return answer;
        const { request, entries } = input;
        const moment = ledger.next();
        const before = history.commits.findLast((commit) => commit.request.id === request.id);
        if (!request.open && before?.request.open !== false)
          history.closings.push({
            moment,
            requestId: request.id,
            registered: world.newest,
            rows: rowsIn(company),
          });
        history.commits.push({ moment, at: clock.now().getTime(), request, entries });
        return answer;
      }),
  };
};

/** No story takes as many: what does more does it without end. */
const mostEffects = 24_000;

/** Counts one more, and says whether it is too much. */
const isWornOut = (world: World): boolean => {
  world.effects += 1;
  if (world.effects === mostEffects) world.history.surprises.push("it goes on and on");
  return isStill(world);
};

/** Whether nothing happens any more, whatever is done. */
export const isStill = ({ effects }: World): boolean => effects >= mostEffects;

const linkOf = (token: string): string => `https://company.example/packages/${token}`;

/** A process that begins now, over what the newest code registers. */
export const launch = async (world: World): Promise<Process> => {
  const { clock, ledger, history, mail, story } = world;
  world.launched += 1;
  const number = world.launched;
  const life = newLife(clock, () => isWornOut(world));
  const randomness = seededRandomness(number);
  const { requestStore, ...storage } = memoryStorage({ tables: world.tables, randomness });
  const sources = new Set(world.registered);
  const inbox = defineNotifier({
    id: mail.inbox.id,
    attachmentLimit: mail.inbox.attachmentLimit,
    send: async (message, context) => {
      if (mail.isDown) throw new Error("no connection");
      const sent = await mail.inbox.send(message, { ...context, clock, deadline: 60_000 });
      if (sent.isErr()) throw sent.error;
      const [moment, at] = [ledger.next(), clock.now().getTime()];
      history.delivered.push({ moment, at, message });
      const attached = mail.inbox.sent.at(-1)?.attachment;
      if (message.notice.type === "delivery" && attached) {
        const zip = await bytesOf(attached.read());
        const { requestId, sha256, expiresAt } = message.notice;
        history.handedOut.push({ moment, at, until: Date.parse(expiresAt), requestId, sha256, zip });
      }
      if (mail.forgets) throw new Error("it was taken, and the answer is lost");
    },
  });
  const packageEncryption: PackageEncryption = {
    carrySecret: () =>
      life.gate("secrets.carry", async () => {
        if (mail.isDown) throw new Error("no connection");
      }),
  };
  const rights = createSubjectRights({
    controller: "Northwind Lamps",
    sources: [...sources].map((name) => sourceNamed(name, world, number, life.gate)),
    notifier: gatedNotifier(inbox, clock, life.gate),
    addresses: {
      tenantAdmin: () => "tenant-admin@company.example",
      support: () => "support@company.example",
    },
    ...gatedStorage({ ...storage, requestStore: witnessed(requestStore, world) }, life.gate),
    needsApproval: ({ kind }) => story.isApproved && kind === "erasure",
    ...(story.packages === "linked" ? { links: { download: linkOf } } : {}),
    ...(story.packages === "encrypted" ? { packageEncryption } : {}),
    clock: { now: clock.now, wait: life.wait },
    randomness,
    // Else weeks in which nothing works would be most of what is computed.
    lookEvery: 5 * day,
    rules: { messageDelay: 2 * day, holdDelay: 2 * day, retry: { outageDelay: 2 * day } },
    onError: () => undefined,
  });
  const process = { number, rights, life, sources };
  // One who comes in the same instant is nobody's older code.
  await clock.advance(1);
  const started = await life.alive(rights.start().then((answer) => answer));
  if (started !== undefined) world.newest = sources;
  return process;
};

/** Somebody that lives, of so many; who has died is followed by another one first. */
export const processAt = async (world: World, which: number): Promise<Process> => {
  await replaceTheDead(world);
  const process = world.processes[which % world.processes.length];
  if (process === undefined) throw new Error("there is no process");
  return process;
};

export const replaceTheDead = async (world: World): Promise<void> => {
  for (const [index, process] of world.processes.entries())
    if (process.life.isDead()) world.processes[index] = await launch(world);
};
