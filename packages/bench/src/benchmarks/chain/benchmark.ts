import { hash } from "node:crypto";
import {
  type AuditEntry,
  type CanonicalValue,
  ChainCheck,
  canonicalJson,
  sha256,
} from "@subject-rights/core";
import type { Bench, Benchmark } from "../../harness/benchmark.ts";
import type { Sample } from "../../harness/contest.ts";

const actions = ["submitted", "notice-sent", "acknowledged", "located", "succeeded", "verified", "closed"];

/** Entries as they are stored: a line of JSON each, in a chain. */
const makeChain = (count: number): { readonly lines: readonly string[]; readonly head: string } => {
  let previous = "";
  const lines = Array.from({ length: count }, (_, index) => {
    const entry = {
      tenant: "halmstrand",
      requestId: "5b2f6f0e-3d5c-4a41-8d0b-5f1f0d6a7c11",
      sequence: index + 1,
      at: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
      actor: "system",
      action: actions[index % actions.length] ?? "",
      source: index % 2 === 0 ? "crm" : null,
      detail: { erased: index % 9, anonymised: 0, retained: 0 },
    };
    previous = sha256(canonicalJson({ previous, ...entry } as CanonicalValue));
    return JSON.stringify({ ...entry, hash: previous });
  });
  return { lines, head: previous };
};

const timed = (amount: number, work: () => void): Sample => {
  const began = performance.now();
  work();
  return { seconds: (performance.now() - began) / 1_000, amount, did: { entries: amount } };
};

export const chain: Benchmark = {
  name: "chain",
  about:
    "Looking through a chain of audit entries, read as JSON, against a bare loop that parses, writes and hashes the same \
entries and compares nothing.",

  run: async (bench: Bench) => {
    const amount = bench.amount(200_000, 200);
    const { lines, head } = makeChain(amount);
    const ours = "ChainCheck";
    const bare = "parse, stringify, SHA-256";
    await bench.measure([
      {
        title: "Verifying a chain",
        unit: "entries",
        sides: [
          {
            name: ours,
            run: async () =>
              timed(amount, () => {
                const check = new ChainCheck(sha256);
                for (const line of lines) check.add(JSON.parse(line) as AuditEntry);
                const findings = check.finish({ entries: amount, hash: head });
                if (findings.length > 0) throw new Error("A good chain was found broken.");
              }),
          },
          {
            name: bare,
            run: async () =>
              timed(amount, () => {
                let last = "";
                for (const line of lines) last = hash("sha256", JSON.stringify(JSON.parse(line)), "hex");
                if (last === "") throw new Error("Nothing was hashed.");
              }),
          },
        ],
        comparisons: [
          {
            title: "entries looked through",
            measure: "speed",
            of: ours,
            against: bare,
            goal: { atLeast: 0.8 },
            whenMissed:
              "members are put in order and looked at one by one; the bare loop writes them natively.",
          },
        ],
      },
    ]);
  },
};
