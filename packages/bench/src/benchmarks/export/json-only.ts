import { type DataSource, defineDataSource, orThrow, type Row, systemClock } from "@subject-rights/core";
import { collection } from "./rows.ts";

/** The library makes no table of a collection with more columns than this; it is handed over as JSON only. */
const mostColumns = 1_000;

/** Stands behind the last row of a collection of which there is to be no table. */
const oddRow: Row = Object.fromEntries(
  Array.from({ length: mostColumns + 1 }, (_, index) => [`odd_${index}`, null]),
);

/** The same source, of which no CSV is made. */
export const jsonOnly = (source: DataSource): DataSource =>
  defineDataSource({
    id: source.descriptor.id,
    title: source.descriptor.title,
    holds: source.descriptor.holds,
    kind: source.descriptor.kind,
    needs: source.needs,
    owner: "owner@halmstrand.example",
    async *export(subject, context) {
      const call = { ...context, clock: systemClock, deadline: 60_000 };
      const pages = source.export?.(subject, call, context.cursor);
      try {
        for (;;) {
          const page = pages === undefined ? null : orThrow(await pages.next());
          if (page === null) break;
          yield page;
        }
      } finally {
        await pages?.close();
      }
      yield { collection, rows: [oddRow] };
    },
  });
