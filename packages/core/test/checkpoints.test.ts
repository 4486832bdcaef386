import { generateKeyPairSync } from "node:crypto";
import {
  type AuditEntry,
  type AuditReport,
  checkpointText,
  ed25519Signer,
  isIncluded,
  isSigned,
  leafText,
  orThrow,
  type Row,
  type SignedCheckpoint,
} from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import type { AuditDraft } from "../src/audit/entry.ts";
import { headText } from "../src/audit/head.ts";
import { chained } from "../src/runner/chained.ts";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

const keyPair = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    sign: ed25519Signer(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    open: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
};

const own = keyPair();
const hour = 3_600_000;

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);
const source = () => peopleSource("crm", people());

/** Some requests that are over, each with an audit of its own, and a checkpoint over them. */
const someRequests = async (count = 3, options = {}) => {
  const world = await createWorld({ sources: [source()], evidenceSigner: own.sign, ...options });
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await world.acknowledged("erasure", `person-${index}@example.org`));
  }
  await world.settle();
  return { world, ids };
};

const checkpointOf = async ({ rights }: World): Promise<SignedCheckpoint> => {
  const made = orThrow(await rights.audit.checkpoint({ actor: admin }));
  if (made === null) throw new Error("there was nothing to put under a checkpoint");
  return made;
};

const reportOf = async ({ rights }: World, known: readonly SignedCheckpoint[] = []): Promise<AuditReport> =>
  orThrow(await rights.audit.verifyAll({ actor: admin, known }));

const auditKey = ({ tables }: World, id: string): string =>
  [...tables.audit.keys()].find((each) => each.includes(id)) ?? "";

const entriesOf = (world: World, id: string): AuditEntry[] =>
  structuredClone([...(world.tables.audit.get(auditKey(world, id)) ?? [])]);

/** Writes an audit and the record that names its end: what whoever can write to the database can do. */
const rewrite = (world: World, id: string, entries: readonly AuditEntry[], changes: object = {}): void => {
  world.tables.audit.set(auditKey(world, id), [...entries]);
  for (const [key, stored] of world.tables.requests) {
    if (stored.id !== id) continue;
    const state = structuredClone(stored.state) as { request: object };
    Object.assign(state.request, { audited: entries.length, auditHead: entries.at(-1)?.hash, ...changes });
    world.tables.requests.set(key, { ...stored, state } as typeof stored);
  }
};

/** The chain worked out anew, as whoever has no key can. */
const rehashed = (entries: readonly AuditEntry[]): AuditEntry[] => {
  const [first] = entries;
  if (first === undefined) return [];
  const start = {
    tenant: first.tenant,
    id: first.requestId,
    audited: 0,
    auditHead: "",
    auditSignature: null,
  };
  return chained(start, entries as readonly AuditDraft[]).entries;
};

const findingsOf = ({ findings }: AuditReport) =>
  findings.map(({ what, chain }) => `${what} ${chain ?? ""}`.trim());

