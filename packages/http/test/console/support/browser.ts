import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

// Debian has the same engine with and without windows; what has none takes two thirds of the time of a processor.
const executablePath =
  process.env["CHROMIUM_PATH"] ??
  ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path)) ??
  "";

/** Whether there is a browser to test with: Debian's Chromium, or the one that CHROMIUM_PATH names. */
export const hasBrowser = existsSync(executablePath);

/** Said once a file, so that nobody takes what was left out for tested. */
export const sayWhatIsLeftOut = (what: string): void => {
  if (!hasBrowser)
    console.warn(`Left out, because Chromium (Debian: chromium-headless-shell) is not installed: ${what}.`);
};

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    // Root has no sandbox; what is opened here comes from this machine.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** What a page asked others for, and what it complained of: both have to stay empty. */
export const watch = (
  page: Page,
  origin: string,
): { readonly foreign: string[]; readonly complaints: string[] } => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  page.on("console", (message) => {
    // A page that is an error says so in its status too.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { foreign, complaints };
};
