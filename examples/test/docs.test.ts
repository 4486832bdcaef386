import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { format, promisify } from "node:util";
import * as core from "@subject-rights/core";
import { type MemoryTables, memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { mapProblemCodes } from "@subject-rights/postgres";
import { dataSourceCases, keyRingCases, notifierCases, simulatedClock } from "@subject-rights/testing";
import { describe, expect, it, vi } from "vitest";
import { nodeFlags } from "../src/node-flags.ts";
import { readPages, writePages } from "./support/docs.ts";

const pages = await readPages();
// Another folder than the one whose types are checked, at the same time perhaps.
const folder = await writePages(pages, "docs-run");
const run = promisify(execFile);

const page = (name: string): string => {
  const found = pages.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no page ${name}`);
  return found.text;
};

/** The cells in the quotes of code that rows of tables begin with, so many a row. */
const coded = (name: string, cells: 1 | 2): string[] => {
  const cell = "\\| `([\\w-]+)` ";
  return [...page(name).matchAll(new RegExp(`^${cell.repeat(cells)}\\|`, "gmu"))].map((row) =>
    row.slice(1).join(" "),
  );
};

/** What a heading is linked by. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");

const headingsOf = async (path: string): Promise<string[]> =>
  [...(await readFile(path, "utf8")).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));

describe("the documentation", () => {
  it("leads nowhere that is not there", async () => {
    const broken: string[] = [];
    for (const { path, text: markdown } of pages) {
      for (const [, to = "", anchor] of markdown.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)) {
        const target = to === "" ? path : join(dirname(path), to);
        const there =
          existsSync(target) && (anchor === undefined || (await headingsOf(target)).includes(anchor));
        if (!there) broken.push(`${path}: ${to}#${anchor}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("has code in languages that readers see in colour", async () => {
    const readme = await readFile(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
    for (const text of [readme, ...pages.map((each) => each.text)])
      for (const [, language] of text.matchAll(/^```(\S+)$/gm))
        expect(["diff", "mermaid", "psql", "sh", "sql", "text", "ts"]).toContain(language);
  });

  it("lists every error and every problem", () => {
    const classes = Object.entries(core)
      .filter(
        ([, value]) =>
          typeof value === "function" &&
          value.prototype instanceof core.SubjectRightsError &&
          // Has the code of what it extends.
          !(value.prototype instanceof core.CallFailed),
      )
      .map(([name]) => name);
    const codes = classes.map((name) => name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase());
    const rows = classes.map((name, index) => `${codes[index]} ${name}`);
    expect(coded("errors", 2).toSorted()).toEqual(rows.toSorted());
    expect(coded("errors", 1).toSorted()).toEqual([...core.problemCodes, ...codes].toSorted());
  });

  it("has the policy as it is", () => {
    const table = [...page("concepts").matchAll(/^\| `([\w-]+)` \| [^|]+ \| ([\w, -]+) \|$/gmu)];
    expect(Object.fromEntries(table.map(([, action, roles]) => [action, roles?.split(", ")]))).toEqual(
      core.defaultRoles,
    );
  });

  it("has tables that a database takes", () => {
    for (const sql of pages.flatMap((each) => each.sql)) new DatabaseSync(":memory:").exec(sql);
  });

  it("its adapters, and that of the examples, keep their contracts under node:test", async () => {
    const harnessOf = async (path: string) => (await import(path)).harness;
    const authors = join(import.meta.dirname, "..", "src", "custom-data-source");
    const files = [
      join(folder, "writing-a-data-source", "subscriptions.test.ts"),
      join(folder, "writing-a-notifier", "gateway-notifier.test.ts"),
      join(folder, "writing-a-store", "file-key-ring.test.ts"),
      join(authors, "loyalty-cards.test.ts"),
    ];
    const cases = [
      dataSourceCases(await harnessOf(join(folder, "writing-a-data-source", "harness.ts"))),
      notifierCases(await harnessOf(join(folder, "writing-a-notifier", "harness.ts"))),
      keyRingCases(await harnessOf(join(folder, "writing-a-store", "harness.ts"))),
      dataSourceCases(await harnessOf(join(authors, "harness.ts"))),
    ];
    for (const each of cases) expect(each.length).toBeGreaterThan(3);
    // A test runner inside a test runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const node = ["--conditions=source", "--test", "--test-isolation=none", "--test-reporter=tap", ...files];
    const { stdout } = await run(process.execPath, node, { env }).catch(
      (failed: { stdout: string }) => failed,
    );
    expect(stdout.match(/^\s*(?:not ok .*|error: .*)$/gm)).toBeNull();
    expect(stdout).toContain(`\n# pass ${cases.flat().length}\n`);
  });

  it("core: its first example runs", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await import(join(folder, "core", "first-request.ts"));
    const printed = log.mock.calls.map((words) => format(...words)).join("\n");
    expect(page("core")).toContain(`It prints \`${printed}\`.`);
  });

  it("postgres-data-map: its example runs", async () => {
    const main = join(folder, "postgres-data-map", "main.ts");
    const { stdout } = await run(process.execPath, [...nodeFlags, main]);
    expect(page("postgres-data-map")).toContain(`\`\`\`text\n${stdout}\`\`\``);
  });

  it("postgres-data-map: lists every problem", () => {
    expect(coded("postgres-data-map", 1).toSorted()).toEqual(mapProblemCodes.toSorted());
  });

  it("restoring: before the start it lists what would go on, and what was called off is called off again", async () => {
    const { goingOn } = await import(join(folder, "restoring", "before-start.ts"));
    const actor: core.Actor = { id: "admin-1", tenant: "acme", roles: ["admin"] };
    const addressOf = (name: string) => `${name}@example.org`;
    const held = new Set(["bob", "cleo", "dan", "eve", "fay", "gil"].map(addressOf));
    const [fay, gil] = [addressOf("fay"), addressOf("gil")];
    /** Of whom nothing can be erased: the service is down for them. */
    const down = new Set(held);
    down.delete(gil);
    const notifier = memoryNotifier();
    const clock = simulatedClock();
    const keptUntil = new Date(clock.now().getTime() + 2 * 86_400_000).toISOString().slice(0, 10);
    const over = (tables: MemoryTables) =>
      core.createSubjectRights({
        controller: "Acme",
        notifier,
        clock,
        acknowledgedBy: "data-subject",
        addresses: { tenantAdmin: () => "admin@example.org", support: () => "support@example.org" },
        ...memoryStorage({ tables }),
        sources: [
          core.defineDataSource({
            id: "desk",
            title: "Help desk",
            holds: ["customer-data"],
            kind: "origin",
            locate: async (subject) => {
              const count = subject.values("email").filter((each) => held.has(each)).length;
              return [{ collection: "tickets", count }];
            },
            erase: async (subject) => {
              if (subject.values("email").some((each) => down.has(each))) throw new Error("down");
              if (
                subject.values("email").includes(gil) &&
                clock.now().toISOString().slice(0, 10) <= keptUntil
              ) {
                const kept = { reason: "§ 147 AO", until: keptUntil };
                return [{ collection: "tickets", outcome: "retained", count: 1, ...kept }];
              }
              const count = subject.values("email").filter((each) => held.delete(each)).length;
              return [{ collection: "tickets", outcome: "erased", count }];
            },
          }),
        ],
      });
    const tables = memoryTables();
    const rights = over(tables);
    core.orThrow(await rights.start());
    const asked: string[] = [];
    for (const email of held) {
      const { request } = core.orThrow(
        await rights.requests.submit({ actor, kind: "erasure", category: "customer-data", email }),
      );
      asked.push(request.id);
      await clock.advance(0);
      const letter = notifier.sent.findLast(({ notice }) => notice.type === "confirmation");
      const token = letter?.notice.type === "confirmation" ? letter.notice.token : "";
      core.orThrow(await rights.requests.acknowledge({ token }));
      await clock.advance(60_000);
    }
    const backup = structuredClone(tables);
    const [bob = "", cleo = "", dan = "", eve = "", ofFay = "", ofGil = ""] = asked;
    const reason = "as was asked on the telephone";
    core.orThrow(await rights.requests.cancel({ actor, requestId: bob, reason }));
    core.orThrow(await rights.requests.decline({ actor, requestId: cleo, reason }));
    core.orThrow(await rights.requests.suspend({ actor, requestId: dan, reason }));
    // Fay is erased, and comes back; what was kept of Gil is called off on its day.
    down.delete(fay);
    // A try may be under way at this moment, and then there is nothing to try.
    for (let tried = 0; held.has(fay) && tried < 10; tried += 1) {
      await rights.requests.retrySource({ actor, requestId: ofFay, source: "desk" });
      await clock.advance(60_000);
    }
    expect(held.has(fay)).toBe(false);
    const identifiers = [{ type: "email", value: fay }];
    core.orThrow(await rights.suppressions.lift({ actor, identifiers, reason: "is a customer again" }));
    held.add(fay);
    down.add(gil);
    clock.set(new Date(clock.now().getTime() + 3 * 86_400_000));
    await clock.advance(60_000);
    core.orThrow(await rights.requests.cancel({ actor, requestId: ofGil, reason }));
    await clock.advance(60_000);
    const copy: unknown[] = [];
    for await (const each of rights.suppressions.copy({ actor })) copy.push(each);
    await rights.stop();

    const restored = over(backup);
    core.orThrow(await restored.suppressions.restore({ actor, suppressions: copy }));
    const open = await goingOn(restored, actor, clock.now());
    const sinceOf = (id: string) => open.find((each: { id: string }) => each.id === id)?.since;
    expect(asked.map(sinceOf)).toEqual(["cancelled", "declined", null, null, "lifted", "called-off"]);
    core.orThrow(await restored.requests.cancel({ actor, requestId: bob, reason }));
    core.orThrow(await restored.requests.decline({ actor, requestId: cleo, reason }));
    core.orThrow(await restored.requests.suspend({ actor, requestId: dan, reason }));
    for (const requestId of [ofFay, ofGil])
      core.orThrow(await restored.requests.cancel({ actor, requestId, reason }));
    down.clear();
    core.orThrow(await restored.start());
    await clock.advance(7_200_000);
    expect([...held].toSorted()).toEqual(["bob", "cleo", "dan", "fay", "gil"].map(addressOf));
    expect(core.orThrow(await restored.requests.read({ actor, requestId: eve })).outcome).toBe("completed");
    await restored.stop();
  });

  it("getting-started: under the address of a customer, another number than theirs is asked about, and erases nothing", async () => {
    const { customerRecords } = await import(join(folder, "getting-started", "customers.ts"));
    const notifier = memoryNotifier();
    const clock = simulatedClock(new Date("2026-11-02T09:00:00Z"));
    const rights = core.createSubjectRights({
      ...memoryStorage(),
      clock,
      controller: "Northwind Lamps",
      sources: [customerRecords],
      notifier,
      addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "support@northwind.example" },
    });
    core.orThrow(await rights.start());
    const actor = { id: "admin-1", tenant: "northwind", roles: ["admin"] };
    const identifiers = [{ type: "customer-number", value: "C-1011" }];
    const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
    const { request } = core.orThrow(await rights.requests.submit({ ...asked, identifiers }));
    const on = { actor, requestId: request.id };
    await clock.advance(10_000);
    const token = notifier.sent.flatMap(({ notice }) =>
      notice.type === "confirmation" ? [notice.token] : [],
    );
    core.orThrow(await rights.requests.acknowledge({ token: token[0] ?? "" }));
    await clock.advance(60_000);
    const [waiting] = core.orThrow(await rights.requests.read(on)).waitingFor;
    if (waiting?.for !== "decision") throw new Error(`it waits for ${waiting?.for}`);
    const answer = { ...on, decision: waiting.decision, answer: "somebody-else", reason: "a slip" } as const;
    core.orThrow(await rights.requests.decideIdentifier(answer));
    await clock.advance(60_000);
    expect(core.orThrow(await rights.requests.read(on)).outcome).toBe("completed-with-exceptions");
    await rights.stop();
  });
});
