import {
  ConfigurationMistake,
  createSubjectRights,
  defaultRules,
  defineArtifactStore,
  defineCalendar,
  defineCheckpointStore,
  defineDataSource,
  defineHoldStore,
  defineIntakeStore,
  defineKeyRing,
  defineNotifier,
  defineRequestStore,
  defineSourceStatusStore,
  defineSuppressionStore,
  defineSweepStore,
  defineUserDirectory,
  keyWrapping,
  orThrow,
  rolePolicy,
} from "@subject-rights/core";
import { memoryKeyRing, memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

const options = () => ({
  controller: "Northwind Lamps",
  sources: [peopleSource("crm", new Map())],
  notifier: memoryNotifier(),
  addresses: { tenantAdmin: () => undefined, support: () => undefined },
  ...memoryStorage(),
});

const operations = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, async () => undefined]));

const source = { id: "crm", title: "CRM", holds: ["customer-data"], kind: "origin", erase: async () => [] };

/** Every function that takes options, with options that it takes. */
const functions: Readonly<Record<string, readonly [(given: never) => unknown, object]>> = {
  createSubjectRights: [createSubjectRights, options()],
  "createSubjectRights: rules": [
    (rules: object) => createSubjectRights({ ...options(), rules }),
    defaultRules,
  ],
  "createSubjectRights: rules.retry": [
    (retry: object) => createSubjectRights({ ...options(), rules: { retry } }),
    defaultRules.retry,
  ],
  "createSubjectRights: links": [
    (links: object) => createSubjectRights({ ...options(), links }),
    { acknowledge: (token: string) => `https://app.example/#${token}` },
  ],
  rolePolicy: [rolePolicy, { "submit-export": ["admin"] }],
  "master keys": [keyWrapping, { masterKey: new Uint8Array(32) }],
  'data source "crm"': [defineDataSource, source],
  notifier: [defineNotifier, { id: "mail", send: async () => undefined }],
  "artifact store": [defineArtifactStore, operations("write", "read", "remove", "sweep")],
  calendar: [defineCalendar, operations("holiday")],
  "checkpoint store": [
    defineCheckpointStore,
    operations("tenants", "waiting", "newest", "add", "list", "leaves", "leavesOf"),
  ],
  "hold store": [defineHoldStore, operations("put", "read", "list", "standing")],
  "intake store": [
    defineIntakeStore,
    operations("see", "conclude", "countAnswer", "read", "list", "remove", "overdue", "forget"),
  ],
  "key ring": [defineKeyRing, operations("create", "use", "rotate", "useAll", "destroy")],
  "request store": [
    defineRequestStore,
    operations("insert", "read", "readByTokenHash", "commit", "list", "findAbout", "due", "audit"),
  ],
  "source status store": [defineSourceStatusStore, operations("put", "list")],
  "suppression store": [
    defineSuppressionStore,
    operations("add", "end", "withdraw", "lift", "standing", "list", "newest", "rename"),
  ],
  "sweep store": [
    defineSweepStore,
    operations("insert", "read", "list", "parts", "findAbout", "audit", "hold", "release", "commit"),
  ],
  "user directory": [defineUserDirectory, operations("list")],
  memoryStorage: [memoryStorage, {}],
  memoryNotifier: [memoryNotifier, {}],
  memoryKeyRing: [memoryKeyRing, {}],
};

/** Something that somebody could write: a word that is no option. */
const word = fc.stringMatching(/^[a-z][a-zA-Z]{0,11}$/).map((text) => `${text}Option`);

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
};

describe("an option that there is not", () => {
  it.each(Object.entries(functions))("is refused by %s, by its name", (what, [make, good]) => {
    make(good as never);
    fc.assert(
      fc.property(word, (name) => {
        const thrown = thrownBy(() => make({ ...good, [name]: undefined } as never));
        expect(thrown).toBeInstanceOf(ConfigurationMistake);
        expect(String(thrown)).toContain(`\`${name}\``);
        expect(String(thrown)).toContain(what);
      }),
      { numRuns: 20 },
    );
  });

  it("is told with what was meant", async () => {
    const mistaken = { ...options(), timezone: "Europe/Berlin", evidenceSinger: {}, link: {} } as never;
    const said = String(thrownBy(() => createSubjectRights(mistaken)));
    expect(said).toContain("there is no `timezone`: write `timeZone`");
    expect(said).toContain("there is no `evidenceSinger`: write `evidenceSigner`");
    expect(said).toContain("there is no `link`: write `links`");
    const unsigned = { ...options(), evidenceSigner: "-----BEGIN PRIVATE KEY-----" } as never;
    expect(String(thrownBy(() => createSubjectRights(unsigned)))).toContain("write `ed25519Signer(pem)`");
    const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const misspelt = { ...submission, recievedAt: "2026-01-01T00:00:00Z" } as never;
    const refused = unwrapError(await createSubjectRights(options()).requests.submit(misspelt));
    expect(refused.message).toBe("recievedAt: there is no `recievedAt`: write `receivedAt`");
  });

  it("may be a member of an object of a class: that is its own business", () => {
    class Directory {
      readonly url = "https://directory.example";
      list = async () => ({ users: [] });
    }
    expect(() => defineUserDirectory(new Directory())).not.toThrow();
  });
});

