import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

// Debian has the same engine with and without windows; what has none takes two thirds of the time of a processor.
const executablePath =
  process.env["CHROMIUM_PATH"] ??
  ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path)) ??
  "";

/** Whether there is a browser to test with: Debian's Chromium, or the one that CHROMIUM_PATH names. */
export const hasBrowser = existsSync(executablePath);

/** A browser of its own, with a profile of its own, that asks nobody for anything but the pages. */
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
