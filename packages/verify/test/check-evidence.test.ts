import { type CanonicalValue, canonicalJson, type EvidenceFile, publicKeyId } from "@subject-rights/core";
import { checkEvidence, evidencePage } from "@subject-rights/verify";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { newKeys, realEvidence } from "./sample.ts";

const keys = newKeys();
const trustedKeyId = publicKeyId(keys.open);
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
    const verdict = checkEvidence(signed, { trustedKeyId });
    expect(verdict).toMatchObject({ sound: true, problems: [] });
    expect(verdict.proven.join(" ")).toContain("That is the key that you named.");
    expect(verdict.notProven).toEqual([
      "That the sources told the truth, and that there are no others: the file says what they answered.",
    ]);
  });

  it("says what it cannot prove: whose key it is, or that it was signed at all", () => {
    expect(checkEvidence(signed).notProven.join(" ")).toContain(
      "ask Halmstrand Lamps & <Sons> for their public key",
    );
    const { sound, proven, notProven } = checkEvidence(unsigned);
    expect([sound, proven.length]).toEqual([true, 1]);
    expect(notProven.join(" ")).toContain("it is not signed");
  });

  it("with a newline at its end is the same", () => {
    expect(checkEvidence(`${signed}\n`, { trustedKeyId }).sound).toBe(true);
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
          const { sound, problems } = checkEvidence(tampered.toString(), { trustedKeyId });
          expect([sound, problems.length > 0]).toEqual([false, true]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("cut short, anywhere", () => {
    for (let length = 0; length < signed.length; length += 97) {
      expect(checkEvidence(signed.slice(0, length)).sound).toBe(false);
    }
  });

  it.each<[string, (file: EvidenceFile) => unknown, RegExp]>([
    ["of another version", (file) => ({ ...file, version: 2 }), /version 2.*version 1/],
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
    const { sound, problems } = checkEvidence(written(change(fileOf(signed))), { trustedKeyId });
    expect(sound).toBe(false);
    expect(problems.join(" ")).toMatch(why);
  });

  it("signed by somebody else", async () => {
    const forged = (await realEvidence(newKeys().secret)).canonical;
    expect(checkEvidence(forged).sound).toBe(true);
    expect(checkEvidence(forged, { trustedKeyId }).problems.join(" ")).toContain(
      "not the key that you named",
    );
  });

  it.each(["", "null", "[]", "{", "yes", "{}", '{"format":"subject-rights-evidence"}', "[".repeat(100_000)])(
    "what is no evidence: %j",
    (text) => {
      expect(checkEvidence(text.slice(0, 100_000))).toMatchObject({ sound: false, file: null });
    },
  );
});

describe("the page", () => {
  it("shows what is proven, and lets nothing in the file become markup", () => {
    const page = evidencePage(checkEvidence(signed, { trustedKeyId }));
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
