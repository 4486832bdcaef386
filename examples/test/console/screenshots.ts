/**
 * Takes the pictures of docs/console.md: `pnpm --filter @subject-rights/examples screenshots`. With pngquant (Debian:
 * pngquant) on this machine they become a third of the size.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orThrow } from "@subject-rights/core";
import type { Page } from "playwright-core";
import { marta } from "../../src/company/people.ts";
import { startConsole } from "../../src/console/start-console.ts";
import { admin, tenantAdmin } from "../../src/story/actors.ts";
import { launchBrowser } from "../support/browser.ts";
import { confirmByFacade, placeIn, untilIdle } from "../support/console.ts";

const pictures = join(import.meta.dirname, "..", "..", "..", "docs", "images", "console");
const folder = await mkdtemp(join(tmpdir(), "screenshots-"));
const place = placeIn(folder);
const browser = await launchBrowser();
try {
  const opened = await startConsole(place, { port: 0, withRequests: true });
  const { rights, helpdesk, origin } = opened;

  // A customer is erased while the help desk is down, so that there is a warning to see.
  await helpdesk.stop();
  const erasure = orThrow(
    await rights.requests.submit({
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: marta.email,
    }),
  ).request.id;
  await confirmByFacade(opened, erasure);
  await untilIdle(opened, erasure);
  const exported = orThrow(
    await rights.requests.submit({
      actor: tenantAdmin,
      kind: "export",
      category: "user-telemetry",
      email: "ida.moorkamp@halmstrand.example",
    }),
  ).request.id;
  await confirmByFacade(opened, exported);
  await untilIdle(opened, exported);
  orThrow(await rights.sources.refresh({ actor: admin, source: "insights" }));
  const listed = orThrow(await rights.requests.list({ actor: admin })).requests;
  const approval = listed.find(({ kind, category }) => kind === "erasure" && category === "user-telemetry");
  const closed = listed.find(({ category, outcome }) => category === "user-data" && outcome !== null);

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(origin);
  await page.getByRole("button", { name: "Petra Sandvik" }).click();
  const at = (path: string) => `${origin}/privacy/console/${path}`;
  const names: string[] = [];
  const take = async (name: string, path: string, prepare?: (page: Page) => Promise<void>) => {
    await page.goto(at(path));
    await prepare?.(page);
    // Never more than what is worth a look.
    const height = Math.min(await page.evaluate<number>("document.documentElement.scrollHeight"), 1_600);
    const { width } = page.viewportSize() ?? { width: 1280 };
    names.push(name);
    await page.screenshot({
      path: join(pictures, `${name}.png`),
      clip: { x: 0, y: 0, width, height },
      fullPage: true,
      animations: "disabled",
    });
  };

  await take("sources", "sources", async () => {
    await page.locator("details.warned summary").click();
    await page.getByLabel("Actions for Customer profiles").click();
  });
  await take("permissions", "users", async () => {
    await page.getByLabel("Henrik Storm").check();
    await page.getByLabel("Malte Jespers").check();
  });
  await take("remove", "users", async () => {
    await page.getByLabel("Henrik Storm").check();
    await page.getByLabel("Malte Jespers").check();
    await page.getByRole("button", { name: /^Remove/ }).click();
    await page.getByRole("heading", { name: "Confirm" }).waitFor();
  });
  await take("requests", "requests");
  await take("new-request", "requests/new");
  await take("request", `requests/${erasure}`);
  await take("approval", `requests/${approval?.id}`);
  await take("export", `requests/${exported}`);
  await take("evidence", `requests/${closed?.id}/evidence`);
  await page.emulateMedia({ colorScheme: "dark" });
  await take("request-dark", `requests/${erasure}`);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 360, height: 800 });
  await take("requests-narrow", "requests");
  await take("sources-narrow", "sources");

  const files = names.map((name) => join(pictures, `${name}.png`));
  const { error } = spawnSync("pngquant", ["--force", "--ext", ".png", "--strip", "64", ...files]);
  if (error !== undefined)
    console.warn("pngquant is not installed: the pictures are larger than they need be.");
} finally {
  await browser.close();
  await place.close();
  await rm(folder, { recursive: true, force: true });
}
