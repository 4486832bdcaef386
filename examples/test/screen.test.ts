import { PassThrough } from "node:stream";
import type { SourceProgress, SourceRow } from "@subject-rights/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Letter } from "../src/mail/letter.ts";
import { progressBarsOn } from "../src/screen/progress.ts";
import { type Screen, screenOn } from "../src/screen/screen.ts";

const long =
  "Eine Überschrift, die für achtzig Spalten bei weitem zu lang ist, und ein_Wort_ohne_Ende_".repeat(3);

const row = (part: Partial<SourceRow>): SourceRow => ({
  id: "crm",
  title: "Customer records",
  holds: ["customer-data"],
  kind: "origin",
  status: "succeeded",
  problem: null,
  requests: [],
  refreshedAt: null,
  canRefresh: false,
  ...part,
});

const progress = (part: Partial<SourceProgress>): SourceProgress => ({
  id: "crm",
  title: "Customer records",
  kind: "origin",
  task: "erase",
  status: "running",
  attempts: 1,
  nextAttemptAt: null,
  problem: null,
  records: 4,
  done: 0,
  located: null,
  outcomes: [],
  left: [],
  checked: null,
  manual: null,
  settlement: null,
  ...part,
});

const letter: Letter = {
  file: "001.eml",
  from: "Halmstrand Lamps <privacy@halmstrand.example>",
  replyTo: "privacy@halmstrand.example",
  to: "petra.sandvik@halmstrand.example",
  subject: `An \u001b[31mangry\u001b[0m subject\u0007 ${long}`,
  text: `Dear administrator,\n\n  - ${long}\n`,
  html: null,
  messageId: null,
  attachments: [{ filename: "package.zip", contentType: "application/zip", content: new Uint8Array(12_345) }],
};

const shown = (draw: (stream: PassThrough) => void): string => {
  const stream = new PassThrough();
  draw(stream);
  return String(stream.read());
};

const onScreen = (draw: (screen: Screen) => void): string => shown((stream) => draw(screenOn(stream)));

const drawEverything = (stream: PassThrough) => {
  const screen = screenOn(stream);
  screen.heading(long);
  screen.say(long);
  screen.fact("Request", long);
  screen.sources([row({}), row({ title: long, status: "warning", refreshedAt: "2026-11-23T09:30:00.000Z" })]);
  screen.users([
    { id: "usr-1", email: `${"x".repeat(80)}@example.org`, roles: ["admin"], administrator: true },
  ]);
  screen.letter(letter);
  const problem = { code: "too-many-identifiers", retryable: false } as const;
  progressBarsOn(stream).show(progress({ title: long, problem }));
};

// Whoever runs the tests may have forced colours.
beforeEach(() => void vi.stubEnv("FORCE_COLOR", undefined));

describe("the screen", () => {
  it("stays within eighty columns", () => {
    const widths = shown(drawEverything)
      .split("\n")
      .map((line) => [...line].length);
    expect(Math.max(...widths)).toBe(80);
  });

  it("is plain where no terminal reads along, whatever people typed", () => {
    const everything = shown(drawEverything);
    expect(everything).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(everything).toContain("An angry subject");
  });

  it("shows the Data Sources page with its marks", () => {
    const page = onScreen((screen) =>
      screen.sources([
        row({}),
        row({ title: "Support tickets", status: "warning" }),
        row({ status: "pending" }),
      ]),
    );
    expect(page.split("\n").slice(1, 4)).toEqual([
      "  Customer records          origin  customer-data   ✓       —",
      "  Support tickets           origin  customer-data   ⚠       —",
      "  Customer records          origin  customer-data   ·       —",
    ]);
  });

  it("puts a letter into a closed box", () => {
    const box = onScreen((screen) => screen.letter(letter))
      .trimEnd()
      .split("\n");
    expect(box.every((line) => /^[┌├│└].*[┐┤│┘]$/u.test(line) && [...line].length === 80)).toBe(true);
    expect(box.join("\n")).toContain("Attached: package.zip (12,345 bytes)");
    expect(box.some((line) => line.startsWith("│   - Eine Überschrift"))).toBe(true);
  });
});

describe("progress", () => {
  const steps = [
    progress({}),
    progress({ id: "users", task: "identify" }),
    progress({ status: "warning", attempts: 2, problem: { code: "timed-out", retryable: true } }),
    progress({ status: "warning", attempts: 2, problem: { code: "timed-out", retryable: true } }),
    progress({
      status: "succeeded",
      done: 4,
      outcomes: [
        { collection: "orders", outcome: "erased", count: 1 },
        { collection: "orders", outcome: "retained", count: 3, reason: "law", until: "2034-12-31" },
      ],
    }),
  ];

  it("is a line for each change where no terminal reads along", () => {
    const lines = shown((stream) => {
      const bars = progressBarsOn(stream);
      for (const step of steps) bars.show(step);
    });
    expect(lines.trimEnd().split("\n")).toEqual([
      "  Customer records          ░░░░░░░░░░░░░░░░  …  4 records",
      "  Customer records          ░░░░░░░░░░░░░░░░  ⚠  timed out (try 2)",
      "  Customer records          ████████████████  ✓  1 erased, 3 retained",
    ]);
  });

  it("is redrawn in place in a terminal", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true });
    const bars = progressBarsOn(stream);
    for (const step of [progress({}), progress({ id: "shop", title: "Shop" }), progress({ done: 2 })]) {
      bars.show(step);
    }
    const text = String(stream.read()).replaceAll("\u001b[36m", "").replaceAll("\u001b[39m", "");
    const bar = (title: string, full: number) =>
      `\u001b[2K  ${title.padEnd(24)}  ${"█".repeat(full)}${"░".repeat(16 - full)}  …  4 records\n`;
    expect(text).toBe(
      [
        bar("Customer records", 0),
        `\u001b[1A${bar("Customer records", 0)}${bar("Shop", 0)}`,
        `\u001b[2A${bar("Customer records", 8)}${bar("Shop", 0)}`,
      ].join(""),
    );
  });
});
