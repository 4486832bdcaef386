import {
  ConfigurationMistake,
  createSubjectRights,
  type DataSourceDefinition,
  defineDataSource,
  defineNotifier,
  defineRequestStore,
  SubjectRightsError,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
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

  it("a copy of a source that is not there, or is a copy itself", () => {
    const copy = (id: string, of: string) =>
      peopleSource(id, new Map(), { kind: "copy", copyOf: [of], refresh: async () => undefined });
    expect(() => create([copy("insights", "crm")])).toThrow(/no origin of that id/);
    expect(() => create([copy("one", "two"), copy("two", "one")])).toThrow(/no origin of that id/);
  });
});
