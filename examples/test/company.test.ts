import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataSource, type Identifier, type Row, type Subject, subjectOf } from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { companySources } from "../src/company/company-sources.ts";
import { companyUsers } from "../src/company/company-users.ts";
import { copyCompany } from "../src/company/copy-company.ts";
import { filesOf } from "../src/company/files-of.ts";
import { startHelpdesk } from "../src/company/helpdesk-service.ts";
import { makeCompany } from "../src/company/make-company.ts";
import { henrik, marta, martaBefore, petra } from "../src/company/people.ts";
import { crmSource } from "../src/company/sources/crm.ts";
import { helpdeskSource } from "../src/company/sources/helpdesk.ts";
import { logsSource } from "../src/company/sources/logs.ts";
import { shopSource } from "../src/company/sources/shop.ts";
import { usersSource } from "../src/company/sources/users.ts";
import { callTo } from "./support/call-to.ts";
import { copyOf, makeSmallCompany } from "./support/small-company.ts";

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), "company-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

let company: string;
beforeAll(async () => {
  company = await makeSmallCompany();
});
afterAll(() => rm(company, { recursive: true }));

const ownCompany = async () => {
  const { folder, remove } = await copyOf(company);
  onTestFinished(remove);
  return { folder, files: filesOf(folder) };
};

const lines = async (path: string) => (await readFile(path, "utf8")).split(/(?<=\n)/);

const rowsOf = async (source: DataSource, subject: Subject): Promise<Row[]> => {
  const pages = source.export?.(subject, callTo(), null);
  const rows: Row[] = [];
  for (;;) {
    const page = unwrap(await pages?.next());
    if (!page) return rows;
    if ("rows" in page) rows.push(...page.rows);
  }
};

describe("the generator", () => {
  const digest = async (folder: string) => {
    const hash = createHash("sha256");
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const path of entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()) {
      hash.update(path.slice(folder.length)).update(await readFile(path));
    }
    return hash.digest("hex");
  };

  it("writes the same bytes for the same seed, and others for another", async () => {
    const folders = [await temporary(), await temporary(), await temporary()] as const;
    // Made before, perhaps on another day.
    await copyCompany(folders[0]);
    await makeCompany(folders[1]);
    await makeCompany(folders[2], { seed: 7 });
    const [one, again, other] = await Promise.all(folders.map(digest));
    expect(again).toBe(one);
    expect(other).not.toBe(one);

    const { orders, telemetry, profiles, users } = filesOf(folders[0]);
    const counts = await Promise.all(
      [orders, telemetry, profiles, users].map(async (path) => (await lines(path)).length),
    );
    expect(counts).toEqual([2_000, 5_000, 2_500, 12]);
  });

  it("does not write over a company that is there", async () => {
    const { folder, files } = await ownCompany();
    const before = await readFile(files.customers);
    await expect(makeCompany(folder)).rejects.toThrow("already");
    expect(await readFile(files.customers)).toEqual(before);
  });
});

