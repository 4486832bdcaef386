import { type FetchedPackage, okAsync, type SubjectRights } from "@subject-rights/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHandler } from "../src/index.ts";
import { serveOnLoopback } from "./support/server.ts";
import { createWebWorld, officer, type WebWorld } from "./support/world.ts";

let world: WebWorld;
afterEach(() => world.close());

/** A library that hands out a package of any size, without one being made. */
const handingOut = (read: FetchedPackage["read"], bytes: number): SubjectRights => ({
  ...world.rights,
  packages: {
    ...world.rights.packages,
    fetch: () =>
      okAsync({ filename: "p.zip", contentType: "application/zip", bytes, sha256: "0".repeat(64), read }),
  },
});

const chunk = new Uint8Array(65_536);
const url = "/api/requests/r/package";

describe("a package of any size", () => {
  it("goes at the pace of whoever reads, and stops being read when they stop", async () => {
    world = await createWebWorld();
    let [handed, ended] = [0, false];
    const rights = handingOut(async function* () {
      try {
        for (; handed < 1e9; handed += 1) yield chunk;
      } finally {
        ended = true;
      }
    }, 1e9 * chunk.length);
    const handler = createHandler({ rights, authenticate: () => officer });
    const { body } = await handler(new Request(`https://app.example${url}`, { method: "POST" }));
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    for (let number = 0; number < 5; number += 1) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(handed).toBeLessThan(8);
    await reader.cancel();
    expect(ended).toBe(true);
  });

  it("does not go faster than the network, and ends when the client hangs up", async () => {
    world = await createWebWorld();
    let [handed, ended] = [0, false];
    const rights = handingOut(async function* () {
      try {
        for (; handed < 1e9; handed += 1) yield chunk;
      } finally {
        ended = true;
      }
    }, 1e9 * chunk.length);
    const server = await serveOnLoopback(createHandler({ rights, authenticate: () => officer }));
    try {
      const hangUp = new AbortController();
      const response = await fetch(`${server.origin}${url}`, { method: "POST", signal: hangUp.signal });
      await response.body?.getReader().read();
      // Buffers of the kernel and of both ends fill up, and then it waits.
      let before = -1;
      await expect
        .poll(
          () => {
            const isStill = handed === before;
            before = handed;
            return isStill;
          },
          { interval: 50 },
        )
        .toBe(true);
      expect(handed * chunk.length).toBeLessThan(64 * 1024 * 1024);
      hangUp.abort();
      await expect.poll(() => ended).toBe(true);
    } finally {
      await server.close();
    }
  });

  it.each([1, 100])(
    "that breaks off after %i chunks is no whole package, and says nothing of why",
    async (after) => {
      world = await createWebWorld();
      const rights = handingOut(async function* () {
        for (let number = 0; number < after; number += 1) yield chunk;
        throw new Error("no connection for ada@example.org");
      }, 200 * chunk.length);
      const server = await serveOnLoopback(
        createHandler({
          rights,
          authenticate: () => officer,
          onError: (error) => void world.errors.push(error),
        }),
      );
      const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
      try {
        const response = await fetch(`${server.origin}${url}`, { method: "POST" });
        const whole = await response.text().catch(() => null);
        expect([response.ok, whole]).not.toEqual([true, expect.any(String)]);
        expect(`${whole} ${printed.mock.calls.join(" ")}`).not.toContain("ada");
        expect(world.errors).toHaveLength(1);
      } finally {
        printed.mockRestore();
        await server.close();
      }
    },
  );
});
