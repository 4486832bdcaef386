import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { CallFailed, orThrow, StorageFailed } from "@subject-rights/core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { migrate } from "../../src/index.ts";
import type { Gate } from "./gates.ts";
import { judge, type World } from "./judge.ts";
import { makePlaces, untilFinished, worldsIn } from "./lives.ts";
import { makeTables, type Places } from "./places.ts";
import { openProcess, type Process, untiring } from "./process.ts";
import { canStopServers, makeServer, type StoppableServer } from "./stoppable-server.ts";

const isThorough = inject("isThorough");
const stops = isThorough ? 5 : 1;

/** Enough requests that every stop has something to interrupt. */
const requests = isThorough ? 12 : 5;

describe.skipIf(!canStopServers)("a server that is stopped at once", () => {
  let server: StoppableServer;
  let places: Places;
  let observer: Process;
  beforeAll(async () => {
    server = await makeServer([
      "-c max_connections=200",
      // The machine goes on: what a process had written is there, whether or not it came to the disk.
      "-c fsync=off",
    ]);
    places = await makePlaces(server.url("shop"), server.url("warehouse"));
    const admin = openProcess({ ...places, shopUrl: server.url("postgres") });
    await admin.shop.query("create database shop");
    await admin.shop.query("create database warehouse");
    await admin.close();
    observer = openProcess(places);
    await makeTables(observer.shop, observer.warehouse);
    orThrow(await migrate({ client: observer.shop }));
  }, 60_000);
  afterAll(async () => {
    await observer.close();
    await server.remove();
    await rm(places.folder, { recursive: true, force: true });
  });

  it(`and started again, ${stops} times under load, loses nothing that it stored`, {
    timeout: 300_000,
  }, async () => {
    const newWorld = worldsIn(places, observer);
    const worlds: World[] = [];
    for (let index = 0; index < requests; index += 1) {
      worlds.push(await newWorld(index % 3 === 2 ? "export" : "erasure", index % 4 === 0));
    }

    const { gate, check } = countingStored(observer);
    const errors: unknown[] = [];
    const startProcess = async (): Promise<Process> => {
      const started = openProcess(places, {
        gate,
        onError: (error) => errors.push(error),
        lookEvery: 200,
        rules: untiring,
        connections: 2 * requests,
      });
      orThrow(await started.rights.start());
      return started;
    };
    const process = await startProcess();

    // People come one after the other, and who was told of a failure tries again.
    let isOver = false;
    const people = (async () => {
      for (let round = 0; !isOver; round += 1) {
        const asking = worlds.slice(0, 4 * (round + 1));
        await Promise.allSettled(asking.map(({ tenant, kind }) => process.use(tenant, kind)));
        await pause(400);
      }
    })();

    for (let stop = 0; stop < stops; stop += 1) {
      await pause(100 + Math.random() * 700);
      await server.stop("immediate");
      await pause(Math.random() * 300);
      await server.start();
      await check();
    }
    // Whoever is not done yet is visibly not done, and somebody will look.
    const { rows: forgotten } = await observer.shop.query(
      "select 1 from subject_rights.request where open and wake_at is null",
    );
    expect(forgotten).toEqual([]);

    // The first one would do, but has learnt to wait for up to a minute.
    const second = await startProcess();
    await untilFinished(
      observer,
      worlds.map(({ tenant }) => tenant),
      150_000,
    );
    isOver = true;
    await people;
    await check();
    for (const world of worlds) await judge(places, observer, world, { isTroubled: true });
    expect(errors.length).toBeGreaterThan(0);
    // The sources are in the same database.
    const those = errors.filter((error) => !(error instanceof CallFailed && error.retryable));
    for (const error of those) expect(error).toBeInstanceOf(StorageFailed);
    await Promise.all([process.close(), second.close()]);
  });
});

/** Counts what was answered to be stored, and finds at least that. */
const countingStored = (observer: Process): { gate: Gate; check: () => Promise<void> } => {
  const versions = new Map<string, number>();
  const sent = new Map<string, number>();
  const count = (into: Map<string, number>, tenant: string) =>
    void into.set(tenant, (into.get(tenant) ?? 0) + 1);
  const gate: Gate = async (tenant, name, effect) => {
    const answer = await effect();
    const outcome = typeof answer === "object" && answer !== null && "outcome" in answer && answer.outcome;
    const isStored = name === "request-store.insert" ? outcome === "stored" : outcome === "committed";
    // Inside a transaction nothing is stored before its end, and each has one commit.
    if (name === "transaction.stored" || (name.startsWith("request-store.") && isStored)) {
      count(versions, tenant);
    }
    if (name === "notifier.send") count(sent, tenant);
    return answer;
  };
  const check = async (): Promise<void> => {
    const [least, leastSent] = [new Map(versions), new Map(sent)];
    const stored = await observer.shop.query<{ tenant: string; version: number }>(
      "select tenant, version from subject_rights.request",
    );
    const messages = await observer.warehouse.query<{ tenant: string; count: number }>(
      "select tenant, count(*)::int as count from outbox group by tenant",
    );
    const found = new Map(stored.rows.map(({ tenant, version }) => [tenant, version]));
    const foundSent = new Map(messages.rows.map(({ tenant, count: number }) => [tenant, number]));
    for (const [tenant, number] of least) expect(found.get(tenant)).toBeGreaterThanOrEqual(number);
    for (const [tenant, number] of leastSent) expect(foundSent.get(tenant)).toBeGreaterThanOrEqual(number);
  };
  return { gate, check };
};
