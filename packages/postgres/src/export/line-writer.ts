import { jsonText, type LineColumn, type ValueKind } from "@subject-rights/core";
import type { CellForm } from "../values/cell-form.ts";
import type { ValueReader } from "../values/value-reader.ts";
import { copiedText } from "./copied-text.ts";

export interface WrittenColumn {
  readonly name: string;
  readonly form: CellForm;
  /** For what the form has no bytes for. */
  readonly read: ValueReader;
}

interface Cell {
  readonly form: CellForm;
  readonly read: ValueReader;
  /** What stands before its value: a brace or a comma, and its name. */
  readonly key: Uint8Array;
  readonly kinds: Set<ValueKind>;
  /** The kind that is noted already, so that most cells need no look at the set. */
  noted: ValueKind | null;
}

const [tab, newline, blank, quote, plus, minus, point] = [9, 10, 32, 34, 43, 45, 46];
const [zero, nine, backslash, closingBrace, openingBrace] = [48, 57, 92, 125, 123];
const [capitalN, capitalT, capitalZ, falseLetter, trueLetter] = [78, 84, 90, 102, 116];
const [nullText, trueText, falseText] = [Buffer.from("null"), Buffer.from("true"), Buffer.from("false")];

/** What JSON writes for a byte in a string, where that is something else. */
const escapes: readonly (Uint8Array | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const text = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
  return text.length > 1 ? Buffer.from(text) : undefined;
});

/** 1 for each byte of a text that is not itself in JSON, or ends the cell. */
const special = Uint8Array.from({ length: 256 }, (_, code) =>
  code === tab || code === newline || code === backslash || escapes[code] !== undefined ? 1 : 0,
);

/** What COPY writes behind a backslash for a control character; anything else behind one is itself. */
const copied: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }).map(([letter, code]) => [
    letter.charCodeAt(0),
    code,
  ]),
);

/** No byte of text becomes more of them in JSON: `\u0001`. */
const longestEscape = 6;

/** From this length on it pays to look how much room a row can need: nearly always a lot less than that. */
const longRow = 64 * 1024;

/** How many bytes the values of a row can become. */
const roomFor = (row: Buffer): number => {
  if (row.length < longRow) return row.length * longestEscape;
  let controls = 0;
  for (let place = 0; place < row.length; place += 1) if ((row[place] ?? 0) < blank) controls += 1;
  // Two bytes (`\v`) may become six.
  return (row.length + controls) * 3;
};

/** A number of so many digits is the same in every program that keeps a double. */
const exactDigits = 15;

/**
 * Makes lines of JSON out of rows of a COPY, byte by byte: exactly those that core makes of the same rows as objects.
 * Columns that are behind those that are written are the row's key.
 */
export class LineWriter {
  readonly #cells: readonly Cell[];
  readonly #names: readonly string[];
  readonly #keysLength: number;
  #out: Buffer;
  #at = 0;
  #keyLength = 0;
  count = 0;

