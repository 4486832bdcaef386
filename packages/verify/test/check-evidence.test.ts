import {
  type CanonicalValue,
  canonicalJson,
  checkpointText,
  type EvidenceFile,
  ed25519Signer,
  publicKeyId,
  type SignedCheckpoint,
  sha256,
  signedPart,
} from "@subject-rights/core";
import { checkEvidence, evidencePage } from "@subject-rights/verify";
import fc from "fast-check";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { newKeys, realEvidence } from "./sample.ts";

const keys = newKeys();
const trustedKeyIds = [publicKeyId(keys.open)];
let signed = "";
let unsigned = "";
beforeAll(async () => {
  signed = (await realEvidence(keys.secret)).canonical;
  unsigned = (await realEvidence()).canonical;
});

const fileOf = (text: string): EvidenceFile => JSON.parse(text) as EvidenceFile;
const written = (file: unknown): string => canonicalJson(file as CanonicalValue);

describe("evidence", () => {
  it("that was signed proves the whole file, and the key that was named", () => {
    const verdict = checkEvidence(signed, { trustedKeyIds });
    expect(verdict).toMatchObject({ sound: true, problems: [] });
    expect(verdict.proven.join(" ")).toContain("That is a key that you named.");
    expect(verdict.notProven).toEqual([
      "That the sources told the truth, and that there are no others: the file says what they answered.",
    ]);
  });

  it("says what it cannot prove: whose key it is, or that it was signed at all", () => {
    expect(checkEvidence(signed).notProven.join(" ")).toContain(
      "ask Halmstrand Lamps & <Sons> for their public key",
    );
    const { sound, proven, notProven } = checkEvidence(unsigned);
    expect([sound, proven.length]).toEqual([true, 2]);
    expect(notProven.join(" ")).toContain("it is not signed");
  });

  it("says where a source has told of more than it had counted", async () => {
    const { canonical } = await realEvidence(keys.secret, 500);
    const { sound, notProven } = checkEvidence(canonical, { trustedKeyIds });
    expect([sound, notProven[0]]).toEqual([
      true,
      "How many records of customers there were in crm: it had counted 1, and told of 500.",
    ]);
  });

  it("with a newline at its end is the same", () => {
    expect(checkEvidence(`${signed}\n`, { trustedKeyIds }).sound).toBe(true);
  });
});

/** What whoever has the key could write: the whole file signed anew. */
const resigned = (file: EvidenceFile, secret = keys.secret): string => {
  const signature = ed25519Signer(secret)(canonicalJson(signedPart(file)));
  return written({ ...file, signature });
};

type Shown = NonNullable<EvidenceFile["audit"]["checkpoint"]>;

const shownIn = ({ audit }: EvidenceFile): Shown => {
  if (audit.checkpoint === null) throw new Error("no checkpoint");
  return audit.checkpoint;
};

const withCheckpoint = (file: EvidenceFile, change: (shown: Shown) => Shown | null): EvidenceFile => ({
  ...file,
  audit: { ...file.audit, checkpoint: change(shownIn(file)) },
});

