import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type DataSource, type FoundIdentifier, type Subject, subjectOf } from "@subject-rights/core";
import { type AbilityName, type DataSourceHarness, dataSourceCases } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { replaceFile } from "../src/company/files/replace-file.ts";
import { filesOf } from "../src/company/files-of.ts";
import { startHelpdesk } from "../src/company/helpdesk-service.ts";
import { henrik, jonas, marta, martaBefore, pia } from "../src/company/people.ts";
import { crmSource } from "../src/company/sources/crm.ts";
import { helpdeskSource } from "../src/company/sources/helpdesk.ts";
import { insightsSource } from "../src/company/sources/insights.ts";
import { logsSource } from "../src/company/sources/logs.ts";
import { shopSource } from "../src/company/sources/shop.ts";
import { telemetrySource } from "../src/company/sources/telemetry.ts";
import { usersSource } from "../src/company/sources/users.ts";
import { callTo } from "./support/call-to.ts";
import { countRecords } from "./support/second-door.ts";
import { copyOf, makeSmallCompany } from "./support/small-company.ts";

let company: string;
beforeAll(async () => {
  company = await makeSmallCompany();
});
afterAll(() => rmSync(company, { recursive: true }));

const emails = (...addresses: string[]): Subject =>
  subjectOf(addresses.map((address) => ({ type: "email", value: address.toLowerCase() })));
const number = (value: string): Subject => subjectOf([{ type: "customer-number", value }]);
const userId = (value: string): Subject => subjectOf([{ type: "user-id", value }]);
const user = (email: string, id: string): Subject =>
  subjectOf([...emails(email).identifiers, ...userId(id).identifiers]);
const numberOf = (value: string): FoundIdentifier => ({ type: "customer-number", value, shared: false });

interface Seat {
  readonly abilities: readonly AbilityName[];
  source(folder: string): DataSource;
  files(folder: string): readonly string[];
  readonly people: readonly [person: Subject, otherPerson: Subject, unknownPerson: Subject];
  readonly addressOnFile: string | null;
  readonly knownAs?: readonly FoundIdentifier[];
  readonly eraseAtOrigins?: (folder: string, person: Subject) => Promise<void>;
}

const overFiles = (seat: Seat): DataSourceHarness => {
  const make = async () => {
    const { folder, remove } = await copyOf(company);
    const [person, otherPerson, unknownPerson] = seat.people;
    const { eraseAtOrigins, addressOnFile, knownAs = [] } = seat;
    return {
      source: seat.source(folder),
      person,
      otherPerson,
      unknownPerson,
      addressOnFile,
      knownAs,
      holds: async (subject: Subject) => countRecords(seat.files(folder), subject),
      ...(eraseAtOrigins && { eraseAtOrigins: (subject: Subject) => eraseAtOrigins(folder, subject) }),
      reopen: async () => seat.source(folder),
      breakIt: async () => rmSync(folder, { recursive: true }),
      close: remove,
    };
  };
  return { abilities: seat.abilities, make, makeBreakable: make };
};

const overHttp: DataSourceHarness = {
  abilities: ["identify", "locate", "export", "erase"],
  make: () => makeHelpdesk(),
  makeBreakable: () => makeHelpdesk(),
};

const makeHelpdesk = async () => {
  const { folder, remove } = await copyOf(company);
  const { tickets } = filesOf(folder);
  // More than one page of them.
  const before = readFileSync(tickets, "utf8");
  const [line = ""] = before.match(/^.*Marta\.Lindqvist@.*$/m) ?? [];
  await replaceFile(tickets, [before, `${line}\n`.repeat(250)]);
  const service = await startHelpdesk(folder);
  let isUp = true;
  const breakIt = async () => {
    isUp = false;
    await service.stop();
  };
  return {
    source: helpdeskSource(service.url),
    person: emails("marta.lindqvist@example.org", "m.lindqvist@work.example"),
    otherPerson: emails(jonas.email),
    unknownPerson: emails("nobody@example.org"),
    addressOnFile: "Marta.Lindqvist@example.org",
    knownAs: [numberOf(marta.customer)],
    holds: async (subject: Subject) => countRecords([tickets], subject),
    breakIt,
    close: async () => {
      if (isUp) await service.stop();
      await remove();
    },
  };
};

const harnesses: Record<string, DataSourceHarness> = {
  crm: overFiles({
    abilities: ["identify", "locate", "export", "erase"],
    source: crmSource,
    files: (folder) => [filesOf(folder).customers],
    people: [emails(marta.email, martaBefore.email), emails(jonas.email), emails("nobody@example.org")],
    addressOnFile: marta.email,
    knownAs: [marta, martaBefore].map(({ customer }) => ({ type: "customer-number", value: customer })),
  }),
  shop: overFiles({
    abilities: ["locate", "export", "erase"],
    source: (folder) => shopSource(folder, () => new Date("2026-11-23T12:00:00Z")),
    files: (folder) => [filesOf(folder).orders, filesOf(folder).carts],
    people: [number(marta.customer), number(jonas.customer), number("999999")],
    addressOnFile: null,
  }),
  helpdesk: overHttp,
  insights: overFiles({
    abilities: ["locate", "export", "refresh"],
    source: insightsSource,
    files: (folder) => [filesOf(folder).profiles],
    people: [emails(marta.email, martaBefore.email), emails(jonas.email), emails("nobody@example.org")],
    addressOnFile: marta.email,
    eraseAtOrigins: async (folder, person) => {
      await crmSource(folder).erase?.(person, callTo());
    },
  }),
  users: overFiles({
    abilities: ["identify", "locate", "export", "erase"],
    source: usersSource,
    files: (folder) => [filesOf(folder).preferences, filesOf(folder).users],
    people: [emails(henrik.email), emails(pia.email), emails("nobody@halmstrand.example")],
    addressOnFile: henrik.email,
    knownAs: [{ type: "user-id", value: henrik.id }],
  }),
  telemetry: overFiles({
    abilities: ["locate", "export", "erase"],
    source: telemetrySource,
    files: (folder) => [filesOf(folder).telemetry],
    people: [userId(henrik.id), userId(pia.id), userId("usr-000000")],
    addressOnFile: null,
  }),
  logs: overFiles({
    abilities: ["locate", "export", "erase"],
    source: logsSource,
    files: (folder) => readdirSync(filesOf(folder).logs).map((name) => join(filesOf(folder).logs, name)),
    people: [
      user(henrik.email, henrik.id),
      user(pia.email, pia.id),
      user("nobody@halmstrand.example", "usr-000000"),
    ],
    addressOnFile: henrik.email,
  }),
};

for (const [id, harness] of Object.entries(harnesses)) {
  describe.concurrent(`the company's source ${id} keeps the rules`, () => {
    for (const { name, run } of dataSourceCases(harness)) it(name, run);
  });
}
