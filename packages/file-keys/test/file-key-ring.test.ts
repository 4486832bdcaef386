import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type KeyRing, orThrow } from "@subject-rights/core";
import { fileKeyRing, makeKeyDirectory } from "@subject-rights/file-keys";
import { unwrapError } from "@subject-rights/testing";
import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { dumpOf, filesIn, masterKey, newDirectory } from "./harness.ts";

let directory: string;
let ring: KeyRing;
beforeEach(async () => {
  directory = await newDirectory();
  ring = fileKeyRing({ directory, masterKey });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const keyFiles = async (): Promise<string[]> =>
  (await filesIn(directory)).filter((file) => /^\d+$/.test(basename(file))).toSorted();

const used = async (name: string): Promise<string | undefined> => {
  const key = orThrow(await ring.use(name));
  return key && Buffer.from(key).toString("hex");
};

const causeOf = async (call: ReturnType<KeyRing["use"]>): Promise<unknown> =>
  (await call).match(
    (key) => expect.unreachable(`answered ${key === undefined ? "absent" : "a key"}`),
    (error) => error.cause,
  );

describe("what lies on the disk", () => {
  it("holds no byte of a key, of the master key, or of a name", async () => {
    for (const name of ["request/tenant-one/r-1", "pseudonyms/tenant-one"]) {
      orThrow(await ring.create(name));
      orThrow(await ring.rotate(name));
    }
    const dump = await dumpOf(directory);
    const keys = orThrow(await ring.useAll("request/tenant-one/r-1"));
    expect(keys).toHaveLength(2);
    for (const secret of [...keys, masterKey]) {
      expect(dump).not.toContain(Buffer.from(secret).toString("hex").slice(8, 20));
    }
    expect(`${dump} ${(await filesIn(directory)).join()}`).not.toContain("tenant-one");
    expect(dump).not.toContain(Buffer.from("tenant-one").toString("hex"));
  });

  it("nobody but the owner can reach", async () => {
    orThrow(await ring.create("a"));
    const [file = ""] = await keyFiles();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const folder of [directory, join(directory, "keys"), dirname(file)]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    }
  });

  it("is nothing more once a key is destroyed, what a killed process has left included", async () => {
    const before = await filesIn(directory);
    orThrow(await ring.create("a"));
    orThrow(await ring.rotate("a"));
    const [file = ""] = await keyFiles();
    await copyFile(file, join(dirname(file), "draft-of-somebody-killed"));
    // As if another one had been killed between its two steps.
    orThrow(await ring.create("b"));
    const other = (await keyFiles()).find((each) => dirname(each) !== dirname(file)) ?? "";
    await rename(dirname(other), join(directory, "destroyed", "left"));
    orThrow(await ring.destroy("a"));
    expect(await filesIn(directory)).toEqual(before);
  });
});

describe("names", () => {
  it("are any text, and each has keys of its own", async () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 30 }),
      fc.constantFrom(
        "",
        ".",
        "..",
        "../x",
        "/etc/x",
        "a\0b",
        "a",
        "A",
        "\ud800",
        "\udfff",
        "con",
        "x".repeat(5_000),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text, { minLength: 2, maxLength: 4 }), async (names) => {
        for (const name of names) orThrow(await ring.create(name));
        const keys = await Promise.all(names.map(used));
        expect(new Set(keys).size).toBe(names.length);
        const [first = "", ...rest] = names;
        orThrow(await ring.destroy(first));
        expect(await used(first)).toBeUndefined();
        expect(await Promise.all(rest.map(used))).toEqual(keys.slice(1));
        for (const name of rest) orThrow(await ring.destroy(name));
        expect(await keyFiles()).toEqual([]);
      }),
      { numRuns: inject("isThorough") ? 25 : 10 },
    );
  });
});