  /** @param room what an earlier writer left, whose lines are needed no more */
  constructor(columns: readonly WrittenColumn[], room: Buffer) {
    this.#names = columns.map(({ name }) => name);
    this.#cells = columns.map(({ name, form, read }, index) => ({
      form,
      read,
      key: Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`),
      kinds: new Set(),
      noted: null,
    }));
    this.#out = room;
    this.#keysLength = this.#cells.reduce((sum, { key }) => sum + key.length, 2);
  }

  get bytes(): number {
    return this.#at;
  }

  /** What was written. */
  lines(): Uint8Array {
    // As what it is said to be: a Buffer has a `slice` of its own, which copies nothing.
    return new Uint8Array(this.#out.buffer, this.#out.byteOffset, this.#at);
  }

  /** All the room that there is, to be written in again. */
  room(): Buffer {
    return this.#out;
  }

  columns(): readonly LineColumn[] {
    return this.#cells.map(({ kinds }, index) => ({ name: this.#names[index] ?? "", kinds: [...kinds] }));
  }

  /** The key of the last row, as COPY wrote it. */
  lastKey(): readonly string[] {
    return this.#out
      .toString("utf8", this.#at, this.#at + this.#keyLength)
      .split("\t")
      .map(copiedText);
  }

  add(row: Buffer): void {
    this.#reserve(roomFor(row) + this.#keysLength);
    let out = this.#out;
    let at = this.#at;
    let from = 0;
    if (this.#cells.length === 0) out[at++] = openingBrace;
    for (const cell of this.#cells) {
      at = put(out, at, cell.key);
      const end = endOfCell(row, from);
      const form =
        row[from] === backslash && row[from + 1] === capitalN ? "null" : formOf(cell.form, row, from, end);
      switch (form) {
        case "null":
          note(cell, "null");
          at = put(out, at, nullText);
          break;
        case "text":
          note(cell, "text");
          at = putText(out, at, row, from, end);
          break;
        case "whole":
          note(cell, "integer");
          at = copy(out, at, row, from, end);
          break;
        case "quoted whole":
          note(cell, "integer");
          out[at++] = quote;
          at = copy(out, at, row, from, end);
          out[at++] = quote;
          break;
        case "number":
          note(cell, hasPoint(row, from, end) ? "number" : "integer");
          at = copy(out, at, row, from, end);
          break;
        case "boolean":
          note(cell, "boolean");
          at = put(out, at, row[from] === trueLetter ? trueText : falseText);
          break;
        case "date":
          note(cell, "text");
          out[at++] = quote;
          at = copy(out, at, row, from, end);
          out[at++] = quote;
          break;
        case "timestamp":
        case "timestamptz":
          note(cell, "text");
          out[at++] = quote;
          out[at + dateLength] = capitalT;
          copy(out, at, row, from, from + dateLength);
          at = copy(
            out,
            at + dateLength + 1,
            row,
            from + dateLength + 1,
            form === "timestamp" ? end : end - zoneLength,
          );
          if (form === "timestamptz") out[at++] = capitalZ;
          out[at++] = quote;
          break;
        case "read": {
          const text = jsonText(cell.read(copiedText(row.toString("utf8", from, end))), cell.kinds);
          this.#at = at;
          // What is read may be written longer than any escape makes it.
          this.#reserve(text.length * 3 + roomFor(row.subarray(end)) + this.#keysLength);
          out = this.#out;
          at += out.write(text, at);
          break;
        }
      }
      from = end + 1;
    }
    out[at++] = closingBrace;
    out[at++] = newline;
    this.#at = at;
    this.count += 1;
    // Behind the line, where the next one will be.
    this.#keyLength = row.length - 1 - from;
    copy(out, at, row, from, row.length - 1);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#at + bytes, this.#out.length * 2));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}

/** Whether the bytes are as the form has them; what is not is read, by a reader that throws where it must. */
const formOf = (form: CellForm, row: Buffer, from: number, end: number): CellForm => {
  switch (form) {
    case "whole":
    case "quoted whole":
      return isWhole(row, from, end) ? form : "read";
    case "number":
      return isPlainNumber(row, from, end) ? form : "read";
    case "boolean":
      return end === from + 1 && (row[from] === trueLetter || row[from] === falseLetter) ? form : "read";
    case "date":
      return end - from === dateLength && isWrittenAs(timestampForm, row, from, end) ? form : "read";
    case "timestamp":
      return isPlainTimestamp(row, from, end) ? form : "read";
    case "timestamptz":
      return isUtc(row, end - zoneLength) && isPlainTimestamp(row, from, end - zoneLength) ? form : "read";
    case "text":
    case "read":
      return form;
  }
};

const put = (out: Buffer, start: number, bytes: Uint8Array): number => {
  for (let index = 0; index < bytes.length; index += 1) out[start + index] = bytes[index] ?? 0;
  return start + bytes.length;
};

/** Faster for the few bytes of a cell than a call of `Buffer.copy`. */
const copy = (out: Buffer, start: number, row: Buffer, from: number, end: number): number => {
  for (let place = from; place < end; place += 1) out[start + place - from] = row[place] ?? 0;
  return start + end - from;
};

const putText = (out: Buffer, start: number, row: Buffer, from: number, end: number): number => {
  let at = start;
  out[at++] = quote;
  for (let place = from; place < end; place += 1) {
    let byte = row[place] ?? 0;
    if (special[byte] === 0) {
      out[at++] = byte;
      continue;
    }
    if (byte === backslash) {
      place += 1;
      byte = copied.get(row[place] ?? 0) ?? row[place] ?? 0;
    }
    const escaped = byte < 128 ? escapes[byte] : undefined;
    if (escaped === undefined) out[at++] = byte;
    else at = put(out, at, escaped);
  }
  out[at++] = quote;
  return at;
};

const note = (cell: Cell, kind: ValueKind): void => {
  if (cell.noted === kind) return;
  cell.noted = kind;
  cell.kinds.add(kind);
};

/** A tab or a newline within a value stands behind a backslash, as a letter. */
const endOfCell = (row: Buffer, from: number): number => {
  let end = from;
  while (end < row.length && row[end] !== tab && row[end] !== newline) end += 1;
  return end;
};

const isWhole = (row: Buffer, from: number, end: number): boolean => {
  const first = row[from] === minus ? from + 1 : from;
  for (let place = first; place < end; place += 1) {
    const byte = row[place] ?? 0;
    if (byte < zero || byte > nine) return false;
  }
  return first < end;
};

/** Digits and perhaps a point, and no more of them than every program that keeps a double gives back. */
const isPlainNumber = (row: Buffer, from: number, end: number): boolean => {
  let digits = 0;
  for (let place = row[from] === minus ? from + 1 : from; place < end; place += 1) {
    const byte = row[place] ?? 0;
    if (byte >= zero && byte <= nine) digits += 1;
    else if (byte !== point) return false;
  }
  return digits > 0 && digits <= exactDigits;
};

const hasPoint = (row: Buffer, from: number, end: number): boolean => {
  for (let place = from; place < end; place += 1) if (row[place] === point) return true;
  return false;
};

const zoneLength = "+00".length;
const timestampForm = Buffer.from("0000-00-00 00:00:00.000000");
const dateLength = "0000-00-00".length;
const secondsLength = "0000-00-00 00:00:00".length;

/** `2026-11-23 10:00:00`, with or without up to six digits of a second. */
const isPlainTimestamp = (row: Buffer, from: number, end: number): boolean => {
  const length = end - from;
  const isOfLength =
    length === secondsLength || (length > secondsLength + 1 && length <= timestampForm.length);
  return isOfLength && isWrittenAs(timestampForm, row, from, end);
};

/** Whether there is a digit for each zero of the form, and elsewhere what stands there. */
const isWrittenAs = (form: Buffer, row: Buffer, from: number, end: number): boolean => {
  for (let index = 0; index < end - from; index += 1) {
    const byte = row[from + index] ?? 0;
    const expected = form[index];
    const fits = expected === zero ? byte >= zero && byte <= nine : byte === expected;
    if (!fits) return false;
  }
  return true;
};

const isUtc = (row: Buffer, at: number): boolean =>
  row[at] === plus && row[at + 1] === zero && row[at + 2] === zero;