describe("createSubjectRights says what to write instead of", () => {
  const saidOf = (change: object) => String(thrownBy(() => createSubjectRights({ ...options(), ...change })));

  it.each([
    [
      "a plain object in place of a source",
      { sources: [source] },
      "sources[0]: is no data source yet: write defineDataSource({ … }) around it",
    ],
    [
      "a plain object in place of a notifier",
      { notifier: { id: "mail", send: async () => undefined } },
      "notifier: is no notifier yet: write defineNotifier({ … })",
    ],
    [
      "a plain object in place of a store",
      { requestStore: operations("read") },
      "requestStore: is no request store yet: write defineRequestStore({ … })",
    ],
    [
      "a store in the place of another",
      { requestStore: memoryStorage().artifactStore },
      "requestStore: is one of another kind (artifact store): hand in a request store",
    ],
    [
      "nothing at all",
      { keyRing: undefined },
      "keyRing: is missing: hand in a key ring, which defineKeyRing({ … }) makes",
    ],
    [
      "links without a scheme",
      { links: { acknowledge: (token: string) => `app.example/#${token}` } },
      "links.acknowledge: has to give a whole address",
    ],
    [
      "links without the token",
      { links: { acknowledge: () => "https://app.example/privacy" } },
      "links.acknowledge: has to put the token that it is given into the address",
    ],
    [
      "links over plain http",
      { links: { download: (token: string) => `http://app.example/#${token}` } },
      "links.download: has to begin with `https://`",
    ],
    [
      "links with the token behind ?",
      { links: { acknowledge: (token: string) => `https://app.example/privacy?token=${token}` } },
      "links.acknowledge: has the token behind `?`, which ends in the logs of servers: write it behind `#`",
    ],
    [
      "an address book without support",
      { addresses: { tenantAdmin: () => undefined } },
      "addresses: needs `tenantAdmin`, `support`",
    ],
    [
      "an address book with a misspelt operation",
      { addresses: { ...operations("tenantAdmin", "support"), dataSubjects: () => undefined } },
      "addresses: there is no `dataSubjects`: write `dataSubject`",
    ],
    ["a rule that is no number", { rules: { retry: { attempts: "5" } } }, "rules.retry.attempts"],
    ["a pause that is none", { rules: { messageDelay: 0 } }, "rules.messageDelay: has to be 1 or more"],
    ["a pause that has no end", { rules: { holdDelay: 1e16 } }, "rules.holdDelay: has to be at most"],
    [
      "looks that nobody lives to see",
      { lookEvery: Number.MAX_SAFE_INTEGER },
      "lookEvery: has to be at most",
    ],
    [
      "a token that works for longer than there is a request",
      { rules: { acknowledgement: { lapsesAfter: 86_400_000 } } },
      "rules.acknowledgement.validFor: has to be at most `lapsesAfter`, which is 86400000",
    ],
    [
      "a call that takes longer than anything counts that was said before it",
      { callDeadline: 12 * 3_600_000 + 1 },
      "callDeadline: has to be at most 43200000, twelve hours",
    ],
    [
      "an encryption of packages that carries nothing",
      { packageEncryption: {} },
      "packageEncryption: needs `carrySecret`",
    ],
    ["a clock that is none", { clock: Date }, "clock: needs `now`, `wait`"],
  ])("%s", (_name, change, said) => {
    expect(saidOf(change)).toContain(said);
  });
});

it.each([
  "http://localhost:3000/#",
  "http://127.0.0.1/#",
  "http://[::1]:8080/#",
  "https://app.example/?in=en#",
  "app://privacy/",
])("links to %s are taken", (base) => {
  const links = { acknowledge: (token: string) => `${base}${token}` };
  expect(() => createSubjectRights({ ...options(), links })).not.toThrow();
});

it("an adapter that is spread into another is still made safe", async () => {
  const storage = memoryStorage();
  const world = await createWorld({
    sources: [peopleSource("crm", new Map())],
    ...storage,
    requestStore: { ...storage.requestStore },
  });
  unwrap(await world.rights.requests.list({ actor: admin }));
});

it("a missing actor is told in words that say what to write", async () => {
  const { rights } = await createWorld({ sources: [peopleSource("crm", new Map())] });
  const submission = { kind: "erasure", category: "customer-data", email: ada } as never;
  expect(unwrapError(await rights.requests.submit(submission)).message).toContain(
    "say who calls: hand in an `actor: { id, tenant, roles }`",
  );
  expect(unwrapError(await rights.sources.list({} as never)).message).toContain("say who calls");
});

describe("a call says", () => {
  it("which of its fields is wrong", async () => {
    const rights = createSubjectRights(options() as never);
    const actor = { id: "admin-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
    const on = { actor, requestId: "r-1" };
    const plan = { hash: "" } as never;
    expect(unwrapError(await rights.requests.approve({ ...on, plan })).message).toMatch(/^plan: /);
    expect(unwrapError(await rights.requests.list({ actor, limit: 0 })).message).toMatch(/^limit: /);
  });

  it("that its answer is a promise", async () => {
    const forgotten = createSubjectRights(options() as never).start();
    expect(() => orThrow(forgotten as never)).toThrow("write `orThrow(await …)`");
    await forgotten;
  });
});
