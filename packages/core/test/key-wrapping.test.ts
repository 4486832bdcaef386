import { randomBytes } from "node:crypto";
import { Damaged, keyWrapping, WrongMasterKey } from "@subject-rights/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const [present, next, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const key = new Uint8Array(randomBytes(32));
const place = "request/one/a";

const thrownBy = (work: () => unknown): unknown => {
  try {
    return expect.unreachable(`answered ${String(work())}`);
  } catch (thrown) {
    return thrown;
  }
};

describe("a wrapped key", () => {
  it("is opened under any master key that is handed in, in whichever order they are exchanged", () => {
    const wrappings = [
      keyWrapping({ masterKey: present, otherMasterKeys: [next] }),
      keyWrapping({ masterKey: next, otherMasterKeys: [stranger, present] }),
    ];
    for (const { wrap } of wrappings) {
      for (const { unwrap } of wrappings) expect(unwrap(place, wrap(place, key))).toEqual(key);
    }
  });

  it("begins with what says which master key it is under, and holds nothing of either", () => {
    const wrapping = keyWrapping({ masterKey: present });
    const [one, other] = [wrapping.wrap(place, key), wrapping.wrap(place, key)];
    expect(one).toHaveLength(69);
    expect(one).not.toEqual(other);
    for (const each of [one, other]) expect(each.subarray(0, 9)).toEqual(wrapping.prefix);
    expect(keyWrapping({ masterKey: next }).prefix).not.toEqual(wrapping.prefix);
    const hex = Buffer.from(one).toString("hex");
    for (const secret of [key, present])
      expect(hex).not.toContain(Buffer.from(secret).toString("hex", 4, 10));
  });

  it("under a master key that was not handed in says which one is missing", () => {
    const wrapped = keyWrapping({ masterKey: stranger }).wrap(place, key);
    const thrown = thrownBy(() =>
      keyWrapping({ masterKey: present, otherMasterKeys: [next] }).unwrap(place, wrapped),
    );
    expect(thrown).toBeInstanceOf(WrongMasterKey);
    const id = Buffer.from(keyWrapping({ masterKey: stranger }).prefix.subarray(1)).toString("hex");
    expect(thrown).toMatchObject({ code: "wrong-master-key", masterKeyId: id });
  });

  it("is opened for its place only, and whole, or not at all", () => {
    const { wrap, unwrap } = keyWrapping({ masterKey: present });
    const wrapped = wrap(place, key);
    expect(thrownBy(() => unwrap("request/one/b", wrapped))).toBeInstanceOf(Damaged);
    fc.assert(
      fc.property(fc.nat(68), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(wrapped);
        changed[at] = (changed[at] ?? 0) ^ change;
        const thrown = thrownBy(() => unwrap(place, changed));
        // Where the id is what was changed, it names a master key that nobody has.
        expect(thrown).toBeInstanceOf(at >= 1 && at <= 8 ? WrongMasterKey : Damaged);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const thrown = thrownBy(() => unwrap(place, bytes));
        expect(thrown instanceof Damaged || thrown instanceof WrongMasterKey).toBe(true);
      }),
    );
  });

  it("does not change with the master key's bytes in the hands of who handed it over", () => {
    const given = new Uint8Array(present);
    const { wrap } = keyWrapping({ masterKey: given });
    given.fill(0);
    expect(keyWrapping({ masterKey: present }).unwrap(place, wrap(place, key))).toEqual(key);
  });
});
