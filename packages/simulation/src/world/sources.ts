import {
  type CallContext,
  type CollectionOutcome,
  type DataSource,
  type DataSourceDefinition,
  defineDataSource,
  PermanentFailure,
  type Subject,
} from "@subject-rights/core";
import type { SimulatedClock } from "@subject-rights/testing";
import type { Mood, SourceName, Story } from "../story/story.ts";
import { addressesOf, type Company, customerOf, phoneOf, type Row, whoIs } from "./company.ts";
import type { Gate } from "./gates.ts";
import type { Ledger, SourceCall } from "./ledger.ts";

/** What the sources of all processes have in common. */
export interface SourceWorld {
  readonly story: Pick<Story, "isShared">;
  readonly company: Company;
  readonly ledger: Ledger;
  readonly clock: SimulatedClock;
  /** What the next calls do. */
  readonly moods: Mood[];
  /** Sources that are down for all. */
  readonly down: Set<SourceName>;
}

const day = 24 * 3_600_000;
const today = (clock: SimulatedClock): string => clock.now().toISOString().slice(0, 10);

const isAbout = (subject: Subject, row: Row): boolean =>
  subject.values("email").includes(row.email) ||
  subject.values("customer").includes(row.customer) ||
  (row.phone !== null && subject.values("phone").includes(row.phone));

/** A source of this name, as one process calls it. */
export const sourceNamed = (
  name: SourceName,
  world: SourceWorld,
  process: number,
  gate: Gate,
): DataSource => {
  const { story, company, ledger, clock, moods, down } = world;
  const { isShared } = story;
  const table = company[name];
  const rowsOf = (subject: Subject) => table.filter((row) => isAbout(subject, row));

  const call = <Answer>(
    ability: SourceCall["ability"],
    subject: Subject | null,
    { requestId, signal }: CallContext,
    work: (note: { erased: number[] }, isHalf: boolean) => Answer,
    lie: Answer | undefined = undefined,
  ): Promise<Answer> =>
    gate(`${name}.${ability}`, async () => {
      const mood = moods.shift() ?? "well";
      const person = subject === null ? undefined : whoIs(subject.identifiers);
      const open = ledger.begin({
        at: clock.now().getTime(),
        process,
        source: name,
        ability,
        requestId,
        person,
      });
      const note = { erased: [] as number[] };
      let isTold = false;
      try {
        if (down.has(name) || mood === "throws") throw new Error("could not");
        if (mood === "never") throw new PermanentFailure("never will");
        if (mood === "hangs") await clock.wait(10 * day, signal);
        if (mood === "slow") await clock.wait(20_000, signal);
        if (mood === "rubbish") return JSON.parse('{"rubbish":true}') as Answer;
        if (mood === "lies" && lie !== undefined) return lie;
        const answer = work(note, mood === "half");
        if (mood === "late" || mood === "half") throw new Error("done, but the answer is lost");
        isTold = true;
        return answer;
      } finally {
        open.erased = note.erased;
        ledger.end(open, isTold);
      }
    });

  const locate: NonNullable<DataSourceDefinition["locate"]> = (subject, context) =>
    call("locate", subject, context, () => [{ collection: "rows", count: rowsOf(subject).length }]);

  const erase: NonNullable<DataSourceDefinition["erase"]> = (subject, context) =>
    call(
      "erase",
      subject,
      context,
      (note, isHalf): CollectionOutcome[] => {
        const found = rowsOf(subject);
        const kept = found.filter(({ keptUntil }) => keptUntil !== null && keptUntil >= today(clock));
        const due = found.filter((row) => !kept.includes(row));
        const gone = isHalf ? due.slice(0, Math.ceil(due.length / 2)) : due;
        table.splice(0, table.length, ...table.filter((row) => !gone.includes(row)));
        note.erased.push(...gone.map((row) => row.person));
        const outcomes: CollectionOutcome[] = [];
        if (gone.length > 0) outcomes.push({ collection: "rows", outcome: "erased", count: gone.length });
        for (const until of new Set(kept.map(({ keptUntil }) => keptUntil ?? ""))) {
          const count = kept.filter(({ keptUntil }) => keptUntil === until).length;
          outcomes.push({ collection: "rows", outcome: "retained", count, reason: "§ 147 AO", until });
        }
        return outcomes.length > 0 ? outcomes : [{ collection: "rows", outcome: "absent" }];
      },
      [{ collection: "rows", outcome: "absent" }],
    );

  async function* exporting(
    subject: Subject,
    context: Parameters<NonNullable<DataSourceDefinition["export"]>>[1],
  ) {
    const rows = rowsOf(subject);
    for (let at = Number(context.cursor ?? 0); at < rows.length; at += 1) {
      yield await call("export", subject, context, () => ({
        collection: "rows",
        rows: [{ email: rows[at]?.email, customer: rows[at]?.customer }],
        cursor: String(at + 1),
      }));
    }
  }

  async function* identifiers() {
    // One after the other, as rows stand: whoever asks sees what is there by then.
    const people = new Map(
      table.map(({ email, customer }) => [
        email,
        [
          { type: "email", value: email },
          { type: "customer", value: customer },
        ],
      ]),
    );
    yield await gate(`${name}.identifiers`, async () => {
      if (down.has(name)) throw new Error("could not");
      return { people: [...people.values()] };
    });
  }

  const origin = {
    id: name,
    title: name,
    holds: ["customer-data"],
    kind: "origin",
    needs: ["email", "customer"],
    locate,
    export: exporting,
    identifiers,
  } satisfies DataSourceDefinition;

  switch (name) {
    case "accounts":
      return defineDataSource({
        ...origin,
        erase,
        // Who somebody is it knows for good, also once their rows are gone.
        identify: (subject, context) =>
          call("identify", subject, context, () => {
            const person = whoIs(subject.identifiers);
            if (person === undefined) return [];
            return [
              { type: "customer", value: customerOf(person) },
              ...addressesOf(person).map((value) => ({ type: "email", value })),
              ...(isShared ? [{ type: "phone", value: phoneOf(person), shared: true }] : []),
            ];
          }),
      });
    case "orders":
      return defineDataSource({ ...origin, erase });
    case "papers":
      return defineDataSource({ ...origin, owner: "archive@company.example" });
    case "notes":
      return defineDataSource({ ...origin, needs: ["email", "customer", "phone"], erase });
    case "insights":
      return defineDataSource({
        ...origin,
        kind: "copy",
        copyOf: ["accounts"],
        refresh: (context) =>
          call("refresh", null, context, () => void table.splice(0, table.length, ...company.accounts)),
      });
  }
};
