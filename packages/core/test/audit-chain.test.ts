import { generateKeyPairSync } from "node:crypto";
import {
  type AuditEntry,
  type CanonicalValue,
  ChainCheck,
  canonicalJson,
  ed25519Signer,
  evidenceFileSchema,
  isSigned,
  publicKeyId,
  type Row,
  sha256,
  signedPart,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { chainedText } from "../src/audit/chain.ts";
import { chained } from "../src/runner/chained.ts";
import { ada, admin, copyOfPeople, createWorld, peopleSource } from "./world.ts";

const someEntry = {
  tenant: "t",
  requestId: "r",
  sequence: 1,
  at: "2026-03-02T09:00:00.000Z",
  actor: "system",
  action: "b",
  source: null,
  detail: {},
};

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);

const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    secret: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    open: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
};

const erased = async (options = {}) => {
  const held = people();
  const world = await createWorld({
    sources: [peopleSource("crm", held), copyOfPeople("search", people(), held)],
    ...options,
  });
  const requestId = await world.acknowledged("erasure");
  const on = { actor: admin, requestId };
  const verify = async () => unwrap(await world.rights.audit.verify(on));
  const key = [...world.tables.audit.keys()].find((each) => each.includes(requestId)) ?? "";
  const tamper = (change: (entries: AuditEntry[]) => AuditEntry[]) => {
    world.tables.audit.set(key, change(structuredClone([...(world.tables.audit.get(key) ?? [])])));
  };
  return { world, requestId, on, verify, tamper };
};

describe("the audit of a request", () => {
  it("is a chain, whole to its end", async () => {
    const { verify, world, on } = await erased();
    const { intact, entries, findings } = await verify();
    expect([intact, findings]).toEqual([true, []]);
    expect(entries).toBe(unwrap(await world.rights.requests.audit(on)).length);
  });

  it.each<[string, (entries: AuditEntry[]) => AuditEntry[], object[]]>([
    [
      "changed",
      (entries) => entries.map((each) => (each.sequence === 3 ? { ...each, actor: "somebody-else" } : each)),
      [{ sequence: 3, what: "changed" }],
    ],
    [
      "missing",
      (entries) => entries.filter(({ sequence }) => sequence !== 3),
      [{ sequence: 3, what: "missing" }],
    ],
    [
      "inserted",
      (entries) => [...entries.slice(0, 3), ...entries.slice(2)],
      [{ sequence: 3, what: "misplaced" }],
    ],
  ])("names what was %s", async (_, change, findings) => {
    const { verify, tamper } = await erased();
    tamper(change);
    expect(await verify()).toMatchObject({ intact: false, findings });
  });

  it("names the first entry that does not fit where somebody hashed a changed one anew", async () => {
    const { verify, tamper } = await erased();
    tamper((entries) => {
      const [before, target] = [entries[1], entries[2]];
      if (before === undefined || target === undefined) throw new Error("too few entries");
      const changed = { ...target, actor: "system", action: "nothing-happened" } as const;
      const at = {
        tenant: target.tenant,
        id: target.requestId,
        audited: 2,
        auditHead: before.hash,
      };
      return entries.map((each) =>
        each.sequence === 3 ? (chained(at, [changed]).entries[0] ?? each) : each,
      );
    });
    expect((await verify()).findings).toEqual([{ sequence: 4, what: "changed" }]);
  });

  it("shows that its end was cut off, or went on", async () => {
    const { verify, tamper } = await erased();
    let whole: AuditEntry[] = [];
    tamper((entries) => {
      whole = entries;
      return entries.slice(0, -2);
    });
    expect(await verify()).toMatchObject({ intact: false, findings: [{ what: "cut-off" }] });
    tamper(() => {
      const last = whole.at(-1);
      if (last === undefined) throw new Error("too few entries");
      const at = {
        tenant: last.tenant,
        id: last.requestId,
        audited: last.sequence,
        auditHead: last.hash,
      };
      return [...whole, ...chained(at, [{ ...last, actor: "system", action: "more" }]).entries];
    });
    expect(await verify()).toMatchObject({ intact: false, findings: [{ what: "cut-off" }] });
  });

  it("is hashed over the canonical form of its entries, whatever they hold", () => {
    const text = fc
      .oneof(fc.string({ unit: anyCharacter }), fc.string({ unit: "grapheme" }), fc.string())
      .filter((each) => each.isWellFormed());
    // Objects have an order of their own for some.
    const nameOfDetail = fc.constantFrom(
      "1",
      "10",
      "9",
      "01",
      "-1",
      "a",
      "B",
      "",
      "__proto__",
      "toJSON",
      "ä",
    );
    const value = fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.record({ tenant: text, requestId: text, at: text, actor: text, action: text }),
        fc.option(text),
        fc.nat(),
        fc.dictionary(fc.oneof(text, nameOfDetail), value, { noNullPrototype: true }),
        text,
        (texts, source, sequence, detail, previous) => {
          const entry = { ...texts, source, sequence, detail };
          expect(chainedText(previous, entry)).toBe(canonicalJson({ previous, ...entry } as CanonicalValue));
        },
      ),
      { numRuns: inject("isThorough") ? 500 : 150 },
    );
    expect(() => chainedText("", { ...someEntry, actor: "\ud800" })).toThrow(TypeError);
  });

  it("finds every single change, whatever it is", () => {
    const draft = {
      at: "2026-03-02T09:00:00.000Z",
      actor: "actor-1",
      action: "b",
      source: null,
      detail: { n: 1 },
    } as const;
    const start = { tenant: "t", id: "r", audited: 0, auditHead: "" };
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.nat(),
        fc.constantFrom("actor", "action", "at", "source", "detail", "hash", "drop", "swap", "double"),
        (count, which, how) => {
          const { entries, auditHead } = chained(
            start,
            Array.from({ length: count }, (_, index) => ({ ...draft, action: `action-${index}` })),
          );
          const index = which % count;
          const tampered = entries.flatMap((each, at): AuditEntry[] => {
            if (how === "swap") return [entries[at === 0 ? 1 : at === 1 ? 0 : at] ?? each];
            if (at !== index) return [each];
            if (how === "drop") return [];
            if (how === "double") return [each, each];
            if (how === "detail") return [{ ...each, detail: { n: 2 } }];
            return [{ ...each, [how]: "something else" }];
          });
          const check = new ChainCheck(sha256);
          for (const each of tampered) check.add(each);
          expect(check.finish({ entries: count, hash: auditHead })).not.toEqual([]);
        },
      ),
    );
  });
});

