import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readStory } from "../src/story/read-story.ts";
import { storyOf } from "../src/story/story.ts";

const folder = mkdtempSync(join(tmpdir(), "stories-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe("the story in a file", () => {
  it("is read as it was printed, whatever happens in it", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const story = storyOf(seed);
      expect(readStory(written("story.json", JSON.stringify(story)))).toEqual(story);
    }
  });

  const story = storyOf(1);
  const bad: Readonly<Record<string, [text: string, why: RegExp]>> = {
    "is no JSON": ["{ nothing", /it is no JSON/],
    "is a list": ["[]", /expected object/],
    "is empty": ["{}", /sources/],
    "has something unknown happen": [
      JSON.stringify({ ...story, events: [{ after: 0, happens: { what: "explode" } }] }),
      /events\.0\.happens\.what/,
    ],
    "has nothing happen": [JSON.stringify({ ...story, events: [] }), /events/],
    "is about nobody that there is": [
      JSON.stringify({ ...story, events: [{ after: 0, happens: { what: "hold", person: 4 } }] }),
      /events\.0\.happens\.person/,
    ],
    "has more than there is in a story": [JSON.stringify({ ...story, mood: [] }), /mood/],
  };

  it.each(Object.entries(bad))("is refused in a sentence where it %s", (_, [text, why]) => {
    const file = written("bad.json", text);
    expect(() => readStory(file)).toThrow(why);
    expect(() => readStory(file)).toThrow(/^There is no story in [^\n]+\.$/);
  });

  it("is refused where there is no file", () => {
    expect(() => readStory(join(folder, "none.json"))).toThrow(/^There is no story in .+none\.json: ENOENT/);
  });

  const simulated = (...args: string[]) => {
    const main = join(import.meta.dirname, "..", "src", "main.ts");
    const env = { ...process.env, INIT_CWD: folder };
    return spawnSync(process.execPath, ["--conditions=source", main, ...args], { encoding: "utf8", env });
  };

  it("is looked for where the command was called, and one that is none ends it with status 2", () => {
    written("empty.json", "{}");
    const { status, stdout, stderr } = simulated("--story", "empty.json");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^There is no story in [^\n]+: sources: [^\n]+\n$/);
  });

  it("is not begun with options that there are not: these are said", () => {
    const { status, stderr } = simulated("--sees", "3");
    expect(status).toBe(2);
    expect(stderr).toMatch(/'--sees'[^\n]*\n\nPlays stories.+JSON\n$/su);
  });
});
