import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentsOf, staged, zipOf } from "./packages.ts";

const has = (command: string, ...parameters: readonly string[]) =>
  spawnSync(command, parameters).status === 0;

const python = `
import csv, io, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as package:
    assert package.testzip() is None
    rows = json.loads(package.read("data/01-crm/01-orders.json"))
    table = list(csv.reader(io.StringIO(package.read("data/01-crm/01-orders.csv").decode("utf-8-sig"), newline="")))
    print(json.dumps({
        "names": package.namelist(),
        "utf8": all(entry.flag_bits & 0x800 for entry in package.infolist()),
        "times": sorted({entry.date_time for entry in package.infolist()}),
        "rows": rows,
        "table": table,
    }))
`;

describe("a package in other programs", () => {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  const path = join(folder, "package.zip");

  beforeAll(async () => {
    const rows = [
      { number: 1, note: 'say "hello",\r\nthen wait', total: "10.10" },
      { number: 2, note: "Größe 订单 😀", total: null },
    ];
    writeFileSync(path, await zipOf(contentsOf(staged("orders", rows))));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(!has("unzip", "-v"))("passes the test of unzip", () => {
    const { status, stdout } = spawnSync("unzip", ["-t", path], { encoding: "utf8" });
    expect(stdout).toContain("No errors detected");
    expect(status).toBe(0);
  });

  it.skipIf(!has("python3", "--version"))("reads the same in Python", () => {
    const { stdout, stderr } = spawnSync("python3", ["-c", python, path], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      names: ["data/01-crm/01-orders.json", "data/01-crm/01-orders.csv", "index.html", "manifest.json"],
      utf8: true,
      times: [[2026, 11, 23, 9, 30, 0]],
      rows: [
        { number: 1, note: 'say "hello",\r\nthen wait', total: "10.10" },
        { number: 2, note: "Größe 订单 😀", total: null },
      ],
      table: [
        ["number", "note", "total"],
        ["1", 'say "hello",\r\nthen wait', "10.10"],
        ["2", "Größe 订单 😀", ""],
      ],
    });
  });
});