describe("evidence", () => {
  it("holds everything that is known of the request, and nobody's name", async () => {
    const { secret, open } = keys();
    const { world, on } = await erased({ evidenceSigner: ed25519Signer(secret) });
    const { file, canonical } = unwrap(await world.rights.audit.evidence(on));
    expect(evidenceFileSchema.parse(JSON.parse(canonical))).toEqual(file);
    expect(canonicalJson(file)).toBe(canonical);
    expect(canonical.toLowerCase()).not.toContain("ada@");
    expect(file).toMatchObject({
      request: { outcome: "completed", keyDestroyed: true },
      grades: [{ grade: "verified-absent" }, { grade: "verified-absent" }],
      signature: { algorithm: "Ed25519", keyId: publicKeyId(open) },
    });
    if (file.signature === null) throw new Error("not signed");
    expect(isSigned(canonicalJson(signedPart(file)), file.signature)).toBe(true);
    expect(
      isSigned(canonicalJson(signedPart({ ...file, controller: "Somebody else" })), file.signature),
    ).toBe(false);
  });

  it("is not signed where there is no key, and a key that is none is a mistake", async () => {
    const { world, on } = await erased();
    expect(unwrap(await world.rights.audit.evidence(on)).file.signature).toBeNull();
    expect(() => ed25519Signer("secret")).toThrow("A private Ed25519 key was expected");
    expect(() => ed25519Signer(keys().open)).toThrow("A private Ed25519 key was expected");
    expect(() => publicKeyId("open")).toThrow("A public Ed25519 key was expected");
  });

  it("of another tenant's request is not there", async () => {
    const { world, requestId } = await erased();
    const elsewhere = { actor: { ...admin, tenant: "contoso" }, requestId };
    expect(unwrapError(await world.rights.audit.evidence(elsewhere)).code).toBe("request-not-found");
    expect(unwrapError(await world.rights.audit.verify(elsewhere)).code).toBe("request-not-found");
  });
});

describe("while a request goes on", () => {
  it("its audit is never found broken", async () => {
    const { world } = await erased();
    const submission = {
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: "bo@example.org",
    } as const;
    const { request } = unwrap(await world.rights.requests.submit(submission));
    const verdicts: boolean[] = [];
    const looking = (async () => {
      for (let round = 0; round < 200; round += 1) {
        const on = { actor: admin, requestId: request.id };
        verdicts.push(unwrap(await world.rights.audit.verify(on)).intact);
      }
    })();
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    await looking;
    expect(new Set(verdicts)).toEqual(new Set([true]));
  });
});
