import { generateKeyPairSync } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import {
  type Actor,
  type CallContext,
  type Category,
  createSubjectRights,
  type DataSourceDefinition,
  defineDataSource,
  defineUserDirectory,
  ed25519Signer,
  orThrow,
  type RequestKind,
  type RequestView,
  type Subject,
  type SubjectRights,
} from "@subject-rights/core";
import { type MemoryTables, memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { createHandler, type HandlerOptions } from "../../../src/index.ts";
import { serveOnLoopback, type TestServer } from "../../support/server.ts";

const actor = (id: string, ...roles: string[]): Actor => ({ id, tenant: "northwind", roles });

/** Who signs in: the cookie names one of them. */
export const actors = {
  boss: actor("user-boss", "admin", "tenant-admin"),
  admin: actor("user-admin", "admin"),
  exporter: actor("user-exporter", "tenant-admin"),
  nobody: actor("user-nobody"),
  stranger: { ...actor("user-stranger", "admin", "tenant-admin"), tenant: "elsewhere" },
} as const;
export type Who = keyof typeof actors;

export const ada = "ada.quill@example.org";
export const household = "household@example.org";

/** Switches by which the sources of the office misbehave. */
export interface Switches {
  isDown: boolean;
  /** Milliseconds that a refresh takes, and each step of a slow erasure. */
  slowness: number;
}

export interface Office extends TestServer {
  readonly rights: SubjectRights;
  readonly tables: MemoryTables;
  readonly switches: Switches;
  /** What the handler told of failures. */
  readonly failures: unknown[];
  readonly notifier: ReturnType<typeof memoryNotifier>;
  get(path: string, who?: Who | null): Promise<Response>;
  text(path: string, who?: Who): Promise<string>;
  /** As a browser sends one of our forms; a list stands for several boxes of one name. */
  post(
    path: string,
    form?: Readonly<Record<string, string | readonly string[]>>,
    who?: Who | null,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  submit(kind: RequestKind, category: Category, email?: string, who?: Who): Promise<string>;
  /** The same, confirmed, and worked on until it is closed or waits for somebody. */
  underWay(kind: RequestKind, category: Category, email?: string, who?: Who): Promise<string>;
  /** What the tenant administrator does, by the letter that arrived. */
  confirm(requestId: string): Promise<void>;
  read(requestId: string): Promise<RequestView>;
  until(requestId: string, isSo: (request: RequestView) => boolean): Promise<RequestView>;
}

/** An office over memory, in which there is one of everything that a page has to show. */
export const openOffice = async (
  options: Partial<HandlerOptions> & { readonly needsApproval?: boolean } = {},
): Promise<Office> => {
  const tables = memoryTables();
  const notifier = memoryNotifier();
  const switches: Switches = { isDown: false, slowness: 0 };
  const failures: unknown[] = [];
  const users = [actors.boss, actors.admin, actors.exporter].map(({ id, roles }) => userOf(id, roles));
  users.push(userOf("user-eve", []), userOf("user-finn", []));
  const { privateKey } = generateKeyPairSync("ed25519");
  const { needsApproval = false, ...handlerOptions } = options;

  const rights = createSubjectRights({
    ...memoryStorage({ tables }),
    controller: "Northwind <Lamps>",
    sources: sourcesOf(switches),
    notifier,
    addresses: {
      tenantAdmin: () => "tenant-admin@northwind.example",
      support: () => "support@northwind.example",
    },
    users: defineUserDirectory({
      // Two a page, and a cursor that must not get into an address.
      list: async ({ tenant, cursor }) => {
        if (tenant !== "northwind") return { users: [] };
        const at = cursor === undefined ? 0 : users.findIndex(({ email }) => email === cursor);
        return { users: users.slice(at, at + 2), cursor: users[at + 2]?.email };
      },
    }),
    timeZone: "Europe/Berlin",
    evidenceSigner: ed25519Signer(String(privateKey.export({ type: "pkcs8", format: "pem" }))),
    needsApproval: () => needsApproval,
    rules: { retry: { attempts: 2, firstDelay: 10 } },
  });
  orThrow(await rights.start());
  const handler = createHandler({
    rights,
    authenticate: (request) => whoIs(request),
    basePath: "/privacy",
    console: { support: "help@northwind.example" },
    onError: (error) => void failures.push(error),
    ...handlerOptions,
  });
  const server = await serveOnLoopback(handler);
  const cookie = (who: Who | null): Record<string, string> => (who === null ? {} : { Cookie: `who=${who}` });
  const at = (path: string) => `${server.origin}/privacy/console${path}`;

  const read = async (requestId: string) =>
    orThrow(await rights.requests.read({ actor: actors.boss, requestId }));
  const until: Office["until"] = async (requestId, isSo) => {
    for (let look = 0; look < 500; look += 1) {
      const view = await read(requestId);
      if (isSo(view)) return view;
      await setTimeout(20);
    }
    throw new Error("it does not come to that");
  };
  const submit: Office["submit"] = async (kind, category, email = ada, who = "boss") =>
    orThrow(await rights.requests.submit({ actor: actors[who], kind, category, email })).request.id;

  const confirm = async (requestId: string): Promise<void> => {
    orThrow(await rights.requests.acknowledge({ token: tokenFor(notifier, requestId) }));
  };

  return {
    ...server,
    rights,
    tables,
    switches,
    failures,
    notifier,
    get: (path, who = "boss") => fetch(at(path), { headers: cookie(who), redirect: "manual" }),
    text: async (path, who = "boss") => (await fetch(at(path), { headers: cookie(who) })).text(),
    post: (path, form = {}, who = "boss", headers = { "Sec-Fetch-Site": "same-origin" }) => {
      const fields = Object.entries(form).flatMap(([name, values]) =>
        [values].flat().map((value) => [name, value] as [string, string]),
      );
      return fetch(at(path), {
        method: "POST",
        headers: { ...cookie(who), ...headers, "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(fields).toString(),
        redirect: "manual",
      });
    },
    submit,
    underWay: async (kind, category, email = ada, who = "boss") => {
      const id = await submit(kind, category, email, who);
      await until(id, ({ messages }) => messages.some(({ status }) => status === "sent"));
      await confirm(id);
      await until(id, (view) => view.outcome !== null || view.waitingFor.length > 0);
      return id;
    },
    confirm,
    read,
    until,
    close: async () => {
      await server.close();
      await rights.stop();
    },
  };
};

const userOf = (id: string, roles: readonly string[]) => ({
  id,
  email: `${id}@northwind.example`,
  name: `${id.slice(5, 6).toUpperCase()}${id.slice(6)} Example`,
  roles,
  administrator: roles.includes("admin"),
});

const whoIs = (request: Request): Actor | null => {
  const who = /(?:^|; *)who=(\w+)/.exec(request.headers.get("Cookie") ?? "")?.[1];
  return who !== undefined && who in actors ? actors[who as Who] : null;
};

const tokenFor = ({ sent }: ReturnType<typeof memoryNotifier>, requestId: string): string => {
  const found = sent.findLast(
    ({ notice }) => notice.type === "confirmation" && notice.requestId === requestId,
  );
  if (found?.notice.type !== "confirmation") throw new Error("there is no confirmation for it");
  return found.notice.token;
};

/** Long enough that each row is recorded by itself, so that there is something to see on the way. */
const longText = "lamp ".repeat(120_000);

const wait = async (milliseconds: number, { signal }: CallContext): Promise<void> => {
  if (milliseconds > 0) await setTimeout(milliseconds, undefined, { signal });
};

const sourcesOf = (switches: Switches) => {
  const source = (
    id: string,
    title: string,
    holds: readonly Category[],
    more: Partial<DataSourceDefinition>,
  ) => {
    const gone = new Set<string>();
    const held = (subject: Subject) => subject.values("email").filter((email) => !gone.has(email));
    return defineDataSource({
      id,
      title,
      holds,
      kind: "origin",
      locate: async (subject) => [{ collection: "records", count: held(subject).length * 3 }],
      async *export(subject, context) {
        for (const email of held(subject)) {
          for (const number of [1, 2, 3]) {
            await wait(switches.slowness, context);
            yield {
              collection: "records",
              cursor: String(number),
              rows: [{ email, number, text: switches.slowness > 0 ? longText : "" }],
            };
          }
        }
      },
      erase: async (subject) => {
        const count = held(subject).length * 3;
        for (const email of subject.values("email")) gone.add(email);
        return count === 0
          ? [{ collection: "records", outcome: "absent" }]
          : [{ collection: "records", outcome: "erased", count }];
      },
      ...more,
    });
  };
  return [
    source("crm", "Customer records", ["customer-data"], {
      // Whoever lives there goes by the same telephone.
      identify: async (subject) =>
        subject.values("email").includes(household)
          ? [{ type: "phone", value: "+46 700 000 001", shared: true }]
          : [],
    }),
    source("tickets", "Support tickets", ["customer-data"], {
      locate: async (subject) => {
        if (switches.isDown) throw new Error("the help desk is down");
        return [{ collection: "records", count: subject.values("email").length * 0 }];
      },
    }),
    defineDataSource({
      id: "paper",
      title: "Paper files",
      holds: ["customer-data"],
      kind: "origin",
      owner: "archive@northwind.example",
    }),
    defineDataSource({
      id: "profiles",
      title: "Customer profiles",
      holds: ["customer-data"],
      kind: "copy",
      locate: async () => [],
      refresh: async (context) => {
        await wait(switches.slowness, context);
        if (switches.isDown) throw new Error("it cannot be filled");
      },
    }),
    source("users", "Application users", ["user-data"], {}),
    source("logs", "System logs", ["user-telemetry"], {}),
  ];
};
