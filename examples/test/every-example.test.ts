import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { exportManifestSchema } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { marta } from "../src/company/people.ts";
import { examples } from "../src/examples.ts";
import { letterOf } from "../src/mail/letter.ts";
import { ada } from "../src/postgres-application/rows.ts";
import { databaseMentions } from "../src/story/database-mentions.ts";
import { type ExampleRun, type Interruption, runExample, runInTurn } from "./support/run-example.ts";

const isThorough = inject("isThorough");

const filesIn = async (folder: string): Promise<Record<string, string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const read = paths
    .sort()
    .map(async (path) => [path.slice(folder.length), await readFile(path, "latin1")] as const);
  return Object.fromEntries(await Promise.all(read));
};

/** Whom letters went to and what about, sorted; each with its Message-ID. */
const lettersIn = async (folder: string) => {
  const raw = Object.values(await filesIn(join(folder, "mail")));
  const letters = await Promise.all(raw.map((each) => letterOf(Buffer.from(each, "latin1"), () => "")));
  return {
    subjects: letters.map(({ to, subject }) => `${to} ${subject}`).sort(),
    messageIds: letters.map(({ messageId }) => messageId),
  };
};

/** How often each thing was done, by the audits that a finished example leaves. */
const auditIn = async (folder: string): Promise<Record<string, number>> => {
  const audits = JSON.parse(await readFile(join(folder, "audit.json"), "utf8")) as { action: string }[][];
  const counts: Record<string, number> = {};
  for (const { action } of audits.flat()) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
};

const resumed = "This one goes on with the same request.";

/** Interrupts an example again and again. */
const interrupt = async (
  example: string,
  output: string,
  interruptions: readonly Interruption[],
  file: readonly [string, ...string[]] = [`${example}/main.ts`],
): Promise<readonly ExampleRun[]> => {
  const runs: ExampleRun[] = [];
  for (const interruption of interruptions) {
    const run = await runExample(file, output, interruption);
    expect(run.failures).toBe("");
    if (interruption.with === "SIGKILL") expect(run.signal).toBe("SIGKILL");
    else {
      expect(run.code).toBe(interruption.with === "SIGINT" ? 130 : 143);
      expect(run.shown).toMatch(/Interrupted\. Start it again, and it goes on from here\.\n$/);
    }
    runs.push(run);
  }
  expect((await stat(join(output, example, "master-key"))).mode & 0o777).toBe(0o600);
  for (const run of runs.slice(1)) expect(run.shown).toContain(resumed);
  return runs;
};

/** Interrupts an example again and again, and then lets it go on to its end. */
const interruptedRuns = async (
  example: string,
  output: string,
  interruptions: readonly Interruption[],
  file: readonly [string, ...string[]] = [`${example}/main.ts`],
) => {
  const runs = await interrupt(example, output, interruptions, file);
  const last = await runExample(file, output);
  expect(last).toMatchObject({ code: 0, failures: "" });
  expect(last.shown).toContain(resumed);
  return { runs, last };
};

/** What nobody needs any more at the end. */
const expectNothingLeftToGoOn = async (folder: string) => {
  expect(await readdir(folder)).not.toEqual(expect.arrayContaining(["database"]));
  expect(await readdir(folder)).not.toEqual(expect.arrayContaining(["master-key"]));
};

/** What the demo is given: one that is quick, and behind it the one that was interrupted. */
const ofTheDemo = ["custom-data-source", "export-user-telemetry"] as const;

const erasedIn = async (folder: string) => {
  return {
    names: await readdir(folder),
    before: await filesIn(join(folder, "before")),
    after: await filesIn(join(folder, "after")),
    letters: await lettersIn(folder),
    audit: await auditIn(folder),
  };
};

let output: string;
let interrupted: Awaited<ReturnType<typeof interrupt>>;
let demo: Awaited<ReturnType<typeof interruptedRuns>>;
let inTurn: Awaited<ReturnType<typeof runInTurn>>;

beforeAll(async () => {
  output = await mkdtemp(join(tmpdir(), "examples-"));
  interrupted = await interrupt("erase-customer-data", output, [
    ...(isThorough
      ? ([
          { at: "Please confirm", with: "SIGINT" },
          { at: /\d erased/, with: "SIGINT" },
        ] as const)
      : []),
    // Long enough before the end: the help desk is asked again and again before it is given up.
    { at: "The help desk happens to be down", with: "SIGKILL" },
    ...(isThorough ? ([{ at: resumed, with: "SIGINT" }] as const) : []),
  ]);
  demo = await interruptedRuns(
    "export-user-telemetry",
    output,
    [{ at: "Please confirm", with: "SIGINT" }],
    ["demo.ts", ...ofTheDemo],
  );
  // All but what the demo has run: the erasure goes on, and once more, since what is finished starts afresh.
  const others = examples.filter((each) => !ofTheDemo.some((one) => one === each));
  inTurn = await runInTurn([...others, "erase-customer-data"], output);
}, 600_000);

afterAll(() => rm(output, { recursive: true, force: true }));

