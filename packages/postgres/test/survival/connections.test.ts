import { setTimeout as pause } from "node:timers/promises";
import { CallFailed, orThrow, StorageFailed } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { cuttingProxy, type Fate } from "./cutting-proxy.ts";
import { judge, type World } from "./judge.ts";
import { type Country, foundCountry, untilFinished } from "./lives.ts";
import { askedFor } from "./places.ts";
import { openProcess, type Process, untiring } from "./process.ts";
import { noting, watchedClient } from "./watched-client.ts";

const isThorough = inject("isThorough");

let country: Country;
beforeAll(async () => {
  country = await foundCountry();
});
afterAll(() => country.leave());

const tenantsOf = (worlds: readonly World[]): string[] => worlds.map(({ tenant }) => tenant);

const newWorlds = async (count: number, kindOf: (index: number) => World["kind"]): Promise<World[]> => {
  const worlds: World[] = [];
  for (let index = 0; index < count; index += 1) {
    const kind = kindOf(index);
    worlds.push(await country.newWorld(kind, kind === "erasure" && index % 4 === 0));
  }
  return worlds;
};

/** Has everybody asked for, again and again where that failed, until all is done; and judges it. */
const toTheEnd = async (process: Process, worlds: readonly World[], within = 120_000): Promise<void> => {
  let isOver = false;
  const people = (async () => {
    while (!isOver) {
      await Promise.allSettled(worlds.map(({ tenant, kind }) => process.use(tenant, kind)));
      await pause(500);
    }
  })();
  await untilFinished(country.observer, tenantsOf(worlds), within).finally(() => {
    isOver = true;
  });
  await people;
  for (const world of worlds) {
    await judge(country.places, country.observer, world, { isTroubled: true }).catch((cause: unknown) => {
      throw new Error(`the ${world.kind} of ${world.tenant}`, { cause });
    });
  }
};

