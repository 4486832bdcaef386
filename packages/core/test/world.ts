import {
  type Actor,
  type CallContext,
  type CollectionOutcome,
  createSubjectRights,
  type DataSourceDefinition,
  defineDataSource,
  defineNotifier,
  type Message,
  type RequestView,
  type Row,
  type Subject,
  type SubjectRights,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { type MemoryTables, memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";

export const admin: Actor = { id: "admin-1", tenant: "northwind", roles: ["admin"] };
export const tenantAdmin: Actor = { id: "tenant-admin-1", tenant: "northwind", roles: ["tenant-admin"] };
export const ada = "ada@example.org";

/** Rows of people by email address, and a data source over them that can be told to misbehave. */
export const peopleSource = (
  id: string,
  people: Map<string, Row[]>,
  changes: Partial<DataSourceDefinition> = {},
) => {
  const rowsOf = (subject: Subject) => subject.values("email").flatMap((email) => people.get(email) ?? []);
  const definition: DataSourceDefinition = {
    id,
    title: `The ${id}`,
    holds: ["customer-data"],
    kind: "origin",
    locate: async (subject) => [{ collection: "people", count: rowsOf(subject).length }],
    async *export(subject) {
      yield { collection: "people", rows: rowsOf(subject) };
    },
    erase: async (subject): Promise<CollectionOutcome[]> => {
      const count = rowsOf(subject).length;
      for (const email of subject.values("email")) people.delete(email);
      return [
        count === 0
          ? { collection: "people", outcome: "absent" }
          : { collection: "people", outcome: "erased", count },
      ];
    },
    ...changes,
  };
  return defineDataSource(definition);
};

/** What a source says that knows the only one it holds by a number too: it finds them by that, whoever has their address. */
export const byNumber = {
  needs: ["customer-number", "email"],
  identify: async () => [{ type: "customer-number", value: "1" }],
} satisfies Partial<DataSourceDefinition>;

/** A copy that is filled anew from its origin. */
export const copyOfPeople = (
  id: string,
  copy: Map<string, Row[]>,
  origin: ReadonlyMap<string, Row[]>,
  changes: Partial<DataSourceDefinition> = {},
) => {
  const refresh = async () => {
    copy.clear();
    for (const [email, rows] of origin) copy.set(email, rows);
  };
  return peopleSource(id, copy, { kind: "copy", refresh, ...changes });
};

/** A notifier that may throw before it takes a message, and keeps those that it took. */
export const unreliable = (behave: (message: Message) => void, attachmentLimit = 1_000_000) => {
  const accepted: Message[] = [];
  const notifier = defineNotifier({
    id: "unreliable",
    attachmentLimit,
    send: async (message) => {
      behave(message);
      accepted.push(message);
    },
  });
  return { notifier, accepted };
};

/** Of the newest confirmation among messages. */
export const tokenOf = (messages: readonly Pick<Message, "notice">[]): string => {
  const notice = messages.findLast((message) => message.notice.type === "confirmation")?.notice;
  if (notice?.type !== "confirmation") throw new Error("no confirmation was sent");
  return notice.token;
};

/** An ability that never answers by itself. */
export const hanging = (_subject: unknown, { signal }: CallContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

export interface World {
  readonly rights: SubjectRights;
  readonly clock: ReturnType<typeof simulatedClock>;
  readonly notifier: ReturnType<typeof memoryNotifier>;
  readonly tables: MemoryTables;
  readonly errors: unknown[];
  readonly options: SubjectRightsOptions;
  /** The newest token that was sent out. */
  token(): string;
  /** Lets everything that is due now happen. */
  settle(): Promise<void>;
  /** Lets so many milliseconds pass, and everything that is due then happen. */
  pass(milliseconds: number): Promise<void>;
  /** Lets so many milliseconds pass, of which nobody works but in the last two hours: who waits for days looks often. */
  skip(milliseconds: number): Promise<void>;
  read(requestId: string, actor?: Actor): Promise<RequestView>;
  /** Submits, and acknowledges with the token that arrives. */
  acknowledged(kind: "erasure" | "export", email?: string): Promise<string>;
}

/** Compressing takes real time, which the simulated clock knows nothing of. */
const isPackaging = async (rights: SubjectRights, tables: MemoryTables): Promise<boolean> => {
  // Asking the library costs as much as a wake-up: only where a look into its tables does not say no.
  const stored = [...tables.requests.values()];
  if (stored.length > 0 && stored.every(({ kind }) => kind === "erasure")) return false;
  const { requests } = unwrap(await rights.requests.list({ actor: admin, open: true }));
  return requests.some(({ phase, sources, messages }) =>
    phase === "collecting"
      ? sources.every(({ status }) => status === "succeeded" || status === "warning") &&
        sources.some(({ status }) => status === "succeeded")
      : phase === "packaged" &&
        messages.some(
          ({ kind, status, problem }) => kind === "delivery" && status === "due" && problem === null,
        ),
  );
};

/** Of a time that is skipped: twice as long as it takes until everything is looked at. */
const worked = 2 * 3_600_000;

/** A library over memory, with a clock that stands still until it is told to go on. */
export const createWorld = async (
  options: Partial<SubjectRightsOptions> & Pick<SubjectRightsOptions, "sources">,
  tables: MemoryTables = memoryTables(),
  clock = simulatedClock(),
): Promise<World> => {
  const notifier = memoryNotifier();
  const errors: unknown[] = [];
  const complete: SubjectRightsOptions = {
    controller: "Northwind Lamps",
    notifier,
    addresses: {
      tenantAdmin: () => "tenant-admin@northwind.example",
      support: () => "support@northwind.example",
    },
    ...memoryStorage({ tables }),
    clock,
    randomness: seededRandomness(tables.requests.size + 1),
    lookEvery: 3_600_000,
    onError: (error) => void errors.push(error),
    ...options,
  };
  const rights = createSubjectRights(complete);
  unwrap(await rights.start());
  const token = () => tokenOf(notifier.sent);
  const settle = async () => {
    await clock.advance(0);
    while (await isPackaging(rights, tables)) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      await clock.advance(0);
    }
  };
  const pass = async (milliseconds: number) => {
    await clock.advance(milliseconds);
    await settle();
  };
  return {
    rights,
    clock,
    notifier,
    tables,
    errors,
    options: complete,
    token,
    settle,
    pass,
    skip: async (milliseconds) => {
      clock.set(new Date(clock.now().getTime() + milliseconds - worked));
      await pass(worked);
    },
    read: async (requestId, actor = admin) => unwrap(await rights.requests.read({ actor, requestId })),
    acknowledged: async (kind, email = ada) => {
      const actor = kind === "erasure" ? admin : tenantAdmin;
      const submitted = await rights.requests.submit({ actor, kind, category: "customer-data", email });
      const { request } = unwrap(submitted);
      await settle();
      unwrap(await rights.requests.acknowledge({ token: token() }));
      await settle();
      return request.id;
    },
  };
};