describe("the checkpoint", () => {
  it("is shown to be over the audit, and to be the one that was kept", () => {
    const { checkpoint, signature } = shownIn(fileOf(signed));
    const kept: SignedCheckpoint = { checkpoint, signature };
    const { sound, proven } = checkEvidence(signed, { trustedKeyIds, keptCheckpoints: [kept] });
    expect(sound).toBe(true);
    expect(proven.join(" ")).toMatch(
      /entries are under checkpoint \d .*Checkpoint \d is the one that you kept/,
    );
    const none = resigned(withCheckpoint(fileOf(signed), () => null));
    expect(checkEvidence(none, { trustedKeyIds }).notProven.join(" ")).toContain("under no checkpoint");
  });

  it("of another number than that which was kept shows nothing about it", () => {
    const { checkpoint } = shownIn(fileOf(signed));
    const later = { ...checkpoint, number: checkpoint.number + 1 };
    const kept = { checkpoint: later, signature: ed25519Signer(keys.secret)(checkpointText(later)) };
    const { sound, notProven } = checkEvidence(signed, { trustedKeyIds, keptCheckpoints: [kept] });
    expect(sound).toBe(true);
    expect(notProven.join(" ")).toContain(`number ${later.number}, goes with this one`);
  });

  const sign = ed25519Signer(keys.secret);
  const zeros = "0".repeat(64);
  it.each<[string, (shown: Shown) => Shown, RegExp]>([
    ["of another tenant", (shown) => over(shown, { tenant: "contoso" }), /not what was signed/],
    [
      "that nobody signed",
      (shown) => ({ ...shown, checkpoint: { ...shown.checkpoint, number: 9 } }),
      /Checkpoint 9 is not what was signed/,
    ],
    ["over another tree", (shown) => over(shown, { root: zeros }), /not under checkpoint/],
    [
      "at another place",
      (shown) => over({ ...shown, index: shown.index === 0 ? 1 : 0 }, { leaves: 2 }),
      /not under checkpoint/,
    ],
    [
      "over another end of the audit",
      (shown) => ({ ...shown, head: { ...shown.head, hash: zeros } }),
      /is not the one that was there/,
    ],
    [
      "over more entries than there are",
      (shown) => ({ ...shown, head: { ...shown.head, entries: shown.head.entries + 1 } }),
      /does not end where it did/,
    ],
  ])("%s is refused, in a file that is signed as a whole", (_, change, why) => {
    const { sound, problems } = checkEvidence(resigned(withCheckpoint(fileOf(signed), change)), {
      trustedKeyIds,
    });
    expect(sound).toBe(false);
    expect(problems.join(" ")).toMatch(why);
  });

  const over = (shown: Shown, change: Partial<Shown["checkpoint"]>): Shown => {
    const checkpoint = { ...shown.checkpoint, ...change };
    return { ...shown, checkpoint, signature: sign(checkpointText(checkpoint)) };
  };

  it("with another one of the same number kept, is refused: there are two truths", () => {
    const { checkpoint } = shownIn(fileOf(signed));
    const other = { ...checkpoint, root: zeros };
    const kept = { checkpoint: other, signature: sign(checkpointText(other)) };
    const { problems } = checkEvidence(signed, { trustedKeyIds, keptCheckpoints: [kept] });
    expect(problems.join(" ")).toContain("two truths");
    const forged = { checkpoint: other, signature: shownIn(fileOf(signed)).signature };
    expect(checkEvidence(signed, { keptCheckpoints: [forged] }).problems.join(" ")).toContain(
      "that you kept is not what was signed",
    );
  });

  it("signed with a former key is good where that key is named too", () => {
    const next = newKeys();
    const file = resigned(fileOf(signed), next.secret);
    const nextId = publicKeyId(next.open);
    expect(checkEvidence(file, { trustedKeyIds: [nextId] }).problems.join(" ")).toContain("former one");
    expect(checkEvidence(file).problems.join(" ")).toContain("signed with another key");
    expect(checkEvidence(file, { trustedKeyIds: [nextId, ...trustedKeyIds] }).sound).toBe(true);
  });
});

describe("the plan", () => {
  it("is the one that somebody approved", () => {
    const { plan, approval } = fileOf(signed);
    expect(plan?.sources).toMatchObject([
      { source: "crm", collections: [{ collection: "customers", count: 1 }] },
    ]);
    expect(approval).toMatchObject({
      approvedBy: expect.stringMatching(/^actor-[0-9a-f]{32}$/),
      state: "approved",
    });
    expect(checkEvidence(signed).proven.join(" ")).toContain(`the one that ${approval?.approvedBy} approved`);
    expect(signed).not.toContain("officer-1");
  });

  it.each<[string, (file: EvidenceFile) => EvidenceFile, RegExp]>([
    [
      "changed",
      (file) => ({ ...file, plan: file.plan && { ...file.plan, sources: [] } }),
      /not the one that was put up/,
    ],
    ["left out", (file) => ({ ...file, plan: null }), /is missing/],
    [
      "of another request",
      (file) => ({ ...file, plan: file.plan && { ...file.plan, request: "r" } }),
      /another request/,
    ],
  ])("%s is refused, in a file that is signed as a whole", (_, change, why) => {
    expect(checkEvidence(resigned(change(fileOf(signed)))).problems.join(" ")).toMatch(why);
  });
});

describe("what stands beside the audit", () => {
  it.each<[string, (file: EvidenceFile) => EvidenceFile, RegExp]>([
    [
      "another outcome",
      (file) => ({ ...file, request: { ...file.request, outcome: "cancelled" } }),
      /how and when the request ended/i,
    ],
    [
      "another end",
      (file) => ({ ...file, request: { ...file.request, closedAt: "2026-01-01T00:00:00.000Z" } }),
      /how and when the request ended/i,
    ],
    [
      "another plan, with its hash in the record too",
      (file) => {
        const plan = file.plan && { ...file.plan, sources: [] };
        const hash = sha256(canonicalJson(plan as CanonicalValue));
        return { ...file, plan, approval: file.approval && { ...file.approval, plan: hash } };
      },
      /who approved which plan/i,
    ],
    [
      "somebody else who approved",
      (file) => ({ ...file, approval: file.approval && { ...file.approval, approvedBy: "boss" } }),
      /who approved which plan/i,
    ],
    [
      "a record that was changed past the library",
      (file) => ({ ...file, audit: { ...file.audit, recordSigned: false } }),
      /changed past the library/,
    ],
  ])("%s is refused, in a file that the controller signed", (_, change, why) => {
    const { sound, problems } = checkEvidence(resigned(change(fileOf(signed))), { trustedKeyIds });
    expect(sound).toBe(false);
    expect(problems.join(" ")).toMatch(why);
  });
});

