import {
  type Call,
  ConfigurationMistake,
  createSubjectRights,
  type DataSourceDefinition,
  defineDataSource,
  defineNotifier,
  defineRequestStore,
  defineUserDirectory,
  SubjectRightsError,
  subjectOf,
  systemClock,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { sampleAttachment, sampleMessage, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { peopleSource } from "./world.ts";

const valid: DataSourceDefinition = {
  id: "crm",
  title: "CRM",
  holds: ["customer-data"],
  kind: "origin",
  erase: async () => [],
};

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
};

describe("a definition that cannot work is refused where it is made, and says what to change:", () => {
  const mistakes: [string, Partial<DataSourceDefinition>, RegExp][] = [
    ["an id with a space", { id: "the crm" }, /id: an id is lower case letters/],
    ["an id that is a path", { id: "../crm" }, /id: an id is lower case letters/],
    ["holding nothing", { holds: [] }, /holds: say which categories/],
    ["an unknown category", { holds: ["medical" as never] }, /holds/],
    ["an origin with `refresh`", { refresh: async () => undefined }, /only a copy has `refresh`/],
    ["an origin with `copyOf`", { copyOf: ["shop"] }, /only a copy has `copyOf`/],
    ["no way to erase, and nobody to ask", { erase: undefined as never }, /needs an `owner`/],
    ["an owner who has no address", { owner: "the cellar" }, /owner: this is not an email address/],
    ["an ability that is no function", { locate: 7 as never }, /locate: must be a function/],
  ];
  it.each(mistakes)("%s", (_name, change, message) => {
    const thrown = thrownBy(() => defineDataSource({ ...valid, ...change }));
    expect(thrown).toBeInstanceOf(ConfigurationMistake);
    expect(SubjectRightsError.is(thrown)).toBe(true);
    expect(String(thrown)).toMatch(message);
  });

  it("a notifier that cannot send, a store that cannot commit", () => {
    expect(() => defineNotifier({ id: "mail" } as never)).toThrow(ConfigurationMistake);
    expect(() => defineRequestStore({ read: async () => undefined } as never)).toThrow(ConfigurationMistake);
  });
});

describe("createSubjectRights refuses", () => {
  const create = (sources: Parameters<typeof createSubjectRights>[0]["sources"]) =>
    createSubjectRights({
      controller: "Northwind Lamps",
      sources,
      notifier: memoryNotifier(),
      addresses: { tenantAdmin: () => undefined, support: () => undefined },
      ...memoryStorage(),
    });

  it("two sources with one id", () => {
    expect(() => create([peopleSource("crm", new Map()), peopleSource("crm", new Map())])).toThrow(
      /Two data sources have the id "crm"/,
    );
  });

  it("a part that is missing, by its name", () => {
    const options = {
      controller: "Northwind Lamps",
      sources: [],
      notifier: memoryNotifier(),
      addresses: { tenantAdmin: () => undefined, support: () => undefined },
      ...memoryStorage(),
    };
    for (const name of ["controller", "sources", "notifier", "addresses", "requestStore", "keyRing"]) {
      expect(() => createSubjectRights({ ...options, [name]: undefined })).toThrow(ConfigurationMistake);
      expect(() => createSubjectRights({ ...options, [name]: undefined })).toThrow(name);
    }
  });

  it("a copy of a source that is not there, or is a copy itself", () => {
    const copy = (id: string, of: string) =>
      peopleSource(id, new Map(), { kind: "copy", copyOf: [of], refresh: async () => undefined });
    expect(() => create([copy("insights", "crm")])).toThrow(/no origin of that id/);
    expect(() => create([copy("one", "two"), copy("two", "one")])).toThrow(/no origin of that id/);
  });
});

describe("what no adapter has to take care of, because it is never asked to:", () => {
  const call = (signal = new AbortController().signal): Call => ({
    tenant: "northwind",
    requestId: "request-1",
    categories: ["customer-data"],
    idempotencyKey: "effect-1",
    signal,
    clock: systemClock,
    deadline: 1_000,
  });
  const asked: string[] = [];
  const notifier = defineNotifier({
    id: "mail",
    attachmentLimit: 10,
    send: async ({ id }) => void asked.push(id),
  });

  it("nothing to say what it is about: then it is about all that the source holds, or the one category named", async () => {
    const told: (readonly string[])[] = [];
    const source = defineDataSource({
      ...valid,
      holds: ["customer-data", "user-telemetry"],
      erase: async (_subject, { categories }) => {
        told.push(categories);
        return [];
      },
    });
    const { categories: _categories, ...unsaid } = call();
    for (const more of [{}, { category: null }, { category: "user-telemetry" }, { category: "user-data" }]) {
      const byHand = { ...unsaid, ...more } as unknown as Call;
      await source.erase?.(subjectOf([]), byHand);
    }
    const all = ["customer-data", "user-telemetry"];
    expect(told).toEqual([all, all, ["user-telemetry"], []]);
  });

  it("work that was called off before it began", async () => {
    const source = defineDataSource({
      ...valid,
      erase: async () => {
        asked.push("erase");
        return [];
      },
    });
    const calledOff = call(AbortSignal.abort(new Error("stopped")));
    const erased = await source.erase?.(subjectOf([]), calledOff);
    expect(unwrapError(erased)).toMatchObject({ problem: "interrupted", retryable: true });
    expect((await notifier.send(sampleMessage("support"), calledOff)).isErr()).toBe(true);
    expect(asked).toEqual([]);
  });

  it("an attachment that is larger than it takes", async () => {
    const attachment = sampleAttachment(11);
    const sent = await notifier.send(sampleMessage("delivery", { attachment }), call());
    expect(unwrapError(sent)).toMatchObject({ problem: "package-too-large", retryable: false });
    expect(asked).toEqual([]);
  });
});

it("a user directory that lists an array is told what to answer", async () => {
  const directory = defineUserDirectory({ list: async () => [] as never });
  for (const asked of [
    directory.list({ tenant: "northwind" }),
    directory.find({ tenant: "northwind", ids: ["1"], emails: [] }),
  ]) {
    expect(String(unwrapError(await asked).cause)).toContain("write `{ users: […] }`");
  }
});