describe("a checkpoint", () => {
  it("signs where every chain ends, as the root of one tree", async () => {
    const { world, ids } = await someRequests();
    const { checkpoint, signature } = await checkpointOf(world);
    expect(checkpoint).toMatchObject({ tenant: "northwind", number: 1, leaves: 3 });
    expect(isSigned(checkpointText(checkpoint), signature)).toBe(true);
    expect(signature.keyId).toBe(own.sign("").keyId);
    const leaves = world.tables.checkpoints.leaves;
    expect(leaves.map(({ chain }) => chain).toSorted()).toEqual(ids.toSorted());
    expect(await reportOf(world)).toMatchObject({ intact: true, chains: 3, checkpoints: 1, findings: [] });
  });

  it("is made by a library that was started, again and again, over what has grown only", async () => {
    const { world, ids } = await someRequests(1, { checkpointEvery: hour });
    await world.pass(hour);
    await world.pass(hour);
    const numbers = () => world.tables.checkpoints.checkpoints.map(({ checkpoint }) => checkpoint.number);
    const before = numbers().length;
    await world.pass(5 * hour);
    expect(numbers().length).toBe(before);
    const later = await world.acknowledged("erasure", "late@example.org");
    await world.pass(hour);
    expect(numbers()).toEqual(Array.from({ length: before + 1 }, (_, index) => index + 1));
    expect(world.tables.checkpoints.leaves.map(({ chain }) => chain)).toContain(later);
    const { covered, entries } = orThrow(
      await world.rights.audit.verify({ actor: admin, requestId: ids[0] ?? "" }),
    );
    expect(covered).toBe(entries);
  });

  it("is one of a number, however many processes make it at the same moment", async () => {
    const { world } = await someRequests(5);
    const made = await Promise.all(Array.from({ length: 4 }, () => checkpointOf(world)));
    expect(new Set(made.map(({ checkpoint }) => checkpoint.root)).size).toBe(1);
    expect(world.tables.checkpoints.leaves.length).toBe(5);
    expect((await reportOf(world)).intact).toBe(true);
  });

  it("needs a store and a key", async () => {
    const { world } = await someRequests(1, { evidenceSigner: undefined });
    expect(() => world.rights.audit.checkpoint({ actor: admin })).toThrow("`checkpointStore`");
    const reader = { ...admin, roles: ["tenant-admin"] };
    const signed = await someRequests(1);
    const refused = await signed.world.rights.audit.checkpoint({ actor: reader });
    expect(unwrapError(refused).code).toBe("not-allowed");
  });

  it("of a tenant says nothing of another's requests", async () => {
    const { world } = await someRequests(2);
    const contoso = { ...admin, tenant: "contoso" };
    expect(orThrow(await world.rights.audit.checkpoint({ actor: contoso }))).toBeNull();
    expect(orThrow(await world.rights.audit.verifyAll({ actor: contoso }))).toMatchObject({
      chains: 0,
      intact: true,
    });
  });

  it("comes in order of the numbers also where the clock was set back", async () => {
    const { world } = await someRequests(1);
    const first = await checkpointOf(world);
    world.clock.set(new Date(world.clock.now().getTime() - 48 * hour));
    await world.acknowledged("erasure", "later@example.org");
    const second = await checkpointOf(world);
    expect(second.checkpoint.number).toBe(first.checkpoint.number + 1);
    expect(await reportOf(world, [first, second])).toMatchObject({ intact: true });
  });
});

