import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Subject, subjectOf } from "@subject-rights/core";
import type { DataSourceHarness } from "@subject-rights/testing";
import { type LoyaltyCard, loyaltyCards } from "./loyalty-cards.ts";

const subject = (email: string) => subjectOf([{ type: "email", value: email }]);

const make = async () => {
  const folder = mkdtempSync(join(tmpdir(), "loyalty-cards-"));
  const path = join(folder, "cards.json");
  const cards: LoyaltyCard[] = [
    // More than one page of them.
    ...Array.from({ length: 250 }, (_, index) => ({
      card: `A${index}`,
      email: "Ada@example.org",
      points: index,
    })),
    { card: "B1", email: "bo@example.org", points: 12 },
  ];
  writeFileSync(path, JSON.stringify(cards));
  return {
    source: loyaltyCards(path),
    person: subject("ada@example.org"),
    otherPerson: subject("bo@example.org"),
    unknownPerson: subject("nobody@example.org"),
    addressOnFile: "Ada@example.org",
    // The second door: looks into the file, and asks the source nothing.
    holds: async (person: Subject) => {
      const held: LoyaltyCard[] = JSON.parse(readFileSync(path, "utf8"));
      const found = held.filter(({ email }) => person.values("email").includes(email.toLowerCase()));
      return [{ collection: "cards", count: found.length }];
    },
    breakIt: async () => rmSync(path),
    close: async () => rmSync(folder, { recursive: true }),
  };
};

/** What the conformance cases need: a source with people in it, a second door, and a way to break it. */
export const harness: DataSourceHarness = {
  abilities: ["locate", "export", "erase"],
  make,
  makeBreakable: make,
};
