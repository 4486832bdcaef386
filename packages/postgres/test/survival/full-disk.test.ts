import { setTimeout as pause } from "node:timers/promises";
import { CallFailed, orThrow, StorageFailed } from "@subject-rights/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { judge, type World } from "./judge.ts";
import { type Country, foundCountry, untilFinished } from "./lives.ts";
import { actorOf, openProcess, untiring } from "./process.ts";
import { type Around, watchedClient } from "./watched-client.ts";

let country: Country;
beforeAll(async () => {
  country = await foundCountry();
});
afterAll(() => country.leave());

/** What the server says where a file cannot grow: disk_full. */
const full = () =>
  Object.assign(new Error("could not extend file: No space left on device"), {
    code: "53100",
    severity: "ERROR",
  });

it("a full disk is a failure that is seen, and made up for", { timeout: 60_000 }, async () => {
  const { places, observer, newWorld } = country;
  let isFull = false;
  let refused = 0;
  const around: Around = async (text, send) => {
    if (isFull && /\b(insert into|update|delete from)\b/.test(text)) {
      refused += 1;
      throw full();
    }
    return send();
  };
  const errors: unknown[] = [];
  const process = openProcess(places, {
    clientFrom: (pool) => watchedClient(pool, around),
    onError: (error) => errors.push(error),
    lookEvery: 200,
    rules: untiring,
  });
  orThrow(await process.rights.start());
  const worlds: World[] = [];
  for (let index = 0; index < 4; index += 1) {
    worlds.push(await newWorld(index % 2 === 0 ? "erasure" : "export", index % 4 === 0));
  }
  const late = await newWorld("erasure");

  // Some are not begun when the disk is full, some half done, some done.
  for (const { tenant, kind } of worlds) {
    await process.use(tenant, kind);
    await pause(100);
  }
  isFull = true;
  await expect.poll(() => refused).toBeGreaterThan(worlds.length / 2);
  await expect(process.use(late.tenant, late.kind)).rejects.toBeInstanceOf(StorageFailed);
  // The sources are in the same database.
  const those = errors.filter((error) => !(error instanceof CallFailed && error.retryable));
  for (const error of those) expect(error).toBeInstanceOf(StorageFailed);
  let waiting = 0;
  for (const { tenant } of worlds) {
    const [view] = orThrow(await observer.rights.requests.list({ actor: actorOf(tenant) })).requests;
    if (view?.outcome !== null) continue;
    waiting += 1;
    // It is open, and its own record says so: somebody will look at it again.
    const { rows } = await observer.shop.query<{ is: boolean }>(
      "select open and wake_at is not null as is from subject_rights.request where tenant = $1",
      [tenant],
    );
    expect(rows).toEqual([{ is: true }]);
  }
  expect(waiting).toBeGreaterThan(0);

  isFull = false;
  const all = [...worlds, late];
  // Whoever was told that it did not work tries again; the others need nobody.
  for (const { tenant, kind } of all) await process.use(tenant, kind);
  await untilFinished(
    observer,
    all.map(({ tenant }) => tenant),
    30_000,
  );
  for (const world of all) await judge(places, observer, world, { isTroubled: true });
  await process.close();
});