describe("somebody who can write to the database and has no key", () => {
  it("works out a whole chain and the record anew: that is named, before and after a checkpoint", async () => {
    const [covered, fresh] = [await someRequests(), await someRequests()];
    await checkpointOf(covered.world);
    for (const { world, ids } of [covered, fresh]) {
      const changed = entriesOf(world, ids[0] ?? "").map((entry) =>
        entry.sequence === 2 ? { ...entry, actor: "nobody" } : entry,
      );
      rewrite(world, ids[0] ?? "", rehashed(changed));
    }
    const [id = ""] = covered.ids;
    expect(findingsOf(await reportOf(covered.world))).toEqual([`rewritten ${id}`, `unsigned ${id}`]);
    expect(findingsOf(await reportOf(fresh.world))).toEqual([`unsigned ${fresh.ids[0]}`]);
    const one = orThrow(await covered.world.rights.audit.verify({ actor: admin, requestId: id }));
    expect(one).toMatchObject({ intact: false, findings: [{ what: "rewritten" }, { what: "unsigned" }] });
  });

  it("signs with a key of their own: that is nobody's word", async () => {
    const { world, ids } = await someRequests();
    const [id = ""] = ids;
    const theirs = keyPair();
    const entries = rehashed(entriesOf(world, id).slice(0, -1));
    const head = { entries: entries.length, hash: entries.at(-1)?.hash ?? "" };
    const auditSignature = theirs.sign(headText({ tenant: "northwind", chain: id }, head, "0".repeat(64)));
    rewrite(world, id, entries, { auditSignature });
    expect(findingsOf(await reportOf(world))).toEqual([`unsigned ${id}`]);
  });

  it("puts back what was there before a checkpoint: the end is missing", async () => {
    const { world } = await someRequests(0);
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { id } = orThrow(await world.rights.requests.submit(asked)).request;
    await world.settle();
    const [[key, before] = []] = world.tables.requests;
    if (key === undefined || before === undefined) throw new Error("no request");
    const [earlier, entries] = [structuredClone(before), entriesOf(world, id)];
    orThrow(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    await checkpointOf(world);
    world.tables.requests.set(key, earlier);
    world.tables.audit.set(auditKey(world, id), entries);
    const { findings } = orThrow(await world.rights.audit.verify({ actor: admin, requestId: id }));
    expect(findings).toEqual([{ sequence: entries.length + 1, what: "cut-off" }]);
  });

  it("deletes a whole request: it is gone, and named", async () => {
    const { world, ids } = await someRequests();
    await checkpointOf(world);
    const [id = ""] = ids;
    for (const [key, stored] of world.tables.requests)
      if (stored.id === id) world.tables.requests.delete(key);
    world.tables.audit.delete(auditKey(world, id));
    expect(findingsOf(await reportOf(world))).toEqual([`gone ${id}`]);
  });

  it("deletes the request and its leaf: the checkpoint is not what was signed", async () => {
    const { world, ids } = await someRequests();
    await checkpointOf(world);
    const [id = ""] = ids;
    for (const [key, stored] of world.tables.requests)
      if (stored.id === id) world.tables.requests.delete(key);
    const { leaves } = world.tables.checkpoints;
    leaves.splice(
      leaves.findIndex(({ chain }) => chain === id),
      1,
    );
    expect(findingsOf(await reportOf(world))).toEqual(["checkpoint-changed"]);
  });

  it("changes a checkpoint, or takes one out: each is named by its number", async () => {
    const { world } = await someRequests(1);
    const made: SignedCheckpoint[] = [];
    for (const name of ["one", "two", "three"]) {
      made.push(await checkpointOf(world));
      await world.acknowledged("erasure", `${name}@example.org`);
    }
    const kept = world.tables.checkpoints.checkpoints;
    const whole = structuredClone(kept);
    const put = (all: typeof whole) => void kept.splice(0, kept.length, ...structuredClone(all));
    const numbers = async (known: readonly SignedCheckpoint[] = []) =>
      (await reportOf(world, known)).findings.map(({ what, checkpoint }) => `${what} ${checkpoint}`);
    expect(await numbers(made)).toEqual([]);
    put(whole.filter(({ checkpoint }) => checkpoint.number !== 2));
    expect(await numbers()).toEqual(["checkpoint-missing 2"]);
    put(
      whole.map((each) => ({ ...each, checkpoint: { ...each.checkpoint, at: "2020-01-01T00:00:00.000Z" } })),
    );
    expect(await numbers()).toEqual(["checkpoint-changed 1", "checkpoint-changed 2", "checkpoint-changed 3"]);
  });

  it("takes out the newest checkpoints with all that came since: those that were kept elsewhere tell", async () => {
    const { world, ids } = await someRequests(1);
    const first = await checkpointOf(world);
    const late = await world.acknowledged("erasure", "late@example.org");
    const second = await checkpointOf(world);
    for (const [key, stored] of world.tables.requests)
      if (stored.id === late) world.tables.requests.delete(key);
    world.tables.audit.delete(auditKey(world, late));
    const { checkpoints, leaves } = world.tables.checkpoints;
    checkpoints.pop();
    const removed = leaves.filter(({ checkpoint }) => checkpoint === 1);
    leaves.splice(0, leaves.length, ...removed);
    expect((await reportOf(world, [first])).intact).toBe(true);
    expect(await reportOf(world, [first, second])).toMatchObject({
      intact: false,
      findings: [{ what: "checkpoint-missing", checkpoint: 2, chain: null }],
    });
    expect(ids.length).toBe(1);
  });

  it("adds a request of their own, with an audit that fits: nobody has signed it", async () => {
    const { world, ids } = await someRequests(1);
    await checkpointOf(world);
    const [[key, model] = []] = world.tables.requests;
    if (key === undefined || model === undefined) throw new Error("no request");
    const forged = rehashed(
      entriesOf(world, ids[0] ?? "").map((entry) => ({ ...entry, requestId: "forged" })),
    );
    world.tables.audit.set(auditKey(world, ids[0] ?? "").replace(ids[0] ?? "", "forged"), forged);
    const state = structuredClone(model.state) as { request: object };
    Object.assign(state.request, { id: "forged", auditHead: forged.at(-1)?.hash });
    world.tables.requests.set(key.replace(model.id, "forged"), {
      ...model,
      id: "forged",
      state,
    } as typeof model);
    await checkpointOf(world);
    expect(findingsOf(await reportOf(world))).toEqual(["unsigned forged"]);
  });

  it("adds a leaf for what they wrote: it is under no checkpoint that was signed", async () => {
    const { world, ids } = await someRequests();
    await checkpointOf(world);
    const [id = ""] = ids;
    const anew = rehashed(entriesOf(world, id).slice(0, -1));
    rewrite(world, id, anew);
    const leaves = world.tables.checkpoints.leaves;
    const leaf = { tenant: "northwind", chain: id, entries: anew.length, hash: anew.at(-1)?.hash ?? "" };
    for (const checkpoint of [1, 2]) {
      leaves.splice(3, 1, { ...leaf, index: 3, checkpoint });
      expect(findingsOf(await reportOf(world))).toContain(
        checkpoint === 1 ? "checkpoint-changed" : "checkpoint-missing",
      );
    }
    // In the place of the one that was signed, and alone.
    leaves.splice(3, 1);
    const at = leaves.findIndex(({ chain }) => chain === id);
    leaves.splice(at, 1, { ...leaf, index: at, checkpoint: 1 });
    expect(findingsOf(await reportOf(world))).toContain("checkpoint-changed");
    expect(orThrow(await world.rights.audit.verify({ actor: admin, requestId: id }))).toMatchObject({
      intact: false,
      covered: 0,
      findings: [{ what: "unsigned" }],
    });
  });

  it("changes the record and leaves its audit alone: nobody has signed that", async () => {
    const { world, ids } = await someRequests(2);
    await checkpointOf(world);
    const [id = ""] = ids;
    rewrite(world, id, entriesOf(world, id), { outcome: "cancelled", submittedBy: "nobody" });
    expect(findingsOf(await reportOf(world))).toEqual([`unsigned ${id}`]);
    const { file } = orThrow(await world.rights.audit.evidence({ actor: admin, requestId: id }));
    expect(file.audit.recordSigned).toBe(false);
    const { file: other } = orThrow(
      await world.rights.audit.evidence({ actor: admin, requestId: ids[1] ?? "" }),
    );
    expect(other.audit.recordSigned).toBe(true);
  });

  it("begins a chain anew, as if nothing had been there: what goes on from it is signed by nobody", async () => {
    const { world } = await someRequests(0);
    const asked = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { id } = orThrow(await world.rights.requests.submit(asked)).request;
    await world.settle();
    rewrite(world, id, [], { audited: 0, auditHead: "", auditSignature: null });
    orThrow(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    await checkpointOf(world).catch(() => null);
    expect(findingsOf(await reportOf(world))).toEqual([`unsigned ${id}`]);
  });

  it("takes all checkpoints away, and waits for the next: it takes in nothing that nobody signed", async () => {
    const { world, ids } = await someRequests(2);
    await checkpointOf(world);
    const [id = ""] = ids;
    rewrite(world, id, rehashed(entriesOf(world, id).slice(0, -1)));
    const { checkpoints, leaves, seen } = world.tables.checkpoints;
    checkpoints.length = 0;
    leaves.length = 0;
    seen.clear();
    await checkpointOf(world);
    expect(findingsOf(await reportOf(world))).toEqual([`unsigned ${id}`]);
  });

  it("has two checkpoints of one number: kept ones do not heal each other", async () => {
    const { world } = await someRequests(1);
    const before = await checkpointOf(world);
    const { checkpoints, leaves, seen } = world.tables.checkpoints;
    checkpoints.length = 0;
    leaves.length = 0;
    seen.clear();
    world.clock.set(new Date(world.clock.now().getTime() + 60_000));
    const after = await checkpointOf(world);
    expect(after.checkpoint.number).toBe(before.checkpoint.number);
    for (const known of [[before], [before, after], [after, before]]) {
      expect(findingsOf(await reportOf(world, known))).toEqual(["checkpoint-changed"]);
    }
    expect((await reportOf(world, [after, after])).intact).toBe(true);
  });

  it("keeps a chain from ever coming under a checkpoint: after a day that is named", async () => {
    const { world, ids } = await someRequests(2);
    const [id = ""] = ids;
    world.tables.checkpoints.seen.set(JSON.stringify(["request", "northwind", id]), 1_000_000);
    await checkpointOf(world);
    await world.pass(25 * hour);
    await world.acknowledged("erasure", "later@example.org");
    await checkpointOf(world);
    expect(findingsOf(await reportOf(world))).toEqual([`left-out ${id}`]);
  });

  it("cannot change, take out, move or add one entry anywhere unnoticed, hashed anew or not", async () => {
    const { world, ids } = await someRequests(2);
    await checkpointOf(world);
    const [id = ""] = ids;
    const whole = entriesOf(world, id);
    const signature = JSON.stringify([...world.tables.requests.values()].map(({ state }) => state));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(),
        fc.constantFrom("actor", "action", "at", "source", "drop", "move", "double"),
        fc.boolean(),
        async (some, other, how, anew) => {
          const [from, to] = [some % whole.length, other % whole.length];
          const entry = whole[from];
          if (entry === undefined || (how === "move" && from === to)) return;
          const changed =
            how === "drop"
              ? whole.toSpliced(from, 1)
              : how === "double"
                ? whole.toSpliced(to, 0, entry)
                : how === "move"
                  ? whole.toSpliced(from, 1).toSpliced(to, 0, entry)
                  : whole.with(from, { ...entry, [how]: "2026-03-02T09:00:00.001Z" });
          rewrite(world, id, anew ? rehashed(changed) : changed);
          const { intact } = orThrow(await world.rights.audit.verify({ actor: admin, requestId: id }));
          rewrite(world, id, whole);
          expect(intact).toBe(false);
        },
      ),
      { numRuns: inject("isThorough") ? 600 : 50 },
    );
    expect(JSON.stringify([...world.tables.requests.values()].map(({ state }) => state))).toBe(signature);
    expect((await reportOf(world)).intact).toBe(true);
  });
});

