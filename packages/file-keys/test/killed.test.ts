import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs, { type FileHandle, readdir, rm } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { orThrow } from "@subject-rights/core";
import { fileKeyRing, rewrapKeys } from "@subject-rights/file-keys";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { filesIn, masterKey, newDirectory } from "./harness.ts";
import { keyNames } from "./key-names.ts";

const isThorough = inject("isThorough");

let directory: string;
beforeEach(async () => {
  directory = await newDirectory();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const started = (master: Uint8Array, other: Uint8Array | null, work: string): ChildProcess =>
  fork(
    fileURLToPath(new URL("worker-process.ts", import.meta.url)),
    [directory, hexOf(master), other === null ? "" : hexOf(other), work],
    { execArgv: ["--conditions=source"] },
  );

type Told = { readonly name: string; readonly began?: string; readonly ended?: readonly string[] };

it("killed at any instant, it has done what it was told, and of the last operation all or nothing", {
  timeout: 60_000,
}, async () => {
  const ring = fileKeyRing({ directory, masterKey });
  const known = new Map<string, readonly string[]>(keyNames.map((name) => [name, []]));
  let inFlight = 0;
  const lives = isThorough ? 20 : 2;
  // Of few, chance has a larger share.
  for (let life = 0; life < lives || (inFlight === 0 && life < 10); life += 1) {
    const child = started(masterKey, null, "use");
    let last: Told | null = null;
    let operations = 0;
    // In the middle of the operation that is begun next: it takes a few milliseconds.
    const isTime = Promise.withResolvers<void>();
    child.on("message", (message: Told | "ready") => {
      if (message === "ready") return;
      last = message;
      if (message.ended === undefined) {
        if (operations > life % 5) isTime.resolve();
        return;
      }
      operations += 1;
      known.set(message.name, message.ended);
    });
    const exited = once(child, "exit");
    await isTime.promise;
    await pause(Math.random() * 4);
    child.kill("SIGKILL");
    await exited;
    const unfinished = last as Told | null;
    if (unfinished?.began !== undefined) inFlight += 1;
    for (const name of keyNames) {
      const before = known.get(name) ?? [];
      const now = orThrow(await ring.useAll(name)).map(hexOf);
      if (unfinished?.began === undefined || unfinished.name !== name) expect(now).toEqual(before);
      else if (unfinished.began === "destroy") expect([before, []]).toContainEqual(now);
      else if (unfinished.began === "rotate" || before.length === 0) {
        expect(now.slice(0, before.length)).toEqual(before);
        expect(now.length - before.length).toBeLessThanOrEqual(1);
      } else expect(now).toEqual(before);
      known.set(name, now);
    }
  }
  expect(inFlight).toBeGreaterThan(isThorough ? lives / 4 : 0);
  for (const name of keyNames) orThrow(await ring.destroy(name));
  expect((await filesIn(directory)).map((file) => basename(file))).toEqual(["key-directory.json"]);
  expect(await readdir(join(directory, "keys"))).toEqual([]);
});

const never = new Promise<never>(() => undefined);

/** Does some work up to its given step on the files of the directory, behind which nothing happens any more. */
const stoppedAfter = async (steps: number, work: () => PromiseLike<unknown>): Promise<"done" | "stopped"> => {
  const handles: FileHandle[] = [];
  const stopped = Promise.withResolvers<"stopped">();
  let taken = 0;
  const step = <Answer>(take: () => Answer): Answer | Promise<never> => {
    if (taken === steps) stopped.resolve("stopped");
    if (taken === steps) return never;
    taken += 1;
    return take();
  };
  const gated = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get: (_, name) => {
        const found: unknown = Reflect.get(handle, name, handle);
        return typeof found === "function"
          ? (...input: unknown[]) => step(() => found.apply(handle, input))
          : found;
      },
    });
  const { open, link, rm: remove, rename, mkdir, rmdir } = fs;
  const those = { open, link, rm: remove, rename, mkdir, rmdir };
  for (const [name, real] of Object.entries(those) as [string, (...input: unknown[]) => Promise<unknown>][]) {
    const instead = (...input: unknown[]) =>
      step(async () => {
        const answer = await real(...input);
        if (name !== "open") return answer;
        handles.push(answer as FileHandle);
        return gated(answer as FileHandle);
      });
    Object.assign(fs, { [name]: instead });
  }
  syncBuiltinESMExports();
  try {
    return await Promise.race([stopped.promise, Promise.resolve(work()).then(() => "done" as const)]);
  } finally {
    Object.assign(fs, those);
    syncBuiltinESMExports();
    for (const handle of handles) await handle.close().catch(() => undefined);
  }
};

