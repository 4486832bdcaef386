import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import type { PackageContents } from "../../src/export/contents.ts";
import type { Row } from "../../src/ports/data-source.ts";
import { contentsOf, facts, filesOf, staged, text } from "./packages.ts";

const pageOf = async (contents: PackageContents): Promise<string> =>
  text(await filesOf(contents), "index.html");

const tagsOf = (page: string): readonly string[] => page.match(/<[^>]*>/g) ?? [];

/** What a page without data from outside consists of; attributes have no values but these. */
const knownTag =
  /^<(?:!doctype html|html lang="en"|meta [^<>]*|(?:head|body|title|style|header|footer|main|nav|section|div|p|h1|h2|h3|dl|dt|dd|ul|li|a|code|strong|bdi|q|span|time|table|caption|thead|tbody|tr|th|td)(?: (?:class|id|href|datetime|scope|tabindex|role|aria-label|aria-labelledby)="[^"<>]*")*|\/[a-z0-9]+)>$/;

const hostile = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "</style><script>alert(1)</script>",
  "</title><svg/onload=alert(1)>",
  "<!--",
  "]]>",
  "&lt;script&gt;",
  "javascript:alert(1)",
  "\u0000<\u0000script>",
  "\u202Egnp.exe",
];

const hostileText = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: anyCharacter }),
  fc
    .array(fc.constantFrom("<", ">", '"', "'", "&", "/", "script", " on", "=", "`", "\u0000"), {
      maxLength: 8,
    })
    .map((parts) => parts.join("")),
);

