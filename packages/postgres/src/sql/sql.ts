import { ConfigurationMistake } from "@subject-rights/core";

/** What may stand in a statement as a parameter. Sent as text (bytes as bytes); the statement says its type. */
type Parameter = string | number | bigint | boolean | null | Uint8Array | readonly (string | null)[];

/** A piece of SQL with its parameters. Only this file makes one, so no value and no name becomes SQL by itself. */
export class Sql {
  readonly #strings: readonly string[];
  readonly #parameters: readonly Sent[];

  constructor(strings: readonly string[], parameters: readonly Sent[]) {
    this.#strings = strings;
    this.#parameters = parameters;
  }

  /** The text with `$1`, `$2`, …, and what goes there. */
  compile(): { readonly text: string; readonly values: readonly SentValue[] } {
    let text = this.#strings[0] ?? "";
    for (const [index, { type }] of this.#parameters.entries()) {
      // The type is always said: no driver has to guess it, and none converts in a way of its own.
      text += `$${index + 1}::${type}${this.#strings[index + 1] ?? ""}`;
    }
    return { text, values: this.#parameters.map(({ value }) => value) };
  }

  /** The pieces, to be spliced into another. */
  pieces(): { readonly strings: readonly string[]; readonly parameters: readonly Sent[] } {
    return { strings: this.#strings, parameters: this.#parameters };
  }
}

export type SentValue = string | null | Uint8Array;

interface Sent {
  readonly value: SentValue;
  readonly type: "text" | "bytea" | "text::text[]";
}

const sent = (parameter: Parameter): Sent => {
  if (parameter === null) return { value: null, type: "text" };
  if (parameter instanceof Uint8Array) return { value: parameter, type: "bytea" };
  if (typeof parameter === "object") return { value: arrayLiteral(parameter), type: "text::text[]" };
  return { value: String(parameter), type: "text" };
};

const arrayLiteral = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? "NULL" : `"${value.replaceAll(/["\\]/g, "\\$&")}"`)).join(",")}}`;

const joined = (strings: readonly string[], values: readonly (Parameter | Sql)[]): Sql => {
  const texts: string[] = [strings[0] ?? ""];
  const parameters: Sent[] = [];
  const append = (text: string) => texts.push(`${texts.pop() ?? ""}${text}`);
  for (const [index, value] of values.entries()) {
    if (value instanceof Sql) {
      const inner = value.pieces();
      append(inner.strings[0] ?? "");
      texts.push(...inner.strings.slice(1));
      parameters.push(...inner.parameters);
    } else {
      parameters.push(sent(value));
      texts.push("");
    }
    append(strings[index + 1] ?? "");
  }
  return new Sql(texts, parameters);
};

/**
 * A statement: what is interpolated is another piece of SQL, or becomes a parameter of type `text` (`bytea` for
 * bytes, `text[]` for a list), to be cast by what follows: `${id}::bigint`.
 */
export const sql = (strings: TemplateStringsArray, ...values: readonly (Parameter | Sql)[]): Sql =>
  joined(strings, values);

export const emptySql: Sql = sql``;

/** Pieces side by side, with something between them. */
export const join = (pieces: readonly Sql[], between: Sql = sql`, `): Sql => {
  const all = pieces.flatMap((piece, index) => (index === 0 ? [piece] : [between, piece]));
  return joined(["", ...all.map(() => "")], all);
};

/** NAMEDATALEN - 1: a longer name would be cut off in silence, and mean another table. */
const longestName = 63;

/**
 * A name, quoted: `name("public", "orders")` is `"public"."orders"`. Any name that PostgreSQL allows.
 *
 * @throws ConfigurationMistake for what cannot be a name
 */
export const name = (...parts: readonly string[]): Sql => {
  const quoted = parts.map((part) => {
    const bytes = Buffer.byteLength(part);
    if (bytes === 0 || bytes > longestName || part.includes("\0")) {
      throw new ConfigurationMistake(
        `${JSON.stringify(part)} cannot be a name in PostgreSQL: one has 1 to ${longestName} bytes, and no NUL.`,
      );
    }
    return `"${part.replaceAll('"', '""')}"`;
  });
  return new Sql([quoted.join(".")], []);
};

/**
 * SQL that the server itself has printed, and has quoted where that is needed: the name of a type, a condition.
 * Nothing else goes through here.
 */
export const printedByServer = (text: string): Sql => new Sql([text], []);