describe("a key that is there and cannot be read is an error, and never absent", () => {
  beforeEach(async () => {
    orThrow(await ring.create("a"));
    orThrow(await ring.rotate("a"));
    orThrow(await ring.create("b"));
  });

  it("cut off anywhere, lengthened, or with any bit changed", async () => {
    const files = await keyFiles();
    const file = files.find((each) => basename(each) === "2") ?? "";
    const whole = await readFile(file);
    const damaged = [
      ...Array.from(whole.keys(), (length) => whole.subarray(0, length)),
      Buffer.concat([whole, whole.subarray(0, 1)]),
      ...Array.from(whole.keys(), (at) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        return changed;
      }),
    ];
    for (const bytes of damaged) {
      await writeFile(file, bytes);
      // Where the id of the master key is what was changed, that is what it looks like.
      expect(await causeOf(ring.use("a"))).toMatchObject({
        code: expect.stringMatching(/^(damaged|wrong-master-key)$/),
      });
      expect((await ring.useAll("a")).isErr()).toBe(true);
    }
    await writeFile(file, whole);
    expect(orThrow(await ring.useAll("a"))).toHaveLength(2);
  });

  it("put in the place of another, or an old one in the place of a new one", async () => {
    const [one = "", two = "", three = ""] = await keyFiles();
    for (const [from, to] of [
      [one, two],
      [two, three],
      [three, one],
    ] as const) {
      const kept = await readFile(to);
      await copyFile(from, to);
      const answers = await Promise.all([ring.useAll("a"), ring.useAll("b")]);
      expect(answers.filter((answer) => answer.isErr())).toHaveLength(1);
      await writeFile(to, kept);
    }
  });

  it("with an older one removed by hand", async () => {
    const file = (await keyFiles()).find((each) => basename(each) === "2") ?? "";
    await rm(join(dirname(file), "1"));
    expect(await causeOf(ring.use("a"))).toMatchObject({ code: "damaged" });
    expect((await ring.create("a")).isErr()).toBe(true);
  });

  it("under another master key, which is named", async () => {
    const other = fileKeyRing({ directory, masterKey: randomBytes(32) });
    const cause = await causeOf(other.use("a"));
    expect(cause).toMatchObject({
      code: "wrong-master-key",
      masterKeyId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(orThrow(await other.use("never made"))).toBeUndefined();
  });

  it.each([
    ["its file", "file", 0o640],
    ["its file, to execute", "file", 0o601],
    ["its directory", "keys", 0o750],
    ["the whole directory", "", 0o705],
  ])("and others may reach %s", async (_, what, mode) => {
    const [file = ""] = await keyFiles();
    const path = what === "file" ? file : join(directory, what);
    const before = (await stat(path)).mode & 0o777;
    await chmod(path, mode);
    const answers = await Promise.all([ring.useAll("a"), ring.useAll("b")]);
    const causes = answers.flatMap((answer) => (answer.isErr() ? [answer.error.cause] : []));
    expect(causes[0]).toMatchObject({ code: "key-directory-unfit", problem: "open-to-others" });
    await chmod(path, before);
    expect(orThrow(await ring.useAll("a"))).toHaveLength(2);
  });

  it("and the disk is not mounted: an empty directory, or another one's", async () => {
    const away = `${directory}-away`;
    await rename(directory, away);
    for (const prepare of [async () => undefined, () => mkdir(directory, { mode: 0o700 })]) {
      await prepare();
      for (const operation of ["use", "useAll", "create", "rotate", "destroy"] as const) {
        const answer = await ring[operation]("a");
        expect(answer.isErr() && answer.error.cause).toMatchObject({
          code: "key-directory-unfit",
          problem: "not-made",
        });
      }
    }
    expect(await filesIn(directory)).toEqual([]);
    await rm(directory, { recursive: true });
    await rename(away, directory);
    expect(orThrow(await ring.useAll("a"))).toHaveLength(2);
  });
});

describe("the directory", () => {
  it("is made once, stays as it is, and is refused where others may enter it", async () => {
    orThrow(await ring.create("a"));
    const key = await used("a");
    for (const made of await Promise.all([1, 2, 3].map(() => makeKeyDirectory({ directory })))) orThrow(made);
    expect(await used("a")).toBe(key);
    await chmod(directory, 0o755);
    expect(unwrapError(await makeKeyDirectory({ directory }))).toMatchObject({
      code: "key-directory-unfit",
      problem: "open-to-others",
    });
  });

  it("of a form that this code does not know is left alone", async () => {
    await truncate(join(directory, "key-directory.json"), 10);
    expect(await causeOf(ring.use("a"))).toMatchObject({ problem: "unknown-form" });
  });

  it("and the master keys are checked at once", () => {
    for (const length of [0, 16, 31, 33]) {
      const wrong = new Uint8Array(length);
      expect(() => fileKeyRing({ directory, masterKey: wrong })).toThrow(/32 random bytes/);
      expect(() => fileKeyRing({ directory, masterKey, otherMasterKeys: [wrong] })).toThrow(
        /32 random bytes/,
      );
    }
    expect(() => fileKeyRing({ directory: "", masterKey })).toThrow(/directory/);
  });
});
