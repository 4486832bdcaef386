import { knownColumns } from "./column-tally.ts";
import type { StagedCollection } from "./contents.ts";
import { counted, sizeOf } from "./figures.ts";
import { type Html, html } from "./html.ts";
import type { ListedCollection } from "./listed-collection.ts";
import type { ManifestFile } from "./manifest.ts";
import { cell, columnHead } from "./page-cells.ts";
import { newline, parsedRow, RowCount, stagedLines } from "./staged-lines.ts";

/** How much of a collection the page shows: a page that shows everything cannot be opened any more. */
const shownRows = 100;
const shownColumns = 40;

/** One collection on the page: its files, and a table of its first rows. */
export const collectionSection = async (listed: ListedCollection, anchor: string): Promise<Html> => {
  const { staged, json, csv } = listed;
  return html`<section class="collection" id="${anchor}"><h3><bdi>${staged.collection}</bdi></h3>
<ul class="files">
<li>${fileLink("JSON", json)}</li>
${csv === null ? null : html`<li>${fileLink("CSV", csv.file)}</li>`}
</ul>
${csv === null ? html`<p>It has too many columns for a table, so all of it is in the JSON file only.</p>` : null}
${await table(listed)}
</section>
`;
};

const fileLink = (name: string, { path, bytes }: ManifestFile): Html =>
  html`<a href="${path}">${name} <span>${sizeOf(bytes)}</span></a>`;

const table = async (listed: ListedCollection): Promise<Html> => {
  const { staged } = listed;
  if (staged.rows === 0) return html`<p class="quiet">It has no rows.</p>`;
  const rows = await firstRows(staged);
  const columns = knownColumns(staged.columns).columns.slice(0, shownColumns);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${staged.collection}">
<table><caption><span>${extent(listed, rows.length, columns.length)}</span></caption>
<thead><tr><th scope="col">Row</th>${columns.map(columnHead)}</tr></thead>
<tbody>
${rows.map((row, index) => {
  const cells = columns.map((column) =>
    cell(Object.hasOwn(row, column.name) ? row[column.name] : undefined, column),
  );
  return html`<tr><th scope="row">${index + 1}</th>${cells}</tr>\n`;
})}</tbody></table></div>`;
};

const firstRows = async (staged: StagedCollection): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const first: Readonly<Record<string, unknown>>[] = [];
  const count = new RowCount(staged);
  for await (const lines of stagedLines(staged)) {
    for (let from = 0; from < lines.length; ) {
      const end = lines.indexOf(newline, from);
      count.add(1);
      first.push(parsedRow(lines, from, end, staged));
      if (first.length === shownRows) return first;
      from = end + 1;
    }
  }
  count.finish();
  return first;
};

/** Says what the table shows, and where the rest is. */
const extent = ({ staged, json, csv }: ListedCollection, rows: number, columns: number): Html => {
  const all = knownColumns(staged.columns);
  const height =
    rows < staged.rows ? `The first ${rows} of ${counted(staged.rows, "row")}` : counted(rows, "row");
  const narrowed = !all.complete || columns < all.columns.length;
  const width = narrowed ? `, the first ${counted(columns, "column")}` : "";
  if (rows === staged.rows && !narrowed) return html`${height}.`;
  const others = csv === null ? null : html` and <code>${fileName(csv.file)}</code>`;
  return html`${height}${width}. Everything is in <code>${fileName(json)}</code>${others}.`;
};

const fileName = ({ path }: ManifestFile): string => path.slice(path.lastIndexOf("/") + 1);
