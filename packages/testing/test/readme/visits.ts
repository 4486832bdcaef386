import { defineDataSource, type Subject, subjectOf } from "@subject-rights/core";
import type { DataSourceHarness } from "@subject-rights/testing";

type Visit = { readonly email: string; readonly page: string };

const isOf =
  (subject: Subject) =>
  ({ email }: Visit) =>
    subject.values("email").includes(email.toLowerCase());

// What you wrote: here over a list, so that it fits on a screen.
const visitsSource = (visits: Visit[]) =>
  defineDataSource({
    id: "visits",
    title: "Visits to our pages",
    holds: ["user-telemetry"],
    kind: "origin",
    locate: async (subject) => [{ collection: "visits", count: visits.filter(isOf(subject)).length }],
    async *export(subject) {
      const rows = visits.filter(isOf(subject));
      if (rows.length > 0) yield { collection: "visits", rows };
    },
    async erase(subject, { signal }) {
      signal.throwIfAborted();
      const found = visits.filter(isOf(subject));
      for (const visit of found) visits.splice(visits.indexOf(visit), 1);
      if (found.length === 0) return [{ collection: "visits", outcome: "absent" }];
      return [{ collection: "visits", outcome: "erased", count: found.length }];
    },
  });

const personAt = (email: string) => subjectOf([{ type: "email", value: email }]);

// How the cases get at it.
export const harness: DataSourceHarness = {
  abilities: ["locate", "export", "erase"],
  async make() {
    const visits = ["Ada@example.org", "bo@example.org", "Ada@example.org"].map((email, index) => ({
      email,
      page: `/lamps/${index}`,
    }));
    return {
      source: visitsSource(visits),
      person: personAt("ada@example.org"),
      otherPerson: personAt("bo@example.org"),
      unknownPerson: personAt("cleo@example.org"),
      addressOnFile: "Ada@example.org",
      // The second door: looks into the list, and asks the source nothing.
      holds: async (person) => [{ collection: "visits", count: visits.filter(isOf(person)).length }],
    };
  },
};
