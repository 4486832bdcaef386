import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { csvFile } from "../src/company/files/csv-file.ts";
import { jsonLinesFile } from "../src/company/files/json-lines-file.ts";
import { removeRecords } from "../src/company/files/remove-records.ts";
import { chanceFrom } from "../src/company/generate/chance.ts";
import { customersCsv, makeCustomers } from "../src/company/generate/customers.ts";

const { signal } = new AbortController();

const fileNamed = async (name: string, content: string) => {
  const folder = await mkdtemp(join(tmpdir(), "files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

it("records in a CSV file lie side by side, from the end of the header to the end of the file", async () => {
  const customers = makeCustomers(chanceFrom(3));
  const path = await fileNamed("customers.csv", [...customersCsv(customers)].join(""));
  const bytes = await readFile(path);
  let from = bytes.indexOf("\n") + 1;
  let index = 0;
  for await (const { row, start, end } of csvFile(path).records(signal)) {
    expect(start).toBe(from);
    expect(row["note"] ?? "").toBe(customers[index]?.note);
    expect(bytes.toString("utf8", start, start + 6)).toBe(row["customer"]);
    from = end;
    index += 1;
  }
  expect([index, from]).toEqual([customers.length, bytes.length]);
});

it("removing records leaves every other byte, wherever reading happens to pause", async () => {
  const chance = chanceFrom(11);
  for (const lastLineEnds of [true, false]) {
    const lines = Array.from({ length: 60 }, (_, index) => {
      const text = "ü".repeat(chance.percent(20) ? chance.between(60_000, 90_000) : chance.between(0, 40));
      const isLast = index === 59;
      return `${JSON.stringify({ gone: chance.percent(40), text })}${isLast && !lastLineEnds ? "" : "\n"}`;
    });
    const path = await fileNamed("lines.jsonl", lines.join(""));
    const isGone = (line: string) => line.includes('"gone":true');
    expect(await removeRecords(jsonLinesFile(path), ({ gone }) => gone === true, signal)).toBe(
      lines.filter(isGone).length,
    );
    expect(await readFile(path, "utf8")).toBe(lines.filter((line) => !isGone(line)).join(""));
  }
});

it("what is called off on the way leaves the file as it was, and nothing beside it", async () => {
  const path = await fileNamed("lines.jsonl", '{"gone":true}\n{"gone":false}\n');
  const calledOff = new AbortController();
  const isGone = () => {
    calledOff.abort();
    return true;
  };
  await expect(removeRecords(jsonLinesFile(path), isGone, calledOff.signal)).rejects.toThrow();
  expect(await readFile(path, "utf8")).toBe('{"gone":true}\n{"gone":false}\n');
  expect(await readdir(dirname(path))).toEqual(["lines.jsonl"]);
});

it("a file that makes no sense is an error, and stays as it is", async () => {
  const path = await fileNamed("broken.jsonl", '{"gone":true}\n{"gone":\n');
  await expect(removeRecords(jsonLinesFile(path), () => true, signal)).rejects.toThrow();
  expect(await readFile(path, "utf8")).toBe('{"gone":true}\n{"gone":\n');
});