describe("evidence", () => {
  it("shows under which checkpoint the chain came, to those who have nothing else", async () => {
    const { world, ids } = await someRequests(5);
    const { checkpoint } = await checkpointOf(world);
    for (const requestId of ids) {
      const { file } = orThrow(await world.rights.audit.evidence({ actor: admin, requestId }));
      const shown = file.audit.checkpoint;
      if (shown === null) throw new Error("no checkpoint");
      expect(shown.checkpoint).toEqual(checkpoint);
      expect(shown.head).toEqual(file.audit.head);
      const { leaves, root } = shown.checkpoint;
      const leaf = leafText({ chain: requestId, ...shown.head });
      expect(isIncluded({ leaf, index: shown.index, leaves, proof: shown.proof }, root)).toBe(true);
    }
  });

  it("says so where there is none yet", async () => {
    const { world, ids } = await someRequests(1);
    const { file } = orThrow(await world.rights.audit.evidence({ actor: admin, requestId: ids[0] ?? "" }));
    expect(file.audit.checkpoint).toBeNull();
  });
});

describe("keys and time", () => {
  it("what a former key signed stays good, where it is named", async () => {
    const { world } = await someRequests(2);
    await checkpointOf(world);
    const next = keyPair();
    const with2 = (former: readonly string[]) =>
      createWorld(
        { sources: [source()], evidenceSigner: next.sign, otherEvidenceKeys: former },
        world.tables,
        world.clock,
      );
    const forgetful = await with2([]);
    expect((await reportOf(forgetful)).intact).toBe(false);
    const after = await with2([own.open]);
    expect((await reportOf(after)).intact).toBe(true);
    await after.acknowledged("erasure", "new@example.org");
    await checkpointOf(after);
    expect(await reportOf(after)).toMatchObject({ intact: true, chains: 3 });
    await expect(createWorld({ sources: [source()], otherEvidenceKeys: ["no key"] })).rejects.toThrow(
      "Ed25519",
    );
  });

  it("what was there before anything was signed stays outside, and is named", async () => {
    const { world, ids } = await someRequests(2, { evidenceSigner: undefined });
    const signing = await createWorld(
      { sources: [source()], evidenceSigner: own.sign },
      world.tables,
      world.clock,
    );
    await signing.acknowledged("erasure", "new@example.org");
    await checkpointOf(signing);
    const report = await reportOf(signing);
    expect(findingsOf(report).toSorted()).toEqual(ids.map((id) => `unsigned ${id}`).toSorted());
    expect(world.tables.checkpoints.leaves).toHaveLength(1);
  });

  it("a checkpoint that is being made ends, however fast requests come in", async () => {
    const { world } = await someRequests(1);
    const { checkpointStore } = world.options;
    const add = checkpointStore?.add.bind(checkpointStore);
    let isBusy = true;
    Object.assign(checkpointStore ?? {}, {
      add: async (input: Parameters<NonNullable<typeof add>>[0]) => {
        if (isBusy) {
          const email = `person-${Math.random()}@example.org`;
          const asked = { actor: admin, kind: "erasure", category: "customer-data", email } as const;
          orThrow(await world.rights.requests.submit(asked));
        }
        return add?.(input);
      },
    });
    const { checkpoint } = await checkpointOf(world);
    isBusy = false;
    expect((await checkpointOf(world)).checkpoint.number).toBe(checkpoint.number + 1);
  });

  it("sweeps have chains too, under the same checkpoints", async () => {
    const world = await createWorld({ sources: [source()], evidenceSigner: own.sign });
    const running = orThrow(
      await world.rights.sweeps.eraseMany({
        actor: admin,
        reason: "retention",
        category: "customer-data",
        people: async function* () {
          yield { people: [{ identifiers: [{ type: "email", value: ada }] }], cursor: "1" };
        },
      }),
    );
    const { id: sweepId } = orThrow(await running.end());
    await checkpointOf(world);
    const whole = orThrow(await world.rights.audit.verifySweep({ actor: admin, sweepId }));
    expect(whole).toMatchObject({ intact: true, covered: whole.entries });
    const key = auditKey(world, sweepId);
    world.tables.audit.set(key, entriesOf(world, sweepId).slice(1));
    expect(await reportOf(world)).toMatchObject({
      intact: false,
      findings: [{ what: "missing", chain: sweepId, sequence: 1 }],
    });
    const asRequest = await world.rights.audit.verify({ actor: admin, requestId: sweepId });
    expect(unwrapError(asRequest).code).toBe("request-not-found");
    const unknown = await world.rights.audit.verifySweep({ actor: admin, sweepId: "none" });
    expect(unwrapError(unknown).code).toBe("sweep-not-found");
  });
});
