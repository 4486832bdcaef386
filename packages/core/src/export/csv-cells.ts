import { harmless } from "./formulas.ts";
import { jsonText, numberText } from "./json-text.ts";

/** Makes the cells of a CSV table, and counts those that got an apostrophe so that no spreadsheet runs them. */
export class CsvCells {
  changed = 0;

  /** Any value of a row's JSON. */
  value(value: unknown): string {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return numberText(value);
      case "boolean":
        return String(value);
      default:
        return value === null ? "" : this.text(jsonText(value));
    }
  }

  text(text: string): string {
    const safe = harmless(text);
    if (safe !== text) this.changed += 1;
    return `"${safe.replaceAll('"', '""')}"`;
  }
}
