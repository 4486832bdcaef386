import { createSubjectRights, defineDataSource, defineNotifier, type Message } from "@subject-rights/core";
import { postgresStorage } from "@subject-rights/postgres";
import { unwrap } from "@subject-rights/testing";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { masterKey, newSchema } from "./store/fixtures.ts";
import { createDatabase, type TestDatabase } from "./support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
}, 120_000);
afterAll(() => database.drop());

const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin", "tenant-admin"] };
const never = new Promise<never>(() => undefined);
const isThorough = inject("isThorough");
const people = Array.from({ length: isThorough ? 3 : 2 }, (_, index) => `person-${index}@example.org`);
const asks = [
  { kind: "export", category: "customer-data" },
  { kind: "erasure", category: "customer-data" },
  { kind: "export", category: "user-data" },
  { kind: "export", category: "user-telemetry" },
] as const;

it("requests of one person are worked on in the order of their acknowledgement, by processes of which some die", async () => {
  const schema = newSchema();
  const letters: Message[] = [];
  /** For whom a source worked, in turn. */
  const worked = new Map<string, string[]>(people.map((email) => [email, []]));
  unwrap(await postgresStorage({ client: database.pool, schema, masterKey }).migrate());

  let started = 0;
  const processOf = async () => {
    started += 1;
    const name = `process-${started}`;
    const pool = database.another({ max: 4, application_name: name });
    let isDead = false;
    const alive = async () => (isDead ? never : undefined);
    const { migrate: _, ...storage } = postgresStorage({ client: pool, schema, masterKey });
    const work = async (email = "", requestId: string | null) => {
      await alive();
      worked.get(email)?.push(requestId ?? "");
      await new Promise((resolve) => setTimeout(resolve, 30));
      await alive();
    };
    const rights = createSubjectRights({
      ...storage,
      controller: "Halmstrand Lamps",
      sources: [
        defineDataSource({
          id: "crm",
          title: "The CRM",
          holds: ["customer-data", "user-data", "user-telemetry"],
          kind: "origin",
          locate: async () => [],
          async *export(subject, { requestId }) {
            await work(subject.values("email")[0], requestId);
            yield { collection: "people", rows: [] };
          },
          erase: async (subject, { requestId }) => {
            await work(subject.values("email")[0], requestId);
            return [{ collection: "people", outcome: "absent" }];
          },
        }),
      ],
      notifier: defineNotifier({
        id: "kept",
        attachmentLimit: 1_000_000,
        send: async (message) => {
          await alive();
          letters.push(message);
        },
      }),
      addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "help@halmstrand.example" },
      lookEvery: 250,
      callDeadline: 2_000,
      rules: { blockedDelay: 100 },
      onError: () => undefined,
    });
    unwrap(await rights.start());
    /** Its connections are cut, whatever it is at; it gets no other ones. */
    const die = async () => {
      isDead = true;
      void pool.end();
      await database.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
        [name],
      );
    };
    return { rights, die, isDead: () => isDead };
  };

  const desk = await processOf();
  const ids = new Map<string, string[]>();
  for (const email of people) {
    const theirs: string[] = [];
    for (const each of asks) {
      const { request } = unwrap(await desk.rights.requests.submit({ actor, ...each, email }));
      theirs.push(request.id);
    }
    ids.set(email, theirs);
  }
  const tokenOf = (id: string): string | null => {
    const notice = letters.find(
      ({ notice: { type, requestId } }) => type === "confirmation" && requestId === id,
    )?.notice;
    return notice?.type === "confirmation" ? notice.token : null;
  };
  for (const id of [...ids.values()].flat()) {
    await expect.poll(() => tokenOf(id), { timeout: 30_000 }).not.toBeNull();
  }

  const processes = [await processOf(), await processOf()];
  let deaths = 0;
  const successors: Promise<void>[] = [];
  const dying = setInterval(() => {
    const at = deaths % processes.length;
    deaths += 1;
    const succeed = async () => {
      await processes[at]?.die();
      processes[at] = await processOf();
    };
    successors.push(succeed());
  }, 700);
  const acknowledgeAll = async (email: string, index: number) => {
    for (const id of ids.get(email) ?? []) {
      for (let turn = index; ; turn += 1) {
        const process = processes[turn % processes.length] ?? desk;
        const token = tokenOf(id) ?? "";
        const waiting = new Promise((resolve) => setTimeout(resolve, 1_500));
        await Promise.race([process.rights.requests.acknowledge({ token }).then(() => undefined), waiting]);
        const view = unwrap(await desk.rights.requests.read({ actor, requestId: id }));
        if (view.acknowledgement.acknowledgedAt !== null) break;
      }
    }
  };
  await Promise.all(people.map(acknowledgeAll));
  const open = async () => unwrap(await desk.rights.requests.list({ actor, open: true })).requests.length;
  await expect.poll(() => deaths, { timeout: 30_000 }).toBeGreaterThan(isThorough ? 3 : 2);
  clearInterval(dying);
  await Promise.all(successors);
  await expect.poll(open, { timeout: 120_000, interval: 200 }).toBe(0);

  for (const email of people) {
    const places = (worked.get(email) ?? []).map((id) => ids.get(email)?.indexOf(id));
    expect(places).toEqual(places.toSorted());
    expect(new Set(places).size).toBe(asks.length);
  }
  const alive = [desk, ...processes].filter(({ isDead }) => !isDead());
  await Promise.all(alive.map(({ rights }) => rights.stop()));
}, 240_000);
