import type { Trigger } from "../catalog/catalog.ts";

/** What starts a statement of its own, or what writes without one. Anything that is not known may write. */
const statements =
  /\b(?:insert|update|delete|merge|truncate|copy|execute|perform|call|select|into|notify|listen|refresh|create|alter|drop|lock|set|reset|do|with|values|table|grant|revoke|prepare|import|comment|commit|rollback|fetch|open|dblink\w*)\b/;

/** The only functions that may be called: PostgreSQL's own, without effects. */
const functions: ReadonlySet<string> = new Set(
  [
    "now clock_timestamp statement_timestamp transaction_timestamp timezone date_trunc date_part extract age",
    "to_char to_date to_timestamp make_date lower upper initcap trim btrim ltrim rtrim left right length",
    "char_length octet_length substr substring replace translate regexp_replace regexp_match split_part position",
    "overlay lpad rpad concat concat_ws format coalesce nullif greatest least abs round floor ceil trunc mod",
    "to_tsvector setweight to_jsonb jsonb_build_object row md5 sha256 encode decode normalize gen_random_uuid",
  ].flatMap((line) => line.split(" ")),
);

/** Words that a parenthesis may follow. */
const keywords: ReadonlySet<string> = new Set(
  "if elsif when while and or not in return then else case between like ilike is from distinct using numeric varchar char".split(
    " ",
  ),
);

/** Of the server itself, and they change only the row at hand. */
const builtIn: ReadonlySet<string> = new Set([
  "tsvector_update_trigger_byid",
  "tsvector_update_trigger_bycolumn",
  "suppress_redundant_updates_trigger",
]);

/** What may be done with the row as it was: a condition may look at it, and a deletion goes on with it. */
const looks = /\b(?:if|elsif|elseif)\b[^;]*?\bthen\b|\breturn\s+old\s*;/g;

/**
 * Whether a trigger changes nothing but the row it runs for, and takes nothing over from what stood there before and
 * goes: that would put the person back who is taken out. In doubt it is not.
 *
 * @param going the columns whose values go
 */
export const isHarmless = (
  { language, source, callsInCondition }: Trigger,
  going: ReadonlySet<string>,
): boolean => {
  if (callsInCondition) return false;
  if (language === "internal") return builtIn.has(source);
  if (language !== "plpgsql") return false;
  const code = codeOf(source);
  return !statements.test(code) && !takesOver(code, going) && callsIn(code).every(isKnownFunction);
};

/**
 * The columns that a trigger gives a value, as far as its text says; null for any of them. It may compare what it seems to
 * assign.
 */
export const assignedBy = (trigger: Trigger): readonly string[] | null => {
  const { language, source } = trigger;
  if (language === "internal") return computedBy(trigger);
  const code = codeOf(source);
  if (language !== "plpgsql" || statements.test(code)) return null;
  const given = code.replaceAll(conditions, " then ").matchAll(/\bnew\b(?:\.([\p{L}\p{N}_$"]+))?\s*:?=/gu);
  const names = [...given].map(([, column]) => column);
  return names.some((each) => each === undefined || each.startsWith('"'))
    ? null
    : names.flatMap((each) => each ?? []);
};

/** The column that a trigger of the server itself computes, whatever was put there: the words of others, to be searched. */
export const computedBy = ({ language, source, parameters }: Trigger): readonly string[] =>
  language === "internal" && source.startsWith("tsvector_update_trigger") ? parameters.slice(0, 1) : [];

const conditions = /\b(?:if|elsif|elseif)\b[^;]*?\bthen\b/g;

const codeOf = (source: string): string =>
  withoutTexts(source)
    .toLowerCase()
    .replaceAll(/\s*\.\s*/g, ".");

/** A quoted name, and the whole row, may be any column. */
const takesOver = (code: string, going: ReadonlySet<string>): boolean => {
  const names = new Set([...going].map((name) => name.toLowerCase()));
  const uses = code.replaceAll(looks, " then ").matchAll(/\bold\b(?:\.([\p{L}\p{N}_$]+))?/gu);
  return [...uses].some(([, column]) => column === undefined || names.has(column));
};

/** Names before a parenthesis, with their schema. */
const callsIn = (code: string): readonly string[] =>
  [...code.matchAll(/([\p{L}\p{N}_$."]+)\s*\(/gu)].map(([, called]) => called ?? "");

const isKnownFunction = (called: string): boolean =>
  keywords.has(called) || functions.has(called.replace(/^pg_catalog\./, ""));

const quotes =
  /--[^\n]*|\be'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|\/\*|\*\//giu;

/**
 * A body without its comments and texts; a quoted name becomes `"`, which is no name of a function that is known,
 * save that of the row as it was. Comments may be nested.
 */
export const withoutTexts = (source: string): string => {
  let code = "";
  let place = 0;
  while (place < source.length) {
    quotes.lastIndex = place;
    const found = quotes.exec(source);
    code += source.slice(place, found?.index);
    if (found === null) break;
    const [text] = found;
    place = text === "/*" ? endOfComment(source, quotes.lastIndex) : quotes.lastIndex;
    if (text === '"old"') code += "old";
    else code += text.startsWith('"') ? '"' : " ";
  }
  return code;
};

const endOfComment = (source: string, start: number): number => {
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  for (let mark = marks.exec(source); mark !== null; mark = marks.exec(source)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return source.length;
};
