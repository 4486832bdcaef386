import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, launchBrowser, sayWhatIsLeftOut, watch } from "./support/browser.ts";
import { type Office, openOffice } from "./support/office.ts";

sayWhatIsLeftOut("the console while a request runs");

let office: Office;
let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) [office, browser] = await Promise.all([openOffice(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await office?.close();
});

const pages = new Map<boolean, Page>();

/** One with script and one without: opening a page takes longer than most of what is done in it. */
const openPage = async (javaScriptEnabled = true): Promise<Page> => {
  const open = pages.get(javaScriptEnabled);
  if (open !== undefined) return open;
  // What turns while something runs would be painted sixty times a second.
  const context = await browser.newContext({ javaScriptEnabled, reducedMotion: "reduce" });
  await context.addCookies([{ name: "who", value: "boss", url: office.origin }]);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  pages.set(javaScriptEnabled, page);
  return page;
};
const at = (path: string) => `${office.origin}/privacy/console${path}`;

describe.runIf(hasBrowser)("a request, while it runs", () => {
  it("moves its bars without being loaded again, to the end", async () => {
    office.switches.slowness = 700;
    const page = await openPage();
    const watched = watch(page, office.origin);
    const id = await office.submit("export", "user-telemetry", "bars@example.org");
    await page.goto(at(`/requests/${id}`));
    await page.evaluate("window.loadedOnce = true");
    await page.getByText("Waits to be confirmed").waitFor();
    await office.until(id, ({ messages }) => messages.some(({ status }) => status === "sent"));
    await office.confirm(id);

    const bar = page.locator("progress");
    await bar.waitFor();
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          const value = await bar.evaluate((element) => Number(element.getAttribute("value")));
          seen.add(value);
          return value;
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBe(3);
    expect(seen.size).toBeGreaterThan(2);
    await page.getByText("Completed", { exact: true }).waitFor();
    expect(await page.evaluate("window.loadedOnce")).toBe(true);
    expect(watched).toEqual({ foreign: [], complaints: [] });
    office.switches.slowness = 0;
  });

  it("keeps what somebody types, and what they opened, when something changes", async () => {
    // So that something is left to wait for when the other is answered.
    office.switches.isDown = true;
    const id = await office.underWay("erasure", "customer-data", "typed@example.org");
    await office.until(id, ({ waitingFor }) => waitingFor.some((each) => each.for === "task"));
    const page = await openPage();
    await page.goto(at(`/requests/${id}`));
    await page.getByText("Extend the period").click();
    await page.getByLabel("Reasons").fill("many records, and");
    await office.rights.requests.resendConfirmation({
      actor: { id: "user-admin", tenant: "northwind", roles: ["admin"] },
      requestId: id,
    });
    const answered = await office.post(`/requests/${id}/answer`, {
      source: "paper",
      answer: "not-there",
      note: "looked through all boxes",
    });
    expect(answered.status).toBe(303);
    await page.waitForTimeout(800);
    expect(await page.getByLabel("Reasons").inputValue()).toBe("many records, and");
    expect(await page.getByText("To be done by hand: Paper files.").count()).toBe(1);
    // As soon as the hands are off, what changed is shown, and the fold stays open.
    await page.getByRole("heading", { level: 1 }).click();
    await page.getByText("To be done by hand: Paper files.").waitFor({ state: "detached" });
    expect(await page.getByLabel("Reasons").isVisible()).toBe(true);
    expect(await page.getByLabel("Reasons").inputValue()).toBe("many records, and");
    office.switches.isDown = false;
  });

  it("can be followed without script: it is loaded again while something is under way", async () => {
    office.switches.slowness = 1_200;
    const page = await openPage(false);
    const id = await office.submit("export", "user-telemetry", "plain@example.org");
    await office.until(id, ({ messages }) => messages.some(({ status }) => status === "sent"));
    await office.confirm(id);
    await office.until(id, ({ phase }) => phase === "collecting");
    await page.goto(at(`/requests/${id}`));
    expect(await page.locator("meta[http-equiv=refresh]").getAttribute("content")).toContain(
      `/requests/${id}`,
    );
    await page.getByRole("link", { name: "Look again now" }).click();
    office.switches.slowness = 0;
    await office.until(id, ({ outcome }) => outcome !== null);
    await page.goto(at(`/requests/${id}`));
    expect(await page.locator("meta[http-equiv=refresh]").count()).toBe(0);
    expect(await page.getByText("Completed", { exact: true }).count()).toBe(1);
  });
});

describe.runIf(hasBrowser)("the pages without script", () => {
  it("refresh a source through its menu, and remove users through the grid", async () => {
    const page = await openPage(false);
    await page.goto(at("/sources"));
    await page.getByLabel("Actions for Customer profiles").click();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("The refresh is finished.").waitFor();
    await page.goto(at("/users?page=2"));
    await page.getByLabel("Eve Example").check();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByLabel(/^Type 1 to confirm/).fill("1");
    await page.getByRole("button", { name: "Remove 1 user" }).click();
    await page.getByRole("heading", { name: "1 user is being removed" }).waitFor();
  });
});

describe.runIf(hasBrowser)("the grid of users", () => {
  it("checks all boxes at once, and counts them", async () => {
    const page = await openPage();
    await page.goto(at("/users"));
    await page.getByLabel("Choose all on this page").check();
    await page.getByRole("button", { name: "Remove (2)" }).waitFor();
    await page.getByLabel("Boss Example").uncheck();
    await page.getByRole("button", { name: "Remove (1)" }).waitFor();
    expect(await page.getByLabel("Choose all on this page").isChecked()).toBe(false);
  });
});
