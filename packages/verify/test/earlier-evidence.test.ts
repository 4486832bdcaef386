import { readdirSync, readFileSync } from "node:fs";
import type { EvidenceFile } from "@subject-rights/core";
import { checkEvidence } from "@subject-rights/verify";
import { expect, it } from "vitest";

/** What earlier code has written, which is never edited. */
const forms = new URL("../../core/test/forms/", import.meta.url);
const files = readdirSync(forms)
  .filter((name) => /^\d+$/.test(name))
  .flatMap((form) => {
    const text = readFileSync(new URL(`${form}/evidence.json`, forms), "utf8");
    return Object.entries(JSON.parse(text) as Record<string, string>).map(
      ([story, canonical]) => [form, story, canonical] as const,
    );
  });

it.each(files)("evidence of form %s, %s, proves what it proved", (_form, _story, canonical) => {
  const { signature } = JSON.parse(canonical) as EvidenceFile;
  const { sound, problems, proven } = checkEvidence(canonical, {
    trustedKeyIds: signature === null ? [] : [signature.keyId],
  });
  expect({ sound, problems }).toEqual({ sound: true, problems: [] });
  expect(proven.join(" ")).toContain("That is a key that you named.");
  expect(checkEvidence(canonical.replace("northwind", "southwind")).sound).toBe(false);
});