const runOf = (example: string) => inTurn.runs.get(example) ?? expect.fail(`${example} did not run`);

it("every example runs to its end", async () => {
  expect([inTurn.code, inTurn.failures]).toEqual([0, ""]);
  expect(new Set([...inTurn.runs.keys(), ...ofTheDemo])).toEqual(
    new Set([...examples, "erase-customer-data again"]),
  );
  for (const { shown } of inTurn.runs.values()) expect(shown.length).toBeGreaterThan(100);
  expect(await readdir(output)).toEqual(expect.arrayContaining(["evidence", "letters"]));
});

it("the demo begins with what was interrupted, and runs to its end", async () => {
  const { runs, last } = demo;
  expect(last.shown.indexOf(resumed)).toBeLessThan(last.shown.indexOf("A data source of one's own"));
  expect(last.shown).toMatch(/\nAll of it ran in \d+ s\. /);
  const folder = join(output, "export-user-telemetry");
  expect(new Set([...runs, last].flatMap(({ requests }) => requests)).size).toBe(1);
  expect(last.shown).toMatch(/outcome +completed\n/);
  expect(await auditIn(folder)).toMatchObject({ acknowledged: 1 });
  await expectNothingLeftToGoOn(folder);
});

it("an erasure that was interrupted, however often, ends as one that never was", async () => {
  const last = runOf("erase-customer-data");
  expect(last.shown).toContain(resumed);
  const requests = new Set([...interrupted, last].flatMap((run) => run.requests));
  expect(requests.size).toBe(1);
  expect(last.shown).toContain("completed-with-exceptions");
  const ended = await erasedIn(join(output, "erase-customer-data before"));
  expect(ended.names).not.toEqual(expect.arrayContaining(["database"]));
  expect(ended.names).not.toEqual(expect.arrayContaining(["master-key"]));
  expect(ended.audit).toMatchObject({ acknowledged: 1 });
  expect(new Set(ended.letters.messageIds).size).toBe(ended.letters.messageIds.length);

  // What is finished starts afresh.
  const afresh = runOf("erase-customer-data again");
  expect(afresh.shown).not.toContain(resumed);
  expect(afresh.requests).toHaveLength(1);
  expect(requests).not.toContain(afresh.requests[0]);
  const afterwards = (shown: string) =>
    /Looked at from outside.*?^ {2}mail {2,}\S+$/ms.exec(shown)?.[0] ?? expect.fail("it was not looked at");
  expect(afterwards(last.shown)).toBe(afterwards(afresh.shown));
  const whole = await erasedIn(join(output, "erase-customer-data"));
  expect(whole.before).toEqual(ended.before);
  expect(whole.after).toEqual(ended.after);
  expect(whole.letters.subjects).toEqual(ended.letters.subjects);
});

const expectExport = async (last: Pick<ExampleRun, "shown" | "requests">, folder: string) => {
  expect(new Set(last.requests).size).toBe(1);
  expect(last.shown).toMatch(/outcome +completed\n/);
  expect(await auditIn(folder)).toMatchObject({ acknowledged: 1 });
  expect((await lettersIn(folder)).subjects).toEqual([
    "petra.sandvik@halmstrand.example Please confirm: export of customer data",
    "petra.sandvik@halmstrand.example Ready: export of customer data",
  ]);
};

it("an export confirms once, and hands over once", () =>
  expectExport(runOf("export-customer-data"), join(output, "export-customer-data")));

const expectByEmail = async ({ shown }: Pick<ExampleRun, "shown">, folder: string) => {
  expect(shown.match(/outcome +completed\n/g)).toHaveLength(3);
  expect(shown).toContain("Your message: we need a little more");
  expect(await auditIn(folder)).toMatchObject({ submitted: 3, acknowledged: 3, closed: 3 });
};

it("by email alone there are three exports", () =>
  expectByEmail(runOf("by-email"), join(output, "by-email")));

const expectOverHttp = async (
  { shown, requests }: Pick<ExampleRun, "shown" | "requests">,
  folder: string,
) => {
  expect(requests).toHaveLength(1);
  expect(shown).toMatch(/outcome +completed/);
  expect(shown).toMatch(/downloaded +\d+ bytes/);
  const manifest = await readFile(join(folder, "package", "manifest.json"), "utf8");
  expect(exportManifestSchema.parse(JSON.parse(manifest)).subject).toBe(marta.email.toLowerCase());
};

it.each(["http-node", "http-express"])("%s: from asking to the unpacked package", (example) =>
  expectOverHttp(runOf(example), join(output, example)),
);

