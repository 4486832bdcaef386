import type { ColumnType } from "../catalog/catalog.ts";
import type { Anonymisation, Coarser } from "../data-map/data-map.ts";
import { printedByServer, type Sql, sql } from "../sql/sql.ts";

/** What every hash begins with, so that it is known for one, and not hashed again. */
const hashed = "anonymous-";
const hashPattern = `^${hashed}[0-9a-f]{32}$`;

/** Types without an equality of their own: their text is compared. */
const incomparable: readonly string[] = [
  "json",
  "xml",
  "point",
  "box",
  "polygon",
  "line",
  "lseg",
  "path",
  "circle",
];

const cast = (value: Sql, type: ColumnType): Sql => sql`${value}::${printedByServer(type.sql)}`;

const coarser = (held: Sql, type: ColumnType, how: Coarser): Sql => {
  if (typeof how === "object") {
    return "step" in how
      ? cast(sql`(floor(${held}::numeric / ${how.step}::numeric) * ${how.step}::numeric)`, type)
      : cast(sql`left(${held}::text, ${how.first}::int)`, type);
  }
  // In one zone, always: a day's first moment would be another one tomorrow, on another server.
  return type.base === "timestamptz"
    ? sql`date_trunc(${how}, ${held}, 'UTC')`
    : cast(sql`date_trunc(${how}, ${held}::timestamp)`, type);
};

/**
 * What a value becomes, as an expression; null for a function of the application's, which is applied outside.
 *
 * @param hashKey 32 bytes, or an expression for them; an HMAC in effect (the key comes before both of two rounds of SHA-256)
 */
export const anonymisedValue = (
  held: Sql,
  type: ColumnType,
  anonymise: Anonymisation,
  hashKey: Uint8Array | Sql,
): Sql | null => {
  if (anonymise === "null") return sql`null`;
  if (anonymise === "hash") {
    const once = sql`sha256(${hashKey} || convert_to(${held}::text, 'UTF8'))`;
    const hash = sql`${hashed} || left(encode(sha256(${hashKey} || ${once}), 'hex'), 32)`;
    return sql`case when ${isAnonymised(held, type, anonymise) ?? sql`false`} then ${held}
      else ${cast(sql`(${hash})`, type)} end`;
  }
  if ("constant" in anonymise) return cast(sql`${anonymise.constant}`, type);
  if ("coarser" in anonymise) return coarser(held, type, anonymise.coarser);
  return null;
};

/** Whether a value is in its anonymised form; null where that cannot be seen from the value. */
export const isAnonymised = (held: Sql, type: ColumnType, anonymise: Anonymisation): Sql | null => {
  if (anonymise === "null") return sql`${held} is null`;
  if (anonymise === "hash") return sql`(${held} is null or ${held}::text ~ ${hashPattern})`;
  if ("function" in anonymise) return null;
  if ("coarser" in anonymise && typeof anonymise.coarser === "object" && "first" in anonymise.coarser) {
    return sql`coalesce(char_length(${held}::text) <= ${anonymise.coarser.first}::int, true)`;
  }
  const value =
    "constant" in anonymise ? cast(sql`${anonymise.constant}`, type) : coarser(held, type, anonymise.coarser);
  return incomparable.includes(type.base)
    ? sql`${held}::text is not distinct from (${value})::text`
    : sql`${held} is not distinct from ${value}`;
};
