import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportManifestSchema } from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { fromBufferPromise } from "yauzl";
import { henrik, jonas, marta, pia } from "../../src/company/people.ts";
import { type OpenConsole, startConsole } from "../../src/console/start-console.ts";
import type { Letter } from "../../src/mail/letter.ts";
import { countMentions } from "../../src/story/count-mentions.ts";
import type { Place } from "../../src/story/place.ts";
import { hasBrowser, launchBrowser } from "../support/browser.ts";
import { placeIn } from "../support/console.ts";

if (!hasBrowser) {
  console.warn(
    "Left out, because Chromium (Debian: chromium-headless-shell) is not installed: the five documented workflows in the browser.",
  );
}

let folder: string;
let place: Place;
let opened: OpenConsole;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  folder = await mkdtemp(join(tmpdir(), "workflows-"));
  place = placeIn(folder);
  [opened, browser] = await Promise.all([
    startConsole(place, { port: 0, withRequests: false }),
    launchBrowser(),
  ]);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await place?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const pages = new Map<string, Page>();

/**
 * A page in a browser of somebody's own. Opening one takes longer than most of what is done in it, and what turns while
 * something runs would be painted sixty times a second.
 */
const pageOf = async (name: string): Promise<Page> => {
  const page = pages.get(name) ?? (await (await browser.newContext({ reducedMotion: "reduce" })).newPage());
  page.setDefaultTimeout(30_000);
  pages.set(name, page);
  return page;
};

/** Signs in as somebody of the company, as the first step of each documented workflow says. */
const signIn = async (name: string): Promise<Page> => {
  const page = await pageOf(name);
  await page.goto(opened.origin);
  await page.getByRole("button", { name }).click();
  await page.getByRole("heading", { name: "Requests" }).waitFor();
  return page;
};

const goTo = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();

const makeRequest = async (page: Page, kind: string, category: string, email: string): Promise<string> => {
  await goTo(page, "Requests");
  await page.getByRole("link", { name: "Make a request" }).click();
  await page.getByLabel(kind).check();
  await page.getByLabel(category).check();
  await page.getByLabel("Email address of the person").fill(email);
  await page.getByRole("button", { name: "Make the request" }).click();
  await page.getByText("The request is taken in.").waitFor();
  return idIn(page.url());
};

const idIn = (address: string): string => /requests\/([0-9a-f-]{36})/.exec(address)?.[1] ?? "";

const letterAbout = (requestId: string, subject: RegExp): Promise<Letter> =>
  opened.mail.waitFor((letter) => subject.test(letter.subject) && letter.text.includes(requestId));

/** What the registered tenant administrator does: opens the link of the letter, and presses the button behind it. */
const acknowledge = async (requestId: string): Promise<void> => {
  const letter = await letterAbout(requestId, /confirm/i);
  expect(letter.to).toContain("petra.sandvik@");
  const link = /http:\/\/\S+\/acknowledge#[\w-]+/.exec(letter.text)?.[0] ?? "";
  // In a browser of their own, in which nobody is signed in.
  const page = await pageOf("whoever reads the letter");
  // What stands behind # is all that differs: the page would not be loaded.
  await page.goto("about:blank");
  await page.goto(link);
  const asActor = { actor: { id: "usr-9xw3tq", roles: ["admin"], tenant: "halmstrand" }, requestId };
  const before = unwrap(await opened.rights.requests.read(asActor));
  expect(before.acknowledgement.acknowledgedAt).toBeNull();
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "Confirmed" }).waitFor();
};

const rowOf = (page: Page, title: string) => page.getByRole("row").filter({ hasText: title });

/** The package that came to the tenant administrator by mail: whose rows of what are in it. */
const packageIn = async ({ attachments: [attached] }: Letter) => {
  if (attached === undefined) throw new Error("the letter has nothing attached");
  const archive = await fromBufferPromise(Buffer.from(attached.content), { lazyEntries: true });
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName !== "manifest.json") continue;
    const chunks = await (await archive.openReadStreamPromise(entry)).toArray();
    return exportManifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  }
  throw new Error("the package has no manifest");
};

const exportBy = async (category: string, email: string) => {
  const page = await signIn("Petra Sandvik");
  const id = await makeRequest(page, "Export", category, email);
  await acknowledge(id);
  // The page moves by itself.
  await page.getByText("Completed", { exact: true }).waitFor();
  const letter = await opened.mail.waitFor(
    ({ attachments, text }) => attachments.length > 0 && text.includes(id),
  );
  expect(letter.to).toContain("petra.sandvik@");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the package" }).click();
  expect((await downloading).suggestedFilename()).toBe(`personal-data-${id}.zip`);
  return packageIn(letter);
};

