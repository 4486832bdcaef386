import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { httpCodes, statusOf } from "../src/api/error-codes.ts";

it("docs/http.md lists every code with its status", async () => {
  const page = await readFile(new URL("../../../docs/http.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `([\w-]+)` \| (\d{3}) \|$/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(Object.fromEntries(listed)).toEqual({ ...statusOf, ...httpCodes });
});
