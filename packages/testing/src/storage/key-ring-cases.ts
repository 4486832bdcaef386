import assert from "node:assert/strict";
import { type KeyRing, keyBytes } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import { hexOf } from "../bytes.ts";
import { type ConformanceCase, casesOver, casesWhereMade } from "../conformance-case.ts";
import type { KeyRingFixture, StorageHarness } from "./harness.ts";

const name = "request/tenant-one/request-1";
const beside = "request/tenant-one/request-10";

const use = async (keyRing: KeyRing, key: string): Promise<string | undefined> => {
  const bytes = await answerOf(keyRing.use(key));
  return bytes && hexOf(bytes);
};

const all = async (keyRing: KeyRing, key: string): Promise<readonly string[]> =>
  (await answerOf(keyRing.useAll(key))).map(hexOf);

const made = async (keyRing: KeyRing, key: string): Promise<string> => {
  await answerOf(keyRing.create(key));
  const hex = await use(keyRing, key);
  assert.ok(hex !== undefined, "a key that was made can be used");
  return hex;
};

/** What a `KeyRing` promises, rule by rule. */
export const keyRingCases = (harness: StorageHarness<KeyRingFixture>): readonly ConformanceCase[] => {
  const test = casesOver(() => harness.make());
  return [
    test("create: makes 32 bytes, the same at each use", async ({ keyRing }) => {
      const key = await made(keyRing, name);
      assert.equal(key.length, 2 * keyBytes);
      assert.equal(await use(keyRing, name), key);
    }),

    test("create: no two keys are alike", async ({ keyRing }) => {
      const keys: string[] = [];
      for (let index = 0; index < 20; index += 1) keys.push(await made(keyRing, `request/${index}`));
      assert.equal(new Set(keys).size, keys.length);
      const distinctBytes = new Set(keys.join("").match(/../g));
      assert.ok(distinctBytes.size > 100, "640 random bytes take many values");
    }),

    test("create: a key that is there already stays as it is", async ({ keyRing }) => {
      const key = await made(keyRing, name);
      assert.equal(await made(keyRing, name), key);
    }),

    test("create: many at the same moment make one key", async ({ keyRing }) => {
      const keys = await Promise.all(Array.from({ length: 8 }, () => made(keyRing, name)));
      assert.equal(new Set([...keys, await use(keyRing, name)]).size, 1);
    }),

    test("use: a key that was never made is no answer, and no error", async ({ keyRing }) => {
      await made(keyRing, beside);
      assert.equal(await use(keyRing, name), undefined);
    }),

    test("use: nobody shares bytes with the key ring", async ({ keyRing }) => {
      const key = await made(keyRing, name);
      (await answerOf(keyRing.use(name)))?.fill(0);
      assert.equal(await use(keyRing, name), key);
    }),

    test("rotate: the new key is used, and those before stay", async ({ keyRing }) => {
      const first = await made(keyRing, name);
      await answerOf(keyRing.rotate(name));
      const second = await use(keyRing, name);
      assert.notEqual(second, first);
      await answerOf(keyRing.rotate(name));
      assert.deepEqual((await all(keyRing, name)).slice(0, 2), [first, second], "oldest first");
      assert.equal((await all(keyRing, name)).length, 3);
      assert.equal(await made(keyRing, name), (await all(keyRing, name))[2], "`create` makes no further one");
    }),

    test("rotate: a dozen keys come in the order in which they were made", async ({ keyRing }) => {
      const inOrder: (string | undefined)[] = [];
      for (let index = 0; index < 12; index += 1) {
        await answerOf(keyRing.rotate(name));
        inOrder.push(await use(keyRing, name));
      }
      assert.equal(new Set(inOrder).size, 12, "`use` answers the key that was made last");
      assert.deepEqual(await all(keyRing, name), inOrder, "oldest first");
    }),

    test("rotate: where there is none, it makes the first", async ({ keyRing }) => {
      assert.deepEqual(await all(keyRing, name), []);
      await answerOf(keyRing.rotate(name));
      assert.deepEqual(await all(keyRing, name), [await use(keyRing, name)]);
    }),

    test("rotate: many at the same moment make a key each", async ({ keyRing }) => {
      await made(keyRing, name);
      await Promise.all(Array.from({ length: 4 }, () => answerOf(keyRing.rotate(name))));
      assert.equal(new Set(await all(keyRing, name)).size, 5);
    }),

    test("rotate: other keys stay as they are", async ({ keyRing }) => {
      const other = await made(keyRing, beside);
      await made(keyRing, name);
      await answerOf(keyRing.rotate(name));
      assert.deepEqual(await all(keyRing, beside), [other]);
    }),

    test("destroy: every key of the name is gone", async ({ keyRing, dump }) => {
      await made(keyRing, name);
      await answerOf(keyRing.rotate(name));
      const keys = await all(keyRing, name);
      await answerOf(keyRing.destroy(name));
      assert.deepEqual(await all(keyRing, name), []);
      const left = await dump();
      assert.ok(!keys.some((key) => left.includes(key)), "no key is stored any more");
    }),

    test("destroy: the key is gone, by the second door too", async ({ keyRing, dump }) => {
      const key = await made(keyRing, name);
      await answerOf(keyRing.destroy(name));
      assert.equal(await use(keyRing, name), undefined);
      assert.ok(!(await dump()).includes(key), "the key is not stored any more");
    }),

    test("destroy: other keys stay", async ({ keyRing }) => {
      const other = await made(keyRing, beside);
      await made(keyRing, name);
      await answerOf(keyRing.destroy(name));
      assert.equal(await use(keyRing, beside), other);
    }),

    test("destroy: a key that is not there is fine, twice as well", async ({ keyRing }) => {
      await answerOf(keyRing.destroy(name));
      await made(keyRing, name);
      await answerOf(keyRing.destroy(name));
      await answerOf(keyRing.destroy(name));
    }),

    test("destroy: making a key of that name again never brings the old one back", async ({ keyRing }) => {
      const key = await made(keyRing, name);
      await answerOf(keyRing.destroy(name));
      await answerOf(keyRing.create(name));
      assert.notEqual(await use(keyRing, name), key);
    }),

    ...casesWhereMade(harness.makeBreakable?.bind(harness), (breakable) =>
      (["create", "use", "rotate", "useAll", "destroy"] as const).map((operation) =>
        breakable(
          `${operation}: "could not ask" is an error, and never an answer`,
          async ({ keyRing, breakIt }) => {
            await made(keyRing, name);
            await breakIt();
            await errorOf<unknown>(
              keyRing[operation](operation === "create" ? beside : name),
              `${operation} must answer an error while the key ring cannot be asked`,
            );
          },
        ),
      ),
    ),
  ];
};
