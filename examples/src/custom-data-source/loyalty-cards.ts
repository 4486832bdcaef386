import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type DataSource, defineDataSource, type Subject } from "@subject-rights/core";

export type LoyaltyCard = { readonly card: string; readonly email: string; readonly points: number };

/** The loyalty cards of a shop: a list in one JSON file. */
export const loyaltyCards = (path: string): DataSource => {
  const read = (): LoyaltyCard[] => JSON.parse(readFileSync(path, "utf8"));
  const isOf = (subject: Subject, { email }: LoyaltyCard) =>
    subject.values("email").includes(email.toLowerCase());
  const cardsOf = (subject: Subject) => read().filter((card) => isOf(subject, card));

  return defineDataSource({
    id: "loyalty-cards",
    title: "Loyalty cards",
    holds: ["customer-data"],
    kind: "origin",

    locate: async (subject) => [{ collection: "cards", count: cardsOf(subject).length }],

    async *export(subject, { cursor }) {
      const cards = cardsOf(subject);
      for (let from = Number(cursor ?? 0); from < cards.length; from += 100) {
        yield { collection: "cards", rows: cards.slice(from, from + 100), cursor: String(from + 100) };
      }
    },

    async erase(subject, { signal }) {
      signal.throwIfAborted();
      // Read and written without a pause in between: two erasures at once would undo each other.
      const cards = read();
      const others = cards.filter((card) => !isOf(subject, card));
      if (others.length === cards.length) return [{ collection: "cards", outcome: "absent" }];
      writeFileSync(`${path}.new`, JSON.stringify(others, null, 2));
      renameSync(`${path}.new`, path);
      return [{ collection: "cards", outcome: "erased", count: cards.length - others.length }];
    },
  });
};
