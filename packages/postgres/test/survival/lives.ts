import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { orThrow, type RequestKind } from "@subject-rights/core";
import { migrate } from "../../src/index.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import type { FromChild, Job, ToChild } from "./child.ts";
import { finishedTenants, standingOf, type World } from "./judge.ts";
import { askedFor, everythingOf, leftAlone, makeTables, type Places, settle } from "./places.ts";
import { openProcess, type Process } from "./process.ts";

/** Places for a test file, and somebody who looks into them and works on nothing. */
export interface Country {
  readonly places: Places;
  readonly observer: Process;
  readonly shop: TestDatabase;
  readonly warehouse: TestDatabase;
  /** A new tenant, settled and photographed. */
  newWorld(kind: RequestKind, isKept?: boolean): Promise<World>;
  leave(): Promise<void>;
}

export const makePlaces = async (shopUrl: string, warehouseUrl: string): Promise<Places> => ({
  shopUrl,
  warehouseUrl,
  folder: await mkdtemp(join(tmpdir(), "subject-rights-letters-")),
  masterKey: randomBytes(32),
});

export const worldsIn = (places: Places, observer: Process): Country["newWorld"] => {
  let made = 0;
  return async (kind, isKept = false) => {
    made += 1;
    const tenant = `tenant-${made}`;
    await settle(places, observer, tenant, isKept);
    const [asked, other] = await Promise.all(
      [askedFor(tenant), leftAlone(tenant)].map((person) => everythingOf(places, observer, tenant, person)),
    );
    return { tenant, kind, isKept, asked, other };
  };
};

export const foundCountry = async (): Promise<Country> => {
  const [shop, warehouse] = await Promise.all([createDatabase(), createDatabase()]);
  const places = await makePlaces(shop.url, warehouse.url);
  await makeTables(shop.pool, warehouse.pool);
  orThrow(await migrate({ client: shop.pool }));
  const observer = openProcess(places, { connections: 20 });
  return {
    places,
    observer,
    shop,
    warehouse,
    newWorld: worldsIn(places, observer),
    leave: async () => {
      await observer.close();
      await Promise.all([shop.drop(), warehouse.drop()]);
      await rm(places.folder, { recursive: true, force: true });
    },
  };
};

/** Resolves once the requests of these tenants are over. Throws where that takes longer than it may. */
export const untilFinished = async (
  observer: Process,
  tenants: readonly string[] | (() => readonly string[]),
  within: number,
): Promise<void> => {
  const end = Date.now() + within;
  for (;;) {
    const finished = await finishedTenants(observer);
    const left = (typeof tenants === "function" ? tenants() : tenants).filter(
      (tenant) => !finished.has(tenant),
    );
    if (left.length === 0) return;
    if (Date.now() > end) {
      throw new Error(`not finished: ${left.join(", ")}\n${await standingOf(observer, left)}`);
    }
    await pause(50);
  }
};

/** A child process, from its birth to its violent end. */
export interface Life {
  readonly ready: Promise<void>;
  /** The tenants for which it came to the step that was given. */
  readonly held: ReadonlySet<string>;
  readonly failures: readonly string[];
  work(jobs: readonly Job[]): void;
  steps(): Promise<Readonly<Record<string, readonly string[]>>>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

const script = join(import.meta.dirname, "child.ts");

/** @param connections at most, to each of the two databases */
export const bear = (places: Places, connections: number): Life => {
  const { shopUrl, warehouseUrl, folder, masterKey } = places;
  const child: ChildProcess = fork(
    script,
    [shopUrl, warehouseUrl, folder, Buffer.from(masterKey).toString("hex"), `${connections}`],
    {
      execArgv: ["--conditions=source"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    },
  );
  const held = new Set<string>();
  const failures: string[] = [];
  child.stderr?.on("data", (text: Buffer) => failures.push(text.toString()));
  const gone = once(child, "exit");
  const ready = Promise.withResolvers<void>();
  const steps = Promise.withResolvers<Readonly<Record<string, readonly string[]>>>();
  child.on("message", (message: FromChild) => {
    switch (message.type) {
      case "ready":
        return ready.resolve();
      case "held":
        return void held.add(message.tenant);
      case "steps":
        return steps.resolve(message.steps);
      case "failed":
        return void failures.push(message.what);
    }
  });
  void gone.then(() => ready.reject(new Error(`the child ended by itself: ${failures.join("\n")}`)));
  // Who is killed before it was ready is missed by nobody.
  ready.promise.catch(() => undefined);
  const say = (message: ToChild) => void child.send(message, () => undefined);
  return {
    ready: ready.promise,
    held,
    failures,
    work: (jobs) => say({ type: "work", jobs }),
    steps: () => {
      say({ type: "tell" });
      return steps.promise;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
};

/** On a machine that has other things to do a call may take too long: it is told, and made again. */
export const unexpected = (failures: readonly string[]): string[] =>
  failures.filter((failure) => !/^CallFailed: [a-z-]+: timed out\./.test(failure));