describe("the company's sources", () => {
  it("lead in rounds from one address to everything the person is known by", async () => {
    const { folder } = await ownCompany();
    const helpdesk = await startHelpdesk(folder);
    onTestFinished(() => helpdesk.stop());
    let known: readonly Identifier[] = [{ type: "email", value: "m.lindqvist@work.example" }];
    const rounds: number[] = [];
    for (let before = 0; before < known.length; ) {
      before = known.length;
      const found = await Promise.all(
        companySources(folder, helpdesk).map(async ({ identify }) =>
          identify ? unwrap(await identify(subjectOf(known), callTo())) : [],
        ),
      );
      const values = new Map(
        [...known, ...found.flat()].map(({ type, value }) => [`${type} ${value}`, { type, value }]),
      );
      known = [...values.values()];
      rounds.push(known.length);
    }
    expect(known.map(({ value }) => value)).toEqual([
      "m.lindqvist@work.example",
      marta.customer,
      marta.email.toLowerCase(),
      martaBefore.email,
      martaBefore.customer,
    ]);
    expect(rounds).toEqual([2, 4, 5, 5]);
  });

  it("take one person out of a file and leave every other byte", async () => {
    const { folder, files } = await ownCompany();
    const before = await readFile(files.customers, "utf8");
    expect(before).toMatch(/"[^"]*\n[^"]*"/);
    const record = before.match(/^102211,.*\n/m)?.[0] ?? "";
    await crmSource(folder).erase?.(
      subjectOf([{ type: "customer-number", value: marta.customer }]),
      callTo(),
    );
    expect(await readFile(files.customers, "utf8")).toBe(before.replace(record, ""));
  });

  it("keep invoices until the law lets them go, and then do not", async () => {
    const { folder } = await ownCompany();
    const subject = subjectOf([{ type: "customer-number", value: marta.customer }]);
    const outcomes = async (today: string) =>
      unwrap(await shopSource(folder, () => new Date(today)).erase?.(subject, callTo()));
    const kept = (until: string) => ({
      collection: "orders",
      outcome: "retained",
      count: 1,
      until,
      reason: "Invoices are kept for eight years: § 147(3) AO and § 14b(1) UStG.",
    });
    expect(await outcomes("2026-11-23")).toEqual([
      { collection: "orders", outcome: "erased", count: 1 },
      kept("2029-12-31"),
      kept("2032-12-31"),
      kept("2034-12-31"),
      { collection: "carts", outcome: "erased", count: 1 },
    ]);
    // The last day still counts.
    expect(await outcomes("2032-12-31")).toEqual([
      { collection: "orders", outcome: "erased", count: 1 },
      kept("2032-12-31"),
      kept("2034-12-31"),
      { collection: "carts", outcome: "absent" },
    ]);
    expect(await outcomes("2035-01-01")).toEqual([
      { collection: "orders", outcome: "erased", count: 2 },
      { collection: "carts", outcome: "absent" },
    ]);
  });

  it("hand over values with their meaning, and no credentials", async () => {
    const { folder, files } = await ownCompany();
    const helpdesk = await startHelpdesk(folder);
    onTestFinished(() => helpdesk.stop());
    const subject = subjectOf([
      { type: "customer-number", value: marta.customer },
      { type: "email", value: henrik.email.toLowerCase() },
    ]);

    const [order] = await rowsOf(shopSource(folder), subject);
    const line = (await lines(files.orders)).find((each) => each.includes(marta.customer));
    expect(typeof order?.["invoice"]).toBe("bigint");
    expect(String(order?.["invoice"])).toBe(/"invoice":(\d{18}),/.exec(line ?? "")?.[1]);
    expect(order?.["total"]).toMatch(/^\d+\.\d\d$/);
    expect(order?.["placed_at"]).toBe("2016-02-11T18:42:10+01:00");

    const [ticket] = await rowsOf(helpdeskSource(helpdesk.url), subject);
    const [picture] = (ticket?.["attachments"] ?? []) as { content: Uint8Array }[];
    expect(Buffer.from(picture?.content ?? []).toString("latin1", 1, 4)).toBe("PNG");

    const [customer] = await rowsOf(crmSource(folder), subject);
    expect(customer).toMatchObject({ customer: marta.customer, newsletter: expect.any(Boolean) });

    const [preferences, user] = await rowsOf(usersSource(folder), subject);
    expect(preferences).toMatchObject({ user: henrik.id, weekly_summary: expect.any(Boolean) });
    expect(user).toMatchObject({ email: henrik.email, roles: ["analyst"] });
    expect(user).not.toHaveProperty("password_hash");
  });

  it("leave nothing of a user in the logs, and do not touch the audit log", async () => {
    const { folder, files } = await ownCompany();
    const audit = await readFile(files.audit);
    const user = subjectOf([
      { type: "user-id", value: henrik.id },
      { type: "email", value: henrik.email.toLowerCase() },
    ]);
    const helpdesk = await startHelpdesk(folder);
    onTestFinished(() => helpdesk.stop());
    for (const source of companySources(folder, helpdesk)) {
      if (source.descriptor.holds.some((category) => category !== "customer-data")) {
        unwrap(await source.erase?.(user, callTo()));
      }
    }
    const logs = await Promise.all(
      (await readdir(files.logs)).map((name) => readFile(join(files.logs, name), "utf8")),
    );
    expect(logs.join("")).not.toContain(henrik.id);
    expect(logs.join("").toLowerCase()).not.toContain(henrik.email.toLowerCase());
    expect((await readFile(files.audit)).equals(audit)).toBe(true);
    expect(audit.includes(henrik.id)).toBe(true);
    expect(await rowsOf(logsSource(folder), user)).toEqual([]);
  });

  it("say so when the help desk is down, and work when it is back", async () => {
    const { folder } = await ownCompany();
    const helpdesk = await startHelpdesk(folder);
    const source = helpdeskSource(helpdesk.url);
    const subject = subjectOf([{ type: "email", value: marta.email.toLowerCase() }]);
    await helpdesk.stop();
    const failure = unwrapError(await source.erase?.(subject, callTo()));
    expect(failure).toMatchObject({ problem: "unavailable", retryable: true });
    await helpdesk.start();
    onTestFinished(() => helpdesk.stop());
    const outcomes = unwrap(await source.erase?.(subject, callTo()));
    expect(outcomes).toEqual([{ collection: "tickets", outcome: "erased", count: 1 }]);
  });
});

it("the Permissions page has twelve users, two of them administrators", async () => {
  const { folder } = await ownCompany();
  const { users } = unwrap(await companyUsers(folder).list({ tenant: "halmstrand" }));
  expect(users).toHaveLength(12);
  expect(users.filter(({ administrator }) => administrator).map(({ name }) => name)).toEqual([
    "Petra Sandvik",
    "Ole Brandvoll",
  ]);
  expect(users[0]).toEqual({
    id: petra.id,
    email: petra.email,
    name: petra.name,
    roles: ["tenant-admin", "admin"],
    administrator: true,
  });
});
