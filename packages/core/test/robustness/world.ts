import {
  createSubjectRights,
  type RequestKind,
  type RequestView,
  type SubjectRights,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import {
  type MemoryNotifier,
  type MemoryTables,
  memoryNotifier,
  memoryStorage,
  memoryTables,
} from "@subject-rights/memory";
import { type Gate, gatedNotifier, gatedStorage, open } from "@subject-rights/simulation";
import { type SimulatedClock, seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import { admin, tenantAdmin } from "../world.ts";
import { ada, type Company, companySources, newCompany, shred } from "./company.ts";

/** Everything that outlives a process: tables, the sources' data, the mail that arrived, time. */
export interface World {
  readonly company: Company;
  readonly tables: MemoryTables;
  readonly mail: MemoryNotifier;
  readonly clock: SimulatedClock;
  readonly kind: RequestKind;
  readonly isKept: boolean;
  /** Whether the sources that erase do it in the store's transaction. */
  readonly isJoined: boolean;
  readonly errors: unknown[];
}

export const newWorld = (
  kind: RequestKind,
  { isKept = false, isJoined = false }: { isKept?: boolean; isJoined?: boolean } = {},
): World => ({
  company: newCompany(),
  tables: memoryTables(),
  mail: memoryNotifier(),
  clock: simulatedClock(),
  kind,
  isKept,
  isJoined,
  errors: [],
});

let launched = 0;

/** A library over the world; everything that it does goes through the gate. */
export const launch = (
  world: World,
  gate: Gate = open,
  options: Partial<SubjectRightsOptions> = {},
): SubjectRights => {
  const { clock } = world;
  launched += 1;
  const randomness = seededRandomness(launched);
  return createSubjectRights({
    controller: "Northwind Lamps",
    sources: companySources(world.company, gate, world),
    notifier: gatedNotifier(world.mail, clock, gate),
    addresses: {
      tenantAdmin: () => gate("addresses.tenant-admin", async () => "tenant-admin@northwind.example"),
      support: () => gate("addresses.support", async () => "support@northwind.example"),
    },
    ...gatedStorage(memoryStorage({ tables: world.tables, randomness }), gate),
    randomness,
    clock,
    lookEvery: 86_400_000,
    // A message that a process was killed over waits for the next one that long.
    callDeadline: 2_000,
    onError: (error) => void world.errors.push(error),
    ...options,
  });
};

/** The one request, as it stands in the tables; undefined where none is stored yet. */
export const requestIn = async (world: World): Promise<RequestView | undefined> =>
  unwrap(await launch(world).requests.list({ actor: admin })).requests[0];

/** What is kept by law in the company ends with 2034; what becomes of it then is tested elsewhere. */
const whenDutiesEnd = "2034";

/** Whether nothing is left to do: closed, every message sent, and the key gone where it has to go. */
export const isOver = ({ tables }: World): boolean => {
  const stored = [...tables.requests.values()];
  return (
    stored.length > 0 &&
    stored.every(({ open, wakeAt }) => !open && (wakeAt === null || wakeAt > whenDutiesEnd))
  );
};

/**
 * Lets a second pass or, where a request is closed, the time until something is due for it; what needs real time,
 * such as compressing, gets some of it.
 */
export const pass = async ({ tables, clock }: World): Promise<void> => {
  const now = clock.now().getTime();
  const [stored] = [...tables.requests.values()];
  const next = Date.parse(stored?.wakeAt ?? "");
  if (next <= now) await new Promise((resolve) => setTimeout(resolve, 1));
  await clock.advance(stored?.open === false && next > now ? next - now : 1_000);
};

const newestToken = ({ mail }: World): string | undefined => {
  const notice = mail.sent.findLast((message) => message.notice.type === "confirmation")?.notice;
  return notice?.type === "confirmation" ? notice.token : undefined;
};

/**
 * What the people around a request do when it is their turn: submit, acknowledge, decide, erase by hand. Whatever
 * they are told, they look at the state again and go on from there.
 */
export const peopleDo = async (world: World, { requests }: SubjectRights): Promise<unknown> => {
  const request = await requestIn(world);
  if (request === undefined) {
    const actor = world.kind === "erasure" ? admin : tenantAdmin;
    return requests.submit({ actor, kind: world.kind, category: "customer-data", email: ada });
  }
  const token = newestToken(world);
  const on = { actor: admin, requestId: request.id };
  for (const waiting of request.waitingFor) {
    if (waiting.for === "acknowledgement" && token !== undefined) return requests.acknowledge({ token });
    const isTold = world.mail.sent.some(({ notice }) => notice.type === "decision");
    if (waiting.for === "decision" && isTold) {
      const answer = { answer: "somebody-else", reason: "the whole household's" } as const;
      return requests.decideIdentifier({ ...on, decision: waiting.decision, ...answer });
    }
    const isAsked = world.mail.sent.some(({ notice }) => notice.type === "manual-task");
    if (waiting.for === "task" && isAsked) {
      shred(world.company);
      return requests.answerTask({ ...on, source: waiting.source, answer: "done", note: "shredded" });
    }
  }
  return undefined;
};

/** Everything that our own tables hold, but for keys, as one text. */
export const dump = ({ tables }: World): string => {
  const { requests, audit, chunks, statuses, keys } = tables;
  return JSON.stringify(
    [[...requests], [...audit], [...chunks], [...statuses], [...keys.keys()]],
    (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value),
  );
};