describe("the example with a PostgreSQL database", () => {
  let runs: readonly Pick<ExampleRun, "shown" | "requests">[];
  let database: PGlite;
  beforeAll(async () => {
    // That it is gone on with is more of the same.
    if (isThorough) {
      const { runs: cutOff, last } = await interruptedRuns("postgres-application", output, [
        { at: "Please confirm: export", with: "SIGINT" },
        { at: "Please confirm: erasure", with: "SIGKILL" },
      ]);
      runs = [...cutOff, last];
    } else runs = [runOf("postgres-application")];
    database = await PGlite.create(join(output, "postgres-application", "database"));
  }, 300_000);
  afterAll(() => database?.close());

  /** A look that asks no part of the library. */
  const rowsOf = async (query: string): Promise<unknown[]> => (await database.query(query)).rows;

  it("fits its schema, and sees the migration that forgets the map", () => {
    const [first] = runs;
    expect(first?.shown).toMatch(/check +no problems\n/);
    expect(first?.shown).toMatch(/coverage +no gaps, 5 waived\n/);
    expect(first?.shown).toMatch(/coverage +2 gaps, 5 waived\n/);
    expect(first?.shown).toMatch(/second_phone +public\.customers: /);
    expect(first?.shown).toMatch(/order_id +public\.gift_cards: /);
  });

  it("says beforehand what an erasure then does", () => {
    const shown = runs.map((run) => run.shown).join("");
    const inOneLine = shown.replaceAll(/\s+/g, " ");
    const kept = String.raw`1 retained until \d{4}-12-31`;
    expect(inOneLine).toMatch(new RegExp(` Payments 1 erased, ${kept}, ${kept} `));
    for (const [collection, planned, reported] of [
      ["Customers", "1 anonymised", "1 record made anonymous"],
      ["Orders", "3 erased", "3 records erased"],
      ["Page views", "20 erased", "20 records erased"],
    ]) {
      expect(shown).toMatch(new RegExp(`^  ${collection} +${planned}$`, "m"));
      expect(shown).toContain(`- ${collection}: ${reported}`);
    }
  });

  it("ends with its two requests", () => {
    expect(new Set(runs.flatMap(({ requests }) => requests)).size).toBe(2);
    const last = runs.at(-1);
    expect(last?.shown).toMatch(/outcome +completed\n/);
    expect(last?.shown).toMatch(/outcome +completed-with-exceptions\n/);
    expect(last?.shown).toMatch(/no row +in any table/);
  });

  it("leaves nothing of her but what the law keeps", async () => {
    expect(await databaseMentions(database, Object.values(ada))).toEqual([]);
    expect(await rowsOf("select id::int, iban from payments where customer_id = 1 order by id")).toEqual([
      { id: 2, iban: null },
      { id: 3, iban: null },
    ]);
    expect(await rowsOf("select email, name, phone, password_hash from customers where id = 1")).toEqual([
      { email: null, name: "erased", phone: null, password_hash: null },
    ]);
    expect(await rowsOf("select customer_id, signed_as, stars from reviews where id = 1")).toEqual([
      { customer_id: null, signed_as: "a customer", stars: 5 },
    ]);
  });

  it("leaves everybody else as they were, and the address that somebody else has too", async () => {
    expect(await rowsOf("select street from addresses")).toEqual([{ street: "Lindenweg 19" }]);
    expect(await rowsOf("select name from customers where id = 2")).toEqual([{ name: "Bo Tannert" }]);
    const [counts] = await rowsOf(`select (select count(*)::int from customers) as customers,
      (select count(*)::int from orders) as orders, (select count(*)::int from payments) as payments`);
    expect(counts).toEqual({ customers: 502, orders: 499, payments: 501 });
  });

  it("hands out no credentials", async () => {
    const folder = join(output, "postgres-application", "package");
    const names = (await readdir(folder, { recursive: true })).filter((name) =>
      /\.(json|csv|html)$/.test(name),
    );
    const texts = (await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
    expect(texts).toContain(ada.iban);
    expect(texts).toContain("Firefox on Linux");
    expect(texts).not.toMatch(/password_hash|token_hash|scrypt|6f0c7f5e/);
  });
});

// An erasure that is killed stays in `npm test`, and an export that is ended by Ctrl-C in the demo.
if (isThorough) {
  describe("interrupted as well, and gone on with to its end", () => {
    it("is an export", async () => {
      const { runs, last } = await interruptedRuns("export-customer-data", output, [
        { at: "Please confirm", with: "SIGKILL" },
        { at: "…", with: "SIGTERM" },
      ]);
      expect(new Set([...runs, last].flatMap(({ requests }) => requests)).size).toBe(1);
      await expectNothingLeftToGoOn(join(output, "export-customer-data"));
      await expectExport(last, join(output, "export-customer-data"));
    });

    it("are three exports by email alone", async () => {
      const { last } = await interruptedRuns("by-email", output, [
        { at: "Please confirm: export of user data", with: "SIGTERM" },
      ]);
      await expectNothingLeftToGoOn(join(output, "by-email"));
      await expectByEmail(last, join(output, "by-email"));
    });

    it("is an export over HTTP", async () => {
      const { runs, last } = await interruptedRuns("http-node", output, [
        { at: "Opening it changes nothing", with: "SIGKILL" },
      ]);
      expect(last.requests).toEqual(runs[0]?.requests);
      await expectOverHttp(last, join(output, "http-node"));
    });
  });
}