describe("is refused", () => {
  it("with any one byte changed, left out or added", { timeout: 60_000 }, () => {
    const bytes = Buffer.from(signed);
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 0x20, max: 0x7e }),
        fc.constantFrom("change", "leave out", "add"),
        (at, byte, how) => {
          const replaced = how === "leave out" ? [] : [byte];
          const tampered = Buffer.concat([
            bytes.subarray(0, at),
            Buffer.from(replaced),
            bytes.subarray(how === "add" ? at : at + 1),
          ]);
          fc.pre(tampered.toString().trim() !== signed);
          const { sound, problems } = checkEvidence(tampered.toString(), { trustedKeyIds });
          expect([sound, problems.length > 0]).toEqual([false, true]);
        },
      ),
      { numRuns: inject("isThorough") ? 4_000 : 600 },
    );
  });

  it("cut short, anywhere", () => {
    for (let length = 0; length < signed.length; length += 97) {
      expect(checkEvidence(signed.slice(0, length)).sound).toBe(false);
    }
  });

  it.each<[string, (file: EvidenceFile) => unknown, RegExp]>([
    ["of another version", (file) => ({ ...file, version: 1 }), /version 1.*version 2/],
    ["of something else", (file) => ({ ...file, format: "a letter" }), /no evidence/],
    ["with something beside it", (file) => ({ ...file, remark: "all is well" }), /not as evidence is made/],
    [
      "with another outcome",
      (file) => ({ ...file, request: { ...file.request, outcome: "cancelled" } }),
      /changed after it was signed/,
    ],
    [
      "with an audit entry changed",
      (file) => ({
        ...file,
        audit: {
          ...file.audit,
          entries: file.audit.entries.map((each) =>
            each.sequence === 3 ? { ...each, actor: "nobody" } : each,
          ),
        },
      }),
      /entry 3 was changed/,
    ],
    [
      "with an audit entry left out",
      (file) => ({
        ...file,
        audit: { ...file.audit, entries: file.audit.entries.filter(({ sequence }) => sequence !== 4) },
      }),
      /entry 4 is missing/,
    ],
    [
      "with audit entries of another request",
      (file) => ({ ...file, request: { ...file.request, id: "another" } }),
      /does not belong/,
    ],
    ["with its signature taken away", (file) => ({ ...file, signature: null }), /not signed/],
  ])("%s", (_, change, why) => {
    const { sound, problems } = checkEvidence(written(change(fileOf(signed))), { trustedKeyIds });
    expect(sound).toBe(false);
    expect(problems.join(" ")).toMatch(why);
  });

  it("signed by somebody else", async () => {
    const forged = (await realEvidence(newKeys().secret)).canonical;
    expect(checkEvidence(forged).sound).toBe(true);
    expect(checkEvidence(forged, { trustedKeyIds }).problems.join(" ")).toContain("not a key that you named");
  });

  it.each(["", "null", "[]", "{", "yes", "{}", '{"format":"subject-rights-evidence"}', "[".repeat(100_000)])(
    "what is no evidence: %j",
    (text) => {
      expect(checkEvidence(text.slice(0, 100_000))).toMatchObject({ sound: false, file: null });
    },
  );
});

describe("an audit of very many entries", () => {
  const count = inject("isThorough") ? 300_000 : 10_000;

  it(`is checked to its end: ${count} entries`, { timeout: 120_000 }, () => {
    const file = withCheckpoint(fileOf(signed), () => null);
    const { id: requestId, tenant } = file.request;
    let previous = "";
    const entries = Array.from({ length: count }, (_, index) => {
      const detail = { records: index, attempt: 1 };
      const about = { tenant, requestId, sequence: index + 1, at: file.madeAt, actor: "system" };
      const entry = { ...about, action: "source-located", source: "crm", detail };
      previous = sha256(canonicalJson({ previous, ...entry }));
      return { ...entry, hash: previous };
    });
    const open = { ...file.request, closedAt: null, outcome: null };
    const long = {
      ...file,
      request: open,
      approval: null,
      audit: { ...file.audit, entries, head: { entries: count, hash: previous } },
    };
    const text = resigned(long);
    expect(checkEvidence(text, { trustedKeyIds })).toMatchObject({ sound: true });
    const changed = text.replace(`"records":${count - 2}}`, `"records":${count - 3}}`);
    expect(changed).not.toBe(text);
    expect(checkEvidence(changed, { trustedKeyIds }).problems.join(" ")).toContain(
      `entry ${count - 1} was changed`,
    );
    expect(checkEvidence(text.slice(0, -1)).sound).toBe(false);
  });
});

describe("the page", () => {
  it("shows what is proven, and lets nothing in the file become markup", () => {
    const page = evidencePage(checkEvidence(signed, { trustedKeyIds }));
    expect(page).toContain("This is proven");
    expect(page).toContain("Customer records &#60;b&#62;");
    expect(page).not.toContain("<b>");
    expect(page).not.toMatch(/<script|http:|https:/);
  });

  it("says so where a file is off", () => {
    const page = evidencePage(checkEvidence(signed.replace("halmstrand", "elsewhere")));
    expect(page).toContain("Do not rely on this file.");
    expect(page).not.toContain("This is proven");
  });
});
