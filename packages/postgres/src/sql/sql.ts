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

  /** The text with `$1`, `$2`, …, and what goes there; and whether a connection may keep it. */
  compile(): Compiled {
    let text = this.#strings[0] ?? "";
    for (const [index, { type }] of this.#parameters.entries()) {
      // The type is always said: no driver has to guess it, and none converts in a way of its own.
      text += `$${index + 1}::${type}${this.#strings[index + 1] ?? ""}`;
    }
    return { text, values: this.#parameters.map(({ value }) => value) };
  }

  /**
   * The same, which a connection may keep and plan once (`PREPARE`). For statements that are sent again and again, and
   * whose text is one of few: each stays with the connection until that ends.
   */
  prepared(): Sql {
    return new PreparedStatement(this.#strings, this.#parameters);
  }

  /**
   * The text for a command that takes no parameters, as COPY: it reads them from settings of the transaction, which
   * are to be made first. They are neither in the text, which may be logged, nor left behind.
   */
  withSettings(): { readonly text: string; readonly settings: readonly Setting[] } {
    let text = this.#strings[0] ?? "";
    const settings: Setting[] = [];
    for (const [index, { value, type }] of this.#parameters.entries()) {
      text += `${readFrom(settings, value)}::${type}${this.#strings[index + 1] ?? ""}`;
    }
    return { text, settings };
  }

  /** The pieces, to be spliced into another. */
  pieces(): { readonly strings: readonly string[]; readonly parameters: readonly Sent[] } {
    return { strings: this.#strings, parameters: this.#parameters };
  }
}

export interface Compiled {
  readonly text: string;
  readonly values: readonly SentValue[];
  /** Whether a connection may keep it. Left out: no. */
  readonly isKept?: true;
}

export interface Setting {
  readonly name: string;
  readonly value: string;
}

const readFrom = (settings: Setting[], value: SentValue): string => {
  if (value === null) return "null";
  const setting = `subject_rights.parameter_${settings.length + 1}`;
  const isText = typeof value === "string";
  settings.push({ name: setting, value: isText ? value : Buffer.from(value).toString("hex") });
  // As a query of its own it is read once, and not for each row.
  const read = `(select pg_catalog.current_setting('${setting}'))`;
  return isText ? read : `pg_catalog.decode(${read}, 'hex')`;
};

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

class PreparedStatement extends Sql {
  override compile(): Compiled {
    const compiled = super.compile();
    return { ...compiled, isKept: true };
  }
}

class ForeignStatement extends Sql {
  readonly #text: string;
  readonly #values: readonly unknown[];

  constructor(text: string, values: readonly unknown[]) {
    super([text], []);
    this.#text = text;
    this.#values = values;
  }

  override compile(): Compiled {
    return { text: this.#text, values: this.#values as readonly SentValue[] };
  }
}

/** A whole statement of another library, which runs it itself everywhere else. It is not to be spliced into another. */
export const foreignStatement = (text: string, values: readonly unknown[]): Sql =>
  new ForeignStatement(text, values);
