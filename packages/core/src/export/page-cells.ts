import type { ValueKind } from "../ports/data-source.ts";
import type { CollectedColumn } from "../request/steps.ts";
import { counted } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { jsonText, numberText } from "./json-text.ts";

/** What a cell of the page shows at most, in characters; the files have the rest. */
const longestCell = 300;

/** A cell with more characters than this is broken into lines. */
const longestLine = 36;

/** One value in a table of the page, for reading. */
export const cell = (value: unknown, column: CollectedColumn): Html => {
  switch (typeof value) {
    case "undefined":
      return html`<td></td>`;
    case "number":
      return html`<td class="figure">${numberText(value)}</td>`;
    case "boolean":
      return html`<td>${value ? "yes" : "no"}</td>`;
    case "string":
      return textCell(value, column);
    default:
      return value === null ? html`<td class="none">none</td>` : filled("structure", jsonText(value));
  }
};

const textCell = (text: string, column: CollectedColumn): Html => {
  if (text === "") return html`<td class="none">empty text</td>`;
  if (holdsOnly(column, "binary")) {
    return html`<td class="none">${counted(Buffer.byteLength(text, "base64"), "byte")} of binary data</td>`;
  }
  if (holdsOnly(column, "timestamp")) {
    return html`<td>${text.replace("T", " ").replace(/(?:\.000)?Z$/, " UTC")}</td>`;
  }
  return filled(holdsOnly(column, "integer", "number") ? "figure" : "", text);
};

const holdsOnly = ({ types }: CollectedColumn, ...kinds: readonly ValueKind[]): boolean =>
  types.every((type) => type === "null" || kinds.some((kind) => kind === type));

const filled = (style: string, text: string): Html => {
  const classes = [style, text.length > longestLine ? "long" : ""].filter((name) => name !== "").join(" ");
  return classes === "" ? html`<td>${cut(text)}</td>` : html`<td class="${classes}">${cut(text)}</td>`;
};

/** The name of a column, at the head of a table. */
export const columnHead = ({ name }: CollectedColumn): Html =>
  name.length > longestLine
    ? html`<th scope="col" class="long"><bdi>${cut(name)}</bdi></th>`
    : html`<th scope="col"><bdi>${name}</bdi></th>`;

const cut = (text: string): Html => {
  if (text.length <= longestCell) return html`${text}`;
  // Not between the two halves of a character that takes two units of UTF-16.
  const start = text.slice(0, longestCell).replace(/[\ud800-\udbff]$/, "");
  return html`${start}… <span class="cut">(cut; all ${counted(text.length, "character")} are in the files)</span>`;
};