it.each([
  { operation: "create", isThere: false, least: 8 },
  { operation: "rotate", isThere: true, least: 8 },
  { operation: "destroy", isThere: true, least: 3 },
] as const)("stopped behind any step of $operation, it has done all of it or nothing", async (asked) => {
  const { operation, isThere, least } = asked;
  const ring = fileKeyRing({ directory, masterKey });
  let steps = 0;
  for (let isDone = false; !isDone; steps += 1) {
    const name = `${operation} ${steps}`;
    if (isThere) orThrow(await ring.create(name));
    const before = orThrow(await ring.useAll(name));
    isDone = (await stoppedAfter(steps, async () => orThrow(await ring[operation](name)))) === "done";
    const now = orThrow(await fileKeyRing({ directory, masterKey }).useAll(name));
    const isNothing = now.length === before.length;
    if (!isNothing || isDone) expect(now.length).toBe(operation === "destroy" ? 0 : before.length + 1);
    if (operation !== "destroy") expect(now.slice(0, before.length)).toEqual(before);
    // Whoever comes behind is in nobody's way.
    orThrow(await ring.rotate(name));
    expect(orThrow(await ring.useAll(name))).toHaveLength(now.length + 1);
  }
  expect(steps).toBeGreaterThan(least);
});

it("several processes at once make one key a name, and lose none", { timeout: 30_000 }, async () => {
  const others = (isThorough ? [1, 2] : [1]).map(() => started(masterKey, null, "use"));
  await Promise.all(others.map((child) => once(child, "message")));
  const ring = fileKeyRing({ directory, masterKey });
  for (let turn = 0; turn < (isThorough ? 40 : 10); turn += 1) {
    const name = keyNames[turn % keyNames.length] ?? "";
    orThrow(await ring.create(name));
    orThrow(await ring.rotate("mine"));
    orThrow(await ring.useAll(name));
    orThrow(await ring.use(name));
    expect(orThrow(await ring.useAll("mine"))).toHaveLength(turn + 1);
    if (turn % 4 === 0) orThrow(await ring.destroy(name));
  }
  for (const child of others) {
    expect(child.exitCode).toBeNull();
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

it("re-wrapping goes on where it was killed, while others use the keys", { timeout: 60_000 }, async () => {
  const next = randomBytes(32);
  const before = fileKeyRing({ directory, masterKey, otherMasterKeys: [next] });
  const names = Array.from({ length: isThorough ? 150 : 40 }, (_, index) => `request/one/${index}`);
  for (const name of names) orThrow(await before.create(name));
  const keys = await Promise.all(names.map(async (name) => orThrow(await before.use(name))));
  const after = fileKeyRing({ directory, masterKey: next, otherMasterKeys: [masterKey] });
  const destroyed = new Set<string>();
  const lives = isThorough ? 6 : 1;
  for (let life = 0; life < lives; life += 1) {
    const child = started(next, masterKey, "rewrap");
    const exited = once(child, "exit");
    await once(child, "message");
    // Others go on meanwhile: those of the step before too.
    const gone = names[life * 20] ?? "";
    orThrow(await before.destroy(gone));
    orThrow(await before.create(gone));
    destroyed.add(gone);
    orThrow(await after.rotate("suppressions/one"));
    await pause(Math.random() * 30);
    child.kill("SIGKILL");
    await exited;
    for (const [index, name] of names.entries()) {
      const now = orThrow(await after.use(name));
      if (destroyed.has(name)) expect(now).not.toEqual(keys[index]);
      else expect(now).toEqual(keys[index]);
    }
  }
  const { keys: all } = orThrow(
    await rewrapKeys({ directory, masterKey: next, otherMasterKeys: [masterKey] }),
  );
  expect(all).toBe(names.length + lives);
  // The old one is dropped.
  const alone = fileKeyRing({ directory, masterKey: next });
  for (const name of names) expect(orThrow(await alone.use(name))).toHaveLength(32);
  expect(orThrow(await alone.useAll("suppressions/one"))).toHaveLength(lives);
});