describe("the page of a package", () => {
  it("starts with what it is, for whom, by whom, when and why", async () => {
    const page = await pageOf(contentsOf(staged("orders", [{ number: 1 }])));
    expect(page).toContain('<html lang="en">');
    for (const fact of [
      "Copy of personal data",
      "ada@example.org",
      "Example Outdoor Ltd",
      "23 November 2026, 09:30 UTC",
      "Article 15(3) GDPR",
      "Article 20 GDPR",
      "Customer data",
      facts.requestId,
      "1 row in 1 collection",
    ]) {
      expect(page.slice(0, page.indexOf("</header>"))).toContain(fact);
    }
  });

  it("runs nothing and fetches nothing", async () => {
    const page = await pageOf(contentsOf(staged("orders", [{ number: 1 }])));
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<form|src=|url\(|@import|https?:/i);
  });

  it("says what is missing and why before anything else, and what was left out", async () => {
    const page = await pageOf({
      ...contentsOf(staged("orders", [{ number: 1 }])),
      missing: [
        {
          source: { id: "billing", title: "Billing" },
          problem: "unavailable",
          settled: null,
          isPartly: true,
        },
        { source: { id: "old", title: "Old shop" }, problem: "not-registered", settled: "Given up in 2024." },
      ],
      leftOut: [{ source: { id: "insights", title: "Insights" } }],
    });
    const [missing, contents] = [page.indexOf("Something is missing"), page.indexOf("Contents")];
    expect(missing).toBeGreaterThan(page.indexOf("</header>"));
    expect(missing).toBeLessThan(contents);
    const section = page.slice(missing, contents);
    for (const words of [
      "What it had given before is in this package",
      "Billing",
      "could not be reached",
      "unavailable",
      "Old shop",
      "Given up in 2024.",
      "Insights",
    ]) {
      expect(section).toContain(words);
    }
    expect(await pageOf(contentsOf())).toContain(
      "No source that was asked for its part has failed to give it.",
    );
  });

  it("links only to files and places that there are", async () => {
    const collections = [
      staged("orders", [{ number: 1 }]),
      staged("../notes", [{ text: "x" }]),
      staged("tickets", [], { source: "support", title: "Support" }),
    ];
    const files = await filesOf(contentsOf(...collections));
    const page = text(files, "index.html");
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link = ""]) => link);
    const places = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, place]) => `#${place}`));
    expect(links.filter((link) => !files.has(link) && !places.has(link))).toEqual([]);
    for (const path of files.keys()) if (path !== "index.html") expect(links).toContain(path);
  });

  it("shows the first hundred rows, and says where all of them are", async () => {
    const rows: Row[] = Array.from({ length: 250 }, (_, index) => ({ word: `word-${index}.` }));
    const page = await pageOf(contentsOf(staged("words", rows), staged("few", rows.slice(0, 100))));
    expect(page).toContain("The first 100 of 250 rows");
    expect(page).toContain("Everything is in <code>01-words.json</code> and <code>01-words.csv</code>");
    expect(page).toContain("<span>100 rows.</span>");
    expect(page.match(/word-99\./g)).toHaveLength(2);
    expect(page).not.toContain("word-100.");
    expect(page.match(/<th scope="row">/g)).toHaveLength(200);
    expect(page.match(/<caption>/g)).toHaveLength(2);
  });

  it("shows values as people write them, and cuts long ones without breaking a character", async () => {
    const row = {
      nothing: null,
      empty: "",
      at: new Date("2026-11-23T09:30:00Z"),
      exactly: new Date("2026-11-23T09:30:00.125Z"),
      photo: new Uint8Array(2_000),
      yes: true,
      big: 12345678901234567890n,
      list: [1, "<b>"],
      long: `${"x".repeat(299)}😀${"y".repeat(700)}`,
    };
    const page = await pageOf(contentsOf(staged("profile", [row])));
    for (const cell of [
      ">none</td>",
      ">empty text</td>",
      ">2026-11-23 09:30:00 UTC</td>",
      ">2026-11-23 09:30:00.125 UTC</td>",
      ">2,000 bytes of binary data</td>",
      ">yes</td>",
      ">12345678901234567890</td>",
      ">[1,&quot;&lt;b&gt;&quot;]</td>",
      `${"x".repeat(299)}… <span class="cut">(cut; all 1,001 characters are in the files)</span>`,
    ]) {
      expect(page).toContain(cell);
    }
    expect(page).not.toContain("\uFFFD");
  });

  it("does not take names that all objects have for values", async () => {
    const rows: Row[] = [{ constructor: "seen", toString: "seen", ["__proto__"]: "seen" }, { other: "x" }];
    const page = await pageOf(contentsOf(staged("names", rows)));
    expect(page).not.toContain("native code");
    expect(page.slice(page.indexOf('<th scope="row">2'))).toContain("<td></td><td></td><td></td><td>x</td>");
  });

  it("shows no more columns than a page can hold", async () => {
    const row = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`column-${index}.`, index]));
    const page = await pageOf(contentsOf(staged("wide", [row])));
    expect(page).toContain("1 row, the first 40 columns. Everything is in");
    expect(page).toContain("column-39.");
    expect(page).not.toContain("column-40.");
  });

  it("holds whatever comes from outside as text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileText, { minLength: 9, maxLength: 9 }), async (given) => {
        const [controller = "", subject = "", title = "", collection = "", name = "", ...cells] = given;
        const [cell = "", member = "", reason = "", requestId = ""] = cells;
        const page = await pageOf({
          facts: { ...facts, controller, subject, requestId },
          collections: [
            staged(collection, [{ [name]: cell, list: [member], object: { [member]: cell } }], { title }),
          ],
          missing: [{ source: { id: "other", title }, problem: "unavailable", settled: reason }],
          kept: [],
          nothingFound: [{ id: "empty", title }],
          leftOut: [{ source: { id: "copy", title } }],
        });
        const style = page.slice(page.indexOf("<style>"), page.indexOf("</style>"));
        expect(style).not.toContain("alert(1)");
        expect(tagsOf(page.replace(style, "<style>")).filter((tag) => !knownTag.test(tag))).toEqual([]);
        expect(page).not.toContain("\u0000");
        // As many tags as with harmless names: nothing was opened, and nothing was closed too early.
        const shape = tagsOf(page).map((tag) => tag.replace(/[ >].*/s, ""));
        expect(shape.filter((tag) => tag === "<table" || tag === "</table")).toEqual(["<table", "</table"]);
      }),
      { numRuns: inject("isThorough") ? 300 : 40 },
    );
  });
});
