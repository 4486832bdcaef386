import { randomBytes } from "node:crypto";
import { rm, truncate, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { orThrow } from "@subject-rights/core";
import { fileKeyRing, rewrapKeys } from "@subject-rights/file-keys";
import { unwrapError } from "@subject-rights/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesIn, masterKey, newDirectory } from "./harness.ts";

const next = randomBytes(32);
let directory: string;
beforeEach(async () => {
  directory = await newDirectory();
  const ring = fileKeyRing({ directory, masterKey });
  for (const name of ["a", "b", "b"]) orThrow(await ring.rotate(name));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it("puts every key under the new master key, says how many, and the old one is of no use any more", async () => {
  const before = orThrow(await fileKeyRing({ directory, masterKey }).useAll("b"));
  const options = { directory, masterKey: next, otherMasterKeys: [masterKey] };
  orThrow(await fileKeyRing(options).create("c"));
  expect(orThrow(await rewrapKeys(options))).toEqual({ rewrapped: 3, keys: 4 });
  expect(orThrow(await rewrapKeys(options))).toEqual({ rewrapped: 0, keys: 4 });
  expect(orThrow(await fileKeyRing({ directory, masterKey: next }).useAll("b"))).toEqual(before);
  const old = await fileKeyRing({ directory, masterKey }).use("b");
  expect(unwrapError(old).cause).toMatchObject({ code: "wrong-master-key" });
});

it("says what is left where a master key is missing or a file is damaged, and does all the others", async () => {
  const alone = await rewrapKeys({ directory, masterKey: next });
  expect(unwrapError(alone)).toMatchObject({
    code: "keys-not-rewrapped",
    rewrapped: 0,
    left: 3,
    cause: { code: "wrong-master-key" },
  });
  const file = (await filesIn(directory)).find((each) => basename(each) === "2") ?? "";
  await truncate(file, 40);
  const damaged = await rewrapKeys({ directory, masterKey: next, otherMasterKeys: [masterKey] });
  expect(unwrapError(damaged)).toMatchObject({ rewrapped: 2, left: 1, cause: { code: "damaged" } });
});

it("removes drafts that nobody finishes any more, and no others", async () => {
  const file = (await filesIn(directory)).find((each) => basename(each) === "2") ?? "";
  const [old, young] = ["draft-old", "draft-young"].map((name) => join(dirname(file), name));
  for (const draft of [old ?? "", young ?? ""]) await writeFile(draft, "x", { mode: 0o600 });
  await utimes(old ?? "", new Date(0), new Date(0));
  orThrow(await rewrapKeys({ directory, masterKey: next, otherMasterKeys: [masterKey] }));
  const left = (await filesIn(directory)).map((each) => basename(each));
  expect(left.filter((name) => name.startsWith("draft-"))).toEqual(["draft-young"]);
});

it("passes over what a file manager puts beside the keys", async () => {
  await writeFile(join(directory, "keys", ".DS_Store"), "x");
  const file = (await filesIn(directory)).find((each) => basename(each) === "2") ?? "";
  await writeFile(join(dirname(file), ".DS_Store"), "x");
  const answer = await rewrapKeys({ directory, masterKey: next, otherMasterKeys: [masterKey] });
  expect(orThrow(answer)).toEqual({ rewrapped: 3, keys: 3 });
  expect(orThrow(await fileKeyRing({ directory, masterKey: next }).useAll("b"))).toHaveLength(2);
});

it("is an error where there is no key directory", async () => {
  await rm(directory, { recursive: true });
  const answer = await rewrapKeys({ directory, masterKey: next });
  expect(unwrapError(answer)).toMatchObject({
    code: "storage-failed",
    cause: { code: "key-directory-unfit", problem: "not-made" },
  });
});
