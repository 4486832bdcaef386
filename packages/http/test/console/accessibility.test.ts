import axe from "axe-core";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hasBrowser, launchBrowser, sayWhatIsLeftOut, watch } from "./support/browser.ts";
import { household, type Office, openOffice } from "./support/office.ts";

sayWhatIsLeftOut("the console's accessibility");

const isThorough = inject("isThorough");

let office: Office;
let browser: Browser;
let page: Page;
/** What each page is called, and how to get to it. */
const pages = new Map<string, (page: Page) => Promise<unknown>>();

beforeAll(async () => {
  if (!hasBrowser) return;
  [office, browser] = await Promise.all([openOffice({}), launchBrowser()]);
  page = await signedInPage();
  const go = (path: string) => (page: Page) => page.goto(`${office.origin}/privacy/console${path}`);
  const waiting = await office.underWay("erasure", "customer-data", household);
  await office.until(waiting, ({ waitingFor }) => waitingFor.some((each) => each.for === "decision"));
  office.switches.isDown = true;
  const stuck = await office.underWay("erasure", "customer-data", "stuck@example.org");
  await office.until(stuck, ({ waitingFor }) => waitingFor.some((each) => each.for === "source"));
  const exported = await office.underWay("export", "user-data", "copy@example.org");
  await office.until(exported, ({ outcome }) => outcome !== null);
  await office.post("/sources/refresh", { source: "profiles" });
  const overdue = {
    kind: "export",
    category: "user-data",
    email: "late@example.org",
    received: "2026-01-05",
  };
  await office.post("/requests/new", overdue);

  pages.set("requests", go("/requests"));
  // The list of those that are open, and the form with what is wrong in it, stay in `npm test`.
  if (isThorough) {
    pages.set("closed requests", go("/requests?show=closed"));
    pages.set("make a request", go("/requests/new"));
  }
  pages.set("a wrong form", async (page) => {
    await go("/requests/new")(page);
    await page.getByLabel("Erasure").check();
    await page.getByLabel("Customer data").check();
    await page.getByLabel("Email address of the person").fill("somebody@localhost");
    await page.getByRole("button", { name: "Make the request" }).click();
    await page.getByRole("alert").waitFor();
  });
  pages.set("data sources", async (page) => {
    await go("/sources")(page);
    for (const summary of await page.locator("details.warned summary").all()) await summary.click();
    await page.locator("details.menu summary").first().click();
  });
  pages.set("permissions", go("/users"));
  pages.set("the preview of a removal", async (page) => {
    await go("/users?page=2")(page);
    await page.getByLabel("Eve Example").check();
    await page.getByRole("button", { name: /^Remove/ }).click();
    await page.getByRole("heading", { name: "Confirm" }).waitFor();
  });
  pages.set("a request that waits", async (page) => {
    await go(`/requests/${waiting}`)(page);
    for (const fold of await page.locator("details.fold > summary").all()) await fold.click();
  });
  pages.set("a request that is stuck", async (page) => {
    await go(`/requests/${stuck}`)(page);
    for (const fold of await page.locator("details.fold > summary").all()) await fold.click();
  });
  pages.set("an export", go(`/requests/${exported}?said=retried`));
  pages.set("whom it is about", async (page) => {
    await go(`/requests/${waiting}`)(page);
    await page.getByRole("button", { name: "Show whom it is about" }).click();
    await page.getByRole("heading", { name: "Is all that is found by this the person's?" }).waitFor();
  });
  pages.set("evidence", go(`/requests/${exported}/evidence`));
  pages.set("an error", go("/requests/no-such-request"));
});

afterAll(async () => {
  await browser?.close();
  await office?.close();
});

const signedInPage = async (): Promise<Page> => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  await context.addCookies([{ name: "who", value: "boss", url: office.origin }]);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
};

/** As the browser works it out. */
const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate((element, name) => {
    const view = element.ownerDocument.defaultView as unknown as {
      getComputedStyle(of: unknown): Record<string, string>;
    };
    return view.getComputedStyle(element)[name] ?? "";
  }, property);

/** Each colour and each width once; both with both are more of the same. */
const looks = [
  ["dark", 320] as const,
  ...(isThorough
    ? ([
        ["dark", 1280],
        ["light", 320],
      ] as const)
    : []),
];

/** Together they have every colour that there is, and every thing to press. */
const colourful = new Set([
  "requests",
  "data sources",
  "the preview of a removal",
  "a request that is stuck",
]);

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds, in words that say where. */
const findings = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  const options = { resultTypes: ["violations"], ...(rules !== undefined && { runOnly: rules }) };
  const violations = await page.evaluate<Finding[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
};

describe.runIf(hasBrowser)("the console, in a browser", () => {
  it("has nothing that axe finds, light and dark, wide and narrow, and asks nobody else for anything", async () => {
    const watched = watch(page, office.origin);
    for (const [name, open] of pages) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: "light" });
      await open(page);
      // Through the debugger, so that the policy of the page need not allow it.
      await page.evaluate(axe.source);
      expect(await findings(page), name).toEqual([]);
      expect(await page.locator("h1").count(), name).toBe(1);
      for (const [colorScheme, width] of looks) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        // What depends on colours and room; the rest is the same.
        const where = `${name}, ${colorScheme}, ${width} pixels wide`;
        if (isThorough || colourful.has(name)) {
          const rules = ["color-contrast", "target-size", "link-in-text-block"];
          expect(await findings(page, rules), where).toEqual([]);
        }
        // Nobody has to scroll sideways to read.
        const tooWide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(tooWide, where).toBeLessThanOrEqual(0);
      }
    }
    expect(watched).toEqual({ foreign: [], complaints: [] });
  }, 120_000);

  it("has a way past the navigation", async () => {
    await page.goto(`${office.origin}/privacy/console/requests`);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    expect(await skip.evaluate((link) => link.matches(":focus"))).toBe(true);
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#main");
  });

  it("lets a source be refreshed by keyboard alone", async () => {
    office.switches.isDown = false;
    await page.goto(`${office.origin}/privacy/console/sources`);
    const menu = page.getByLabel("Actions for Customer profiles");
    await menu.focus();
    await page.keyboard.press("Enter");
    expect(await page.getByRole("button", { name: "Refresh" }).isVisible()).toBe(true);
    // From within the menu, which is gone then.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("button", { name: "Refresh" }).isVisible()).toBe(false);
    expect(await menu.evaluate((summary) => summary.matches(":focus"))).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("The refresh is finished.").waitFor();
  });

  it("stays usable with the colours of the system", async () => {
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto(`${office.origin}/privacy/console/requests`);
    const bar = page.locator(".timeline .gone").first();
    const [fill, behind] = await Promise.all([
      styleOf(bar, "fill"),
      styleOf(page.locator("body"), "backgroundColor"),
    ]);
    expect(fill).not.toBe(behind);
    const border = await styleOf(page.getByRole("link", { name: "Make a request" }), "borderTopWidth");
    expect(Number.parseFloat(border)).toBeGreaterThan(0);
  });
});
