import type { Row, ValueKind } from "../ports/data-source.ts";
import type { ColumnTally } from "./column-tally.ts";
import { isPlainObject, jsonText, longestRow, tooLong, UnfitValue } from "./json-text.ts";

/** Text becomes bytes in parts of about this many characters: a page's text may be longer than a string can be. */
const partLength = 1024 * 1024;

/**
 * The rows of a page as JSON lines, in the form in which they stand in the package: one object a row, each line
 * ended by a newline.
 *
 * @param columns takes down the names and kinds it sees; of no use any more after a throw
 * @throws UnfitValue for a row that is not a plain object, or a value that `Value` does not allow
 */
export const encodeRows = (rows: readonly Row[], columns: ColumnTally): Uint8Array => {
  const parts: Buffer[] = [];
  let text = "";
  for (const row of rows) {
    text += `${rowText(row, columns)}\n`;
    if (text.length > partLength) {
      parts.push(Buffer.from(text));
      text = "";
    }
  }
  parts.push(Buffer.from(text));
  return Buffer.concat(parts);
};

const rowText = (row: unknown, columns: ColumnTally): string => {
  if (!isPlainObject(row)) throw new UnfitValue("is not a plain object");
  let text = "";
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (value === undefined) continue;
    const { key, kinds } = columns.column(name);
    text += `${text === "" ? "" : ","}${key}${cellText(name, value, kinds)}`;
    if (text.length > longestRow) throw tooLong();
  }
  return `{${text}}`;
};

const cellText = (name: string, value: unknown, kinds: Set<ValueKind>): string => {
  try {
    return jsonText(value, kinds);
  } catch (thrown) {
    throw thrown instanceof UnfitValue ? new UnfitValue(thrown.reason, name) : thrown;
  }
};
