import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { nodeFlags } from "../../src/node-flags.ts";
import { freePort } from "../support/free-port.ts";

const main = join(import.meta.dirname, "..", "..", "src", "console", "main.ts");

/** What `npm run console` runs, until it has printed its address; not for long, so compiled in a hurry. */
const start = async (folder: string, port: number) => {
  const child = spawn(process.execPath, [...nodeFlags, main], {
    env: { ...process.env, EXAMPLES_FOLDER: folder, PORT: String(port), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [shown, failures] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    failures += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      if (shown.includes("Ctrl-C stops it")) resolve();
    });
    child.once("exit", () => reject(new Error(`it ended: ${shown}${failures}`)));
  });
  return {
    shown: () => shown,
    failures: () => failures,
    stop: async () => {
      child.kill("SIGINT");
      const [code] = (await once(child, "exit")) as [number | null];
      return code;
    },
  };
};

it("starts, prints its address, lets people in, stops on Ctrl-C, and goes on from there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "console-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const first = await start(folder, port);
  expect(first.shown()).toContain(`http://localhost:${port}/`);
  const origin = `http://localhost:${port}`;
  const get = (path: string, cookie = "") =>
    fetch(`${origin}${path}`, { headers: { Cookie: cookie }, redirect: "manual" });

  expect((await get("/privacy/console")).headers.get("location")).toBe("/");
  expect(await (await get("/")).text()).toContain("Petra Sandvik");
  const signedIn = await fetch(`${origin}/sign-in`, {
    method: "POST",
    body: new URLSearchParams({ user: "usr-4kd82m" }),
    redirect: "manual",
  });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const pages = {
    sources: "Customer profiles",
    users: "Henrik Storm",
    // What has begun at the start goes on while this looks.
    "requests?show=closed": "Completed",
    requests: "its plan has to be approved",
  };
  for (const [path, words] of Object.entries(pages)) {
    const read = async () => (await get(`/privacy/console/${path}`, cookie)).text();
    await expect.poll(read, { timeout: 30_000 }).toContain(words);
  }
  const requests = await (await get("/privacy/console/requests", cookie)).text();
  expect(requests).toContain("days overdue");
  expect((await get("/privacy/console/sources", "halmstrand_user=usr-7c1hza")).status).toBe(403);
  const outbox = await (await get("/outbox")).text();
  expect(outbox).toMatch(/confirm/i);
  expect(await (await get("/outbox/1")).text()).toContain(`${origin}/privacy/acknowledge#`);
  expect(await first.stop()).toBe(0);
  expect(first.failures()).toBe("");

  const second = await start(folder, port);
  const again = await (await get("/privacy/console/requests", cookie)).text();
  const ids = (page: string) => [...page.matchAll(/requests\/([0-9a-f-]{36})"/g)].map(([, id]) => id);
  expect(ids(again)).toEqual(ids(requests));
  expect(ids(again).length).toBeGreaterThan(3);
  expect(await second.stop()).toBe(0);
}, 120_000);