describe("a connection that is cut", () => {
  /** The names of prepared statements that change something. */
  const prepared = new Set<string>();

  /** Parse, with the text; for what is prepared already, Bind alone, with its name. */
  const isChange = (piece: string): boolean => {
    const parsed = /^P.{4}([^\0]*)\0\s*(?:with before as|with [a-z ]*as \(|insert|delete)/s.exec(piece);
    if (parsed?.[1]) prepared.add(parsed[1]);
    const bound = /^B.{4}[^\0]*\0([^\0]+)\0/s.exec(piece);
    return parsed !== null || prepared.has(bound?.[1] ?? "");
  };

  /** What a client sends to change something, for whom. */
  const changeFor = (piece: string, before: string): string | null => {
    const isCommit = piece.startsWith("Q") && piece.includes("commit");
    if (!isChange(piece) && !isCommit) return null;
    return (isCommit ? before : piece).match(/tenant-\d+/g)?.at(-1) ?? null;
  };

  it("before or behind anything that is stored does no harm", { timeout: 240_000 }, async () => {
    const server = new URL(inject("databaseUrl"));
    const made = new Map<string, number>();
    const cutAt = new Map<string, { readonly at: number; readonly fate: Fate }>();
    const proxy = await cuttingProxy(Number(server.port || 5432), (piece, before) => {
      const tenant = changeFor(piece, before);
      if (tenant === null) return "let";
      const count = (made.get(tenant) ?? 0) + 1;
      made.set(tenant, count);
      const cut = cutAt.get(tenant);
      return cut?.at === count ? cut.fate : "let";
    });
    const shopUrl = Object.assign(new URL(country.places.shopUrl), { port: String(proxy.port) }).href;
    const process = openProcess(
      { ...country.places, shopUrl },
      { rules: untiring, lookEvery: 300, connections: 24 },
    );
    orThrow(await process.rights.start());
    try {
      const rehearsals = await newWorlds(1, () => "erasure");
      await toTheEnd(process, rehearsals);
      const changes = made.get(rehearsals[0]?.tenant ?? "") ?? 0;
      expect(changes).toBeGreaterThan(20);
      expect(proxy.cuts()).toBe(0);

      const fates = ["before", "after"] as const;
      const apart = isThorough ? 4 : 24;
      const cuts = Array.from(
        { length: Math.ceil(changes / apart) },
        (_, index) => index * apart + 1,
      ).flatMap((at) => fates.map((fate) => ({ at, fate })));
      const worlds = await newWorlds(cuts.length, (index) => (index % 8 === 7 ? "export" : "erasure"));
      for (const [index, cut] of cuts.entries()) cutAt.set(worlds[index]?.tenant ?? "", cut);
      await toTheEnd(process, worlds);
      expect(proxy.cuts()).toBeGreaterThan(worlds.length * 0.8);
    } finally {
      await process.close();
      await proxy.close();
    }
  });
});

describe("two runners", () => {
  it("on the same requests, over serializable, whose connections are ended at random", {
    timeout: 240_000,
  }, async () => {
    const { observer, places } = country;
    const serializable = encodeURIComponent("-c default_transaction_isolation=serializable");
    const shopUrl = `${places.shopUrl}?application_name=victim&options=${serializable}`;
    const codes: unknown[] = [];
    const clientFrom = (pool: Process["shop"]) => {
      // pg lends a connection by a promise. One that is ended before that was awaited is heard by nobody else.
      pool.on("connect", (connection) => connection.on("error", () => undefined));
      return watchedClient(pool, noting(codes));
    };
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const options = { rules: untiring, lookEvery: 100, clientFrom, onError };
    const runners = [
      openProcess({ ...places, shopUrl }, options),
      openProcess({ ...places, shopUrl }, options),
    ];
    const [first] = runners;
    if (first === undefined) throw new Error("nobody runs");
    const worlds = await newWorlds(isThorough ? 12 : 4, (index) => (index % 3 === 2 ? "export" : "erasure"));
    for (const { rights } of runners) orThrow(await rights.start());
    let ended = 0;
    const rounds = isThorough ? 15 : 5;
    const ending = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        await pause(100);
        const { rowCount } = await observer.shop.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'victim' order by random() limit 2`);
        ended += rowCount ?? 0;
      }
    })();
    await Promise.all([toTheEnd(first, worlds, 90_000), ending]);
    expect(ended).toBeGreaterThan(rounds / 2);
    expect(codes).toContain("57P01");
    expect(codes).toContain("40001");
    // The sources are in the same database.
    const those = errors.filter((error) => !(error instanceof CallFailed && error.retryable));
    for (const error of those) expect(error).toBeInstanceOf(StorageFailed);
    await Promise.all(runners.map((runner) => runner.close()));
  });
});

describe("a deadlock", () => {
  /** What the application does with a person's rows, in an order of its own. */
  const rowsOf = [
    "customers t where t.id = $1",
    "visits t where t.email = (select email from customers where id = $1)",
    "payments t where t.customer_id = $1",
    "folders t where t.owner = $1",
    "comments t where t.author = $1",
    "orders t where t.customer_id = $1",
    "customer_addresses t where t.customer_id = $1",
  ];

  it("with the application's own work is tried again, and the outcomes stay right", {
    timeout: 60_000,
  }, async () => {
    const { observer, places, shop } = country;
    const name = new URL(shop.url).pathname.slice(1);
    // Whoever begins to wait last is the first to look whether it waits for itself, and so the one that is undone.
    await observer.shop.query(`alter database ${name} set deadlock_timeout = '50ms'`);
    const codes: unknown[] = [];
    const process = openProcess(places, { clientFrom: (pool) => watchedClient(pool, noting(codes)) });
    orThrow(await process.rights.start());
    // The erasure takes those at the end of the list late enough for it to be crossed by somebody.
    const held = isThorough ? rowsOf : rowsOf.slice(-4);
    const worlds = await newWorlds(held.length, () => "erasure");

    const somebody = async () => {
      const session = await observer.shop.connect();
      await session.query("begin");
      const { rows } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
      const pid = rows[0]?.pid ?? 0;
      const lock = (each: string, id: string, how = "") =>
        session.query(`select 1 from ${each} for update ${how}`, [id]);
      const leave = async () => {
        await session.query("commit");
        session.release();
      };
      return { pid, session, lock, leave };
    };
    const until = async (condition: string, pid: number) => {
      const query = `select 1 from pg_stat_activity where ${condition}`;
      while ((await observer.shop.query(query, [pid])).rowCount === 0) await pause(50);
    };

    const crossed = await Promise.all(
      worlds.map(async ({ tenant }, index) => {
        const { rows } = await observer.shop.query<{ id: string }>(
          "select id from customers where tenant = $1 and email = $2",
          [tenant, askedFor(tenant).email],
        );
        const id = rows[0]?.id ?? "";
        const [first, second] = [await somebody(), await somebody()];
        const row = held[index] ?? "";
        await first.lock(row, id);
        await process.use(tenant, "erasure");
        await until("$1 = any (pg_blocking_pids(pid))", first.pid);
        // The erasure waits for the first. The second takes what the erasure still has to do, and asks for what it did.
        await second.session.query("set local deadlock_timeout = '20s'");
        const [done, ahead]: [string[], string[]] = [[], []];
        for (const each of rowsOf.filter((other) => other !== row)) {
          const { rowCount } = await second.lock(each, id, "skip locked");
          (rowCount === 0 ? done : ahead).push(each);
        }
        const isCrossed = done.length > 0 && ahead.length > 0;
        const asked = isCrossed ? second.lock(done[0] ?? "", id) : null;
        if (isCrossed) await until("pid = $1 and cardinality(pg_blocking_pids(pid)) > 0", second.pid);
        await first.leave();
        await asked;
        await second.leave();
        return isCrossed;
      }),
    );
    await untilFinished(observer, tenantsOf(worlds), 30_000);
    for (const world of worlds) await judge(places, observer, world);
    const deadlocks = crossed.filter(Boolean).length;
    expect(deadlocks).toBeGreaterThan(2);
    expect(codes.filter((code) => code === "40P01").length).toBeGreaterThanOrEqual(deadlocks);
    await process.close();
  });
});