describe.runIf(hasBrowser)("the documented workflows, by hand in the browser", () => {
  it("manage delete requests for customer data", async () => {
    // 1. Sign in. 2. Navigate to the Data Sources page.
    const page = await signIn("Ole Brandvoll");
    await goTo(page, "Data sources");
    // 3. For the source that contains customer data: select (...) under Action, then Refresh; check the status.
    const profiles = rowOf(page, "Customer profiles");
    await profiles.getByLabel("Actions for Customer profiles").click();
    await profiles.getByRole("button", { name: "Refresh" }).click();
    await profiles.getByText("Succeeded").waitFor();
    await profiles.locator("time").waitFor();

    // "All requests need to be performed in the original data source": while one of them is down, a warning shows.
    await opened.helpdesk.stop();
    const id = await makeRequest(page, "Erasure", "Customer data", marta.email);
    await acknowledge(id);
    await page.getByText("Not working: Support tickets.").waitFor();
    await goTo(page, "Data sources");
    const tickets = rowOf(page, "Support tickets");
    await tickets.locator("summary", { hasText: "Warning" }).click();
    await tickets.getByText("Please contact data-support@halmstrand.example.").waitFor();
    await opened.helpdesk.start();
    await tickets.getByRole("link", { name: id.slice(0, 8) }).click();
    await page.getByRole("button", { name: "Try again now: Support tickets" }).click();
    await page.getByText("Completed with exceptions").waitFor();
    await page.getByText("Invoices are kept for eight years").first().waitFor();
    await goTo(page, "Data sources");
    await rowOf(page, "Support tickets").getByText("Succeeded").waitFor();
    const said = await countMentions(opened.after, [marta.email, marta.customer]);
    // What the law has the company keep is all that is left of her.
    expect(said.map(([path]) => path)).toEqual(["shop/orders.jsonl"]);
  }, 90_000);

  it("manage delete requests for user data", async () => {
    // 1. Sign in. 2. Navigate to the Permissions page.
    const page = await signIn("Ole Brandvoll");
    await goTo(page, "Permissions");
    // 3. Check the check box of the user. 4. Select Remove in the upper-left corner of the grid.
    const [remove, grid] = [page.getByRole("button", { name: "Remove" }), page.getByRole("table")];
    await page.getByLabel(henrik.name).check();
    const [button, table] = [await remove.boundingBox(), await grid.boundingBox()];
    expect(button?.y).toBeLessThan(table?.y ?? 0);
    expect(Math.abs((button?.x ?? 0) - (table?.x ?? 99))).toBeLessThan(3);
    await remove.click();
    await page.getByRole("heading", { name: "Remove 1 user?" }).waitFor();
    await page.getByLabel(/^Type 1/).fill("1");
    await page.getByRole("button", { name: "Remove 1 user" }).click();
    await page.getByRole("link", { name: /^Request / }).click();
    await page.getByText("To be confirmed", { exact: true }).waitFor();
    const id = idIn(page.url());
    await acknowledge(id);
    await page.getByText("Completed", { exact: true }).waitFor();
    await goTo(page, "Permissions");
    await page.getByLabel("Ida Moorkamp").waitFor();
    expect(await page.getByLabel(henrik.name).count()).toBe(0);
    // Telemetry and logs as well, but for the audit log.
    const said = await countMentions(opened.after, [henrik.id, henrik.email]);
    expect(said.map(([path]) => path)).toEqual(["application/audit.jsonl"]);
  }, 90_000);

  it("export customer data", async () => {
    const { collections, missing } = await exportBy("Customer data", jonas.email);
    expect(missing).toEqual([]);
    expect(collections.map(({ source }) => source.id)).toEqual(expect.arrayContaining(["crm", "helpdesk"]));
  }, 90_000);

  // Nothing but the box that is checked is another one; what is in the packages stays in `npm test` by the examples.
  if (inject("isThorough")) {
    it("export user data", async () => {
      const { collections } = await exportBy("User data", pia.email);
      expect(new Set(collections.map(({ source }) => source.id))).toEqual(new Set(["users"]));
    }, 90_000);

    it("export user telemetry", async () => {
      const { collections } = await exportBy("User telemetry", pia.email);
      expect(new Set(collections.map(({ source }) => source.id))).toEqual(new Set(["telemetry", "logs"]));
      expect(collections.every(({ rows }) => rows > 0)).toBe(true);
    }, 90_000);
  }
});
