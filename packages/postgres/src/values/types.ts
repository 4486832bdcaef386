import { z } from "zod";
import type { Session } from "../database/database.ts";
import { sql } from "../sql/sql.ts";

/** What has to be known of a type to read the text that PostgreSQL writes for a value of it. */
export type ReadableType =
  /** One piece of text, read by the type's oid: base types, enums, ranges, multiranges, and whatever else. */
  | { readonly structure: "plain"; readonly name: string }
  | { readonly structure: "domain"; readonly name: string; readonly base: number }
  /** `delimiter` is what stands between two elements: `,`, but `;` for boxes. */
  | {
      readonly structure: "array";
      readonly name: string;
      readonly element: number;
      readonly delimiter: string;
    }
  | { readonly structure: "composite"; readonly name: string; readonly attributes: readonly Attribute[] };

export interface Attribute {
  readonly name: string;
  readonly type: number;
}

/** By oid; closed: the types that a type is made of are in it too. */
export type TypeTable = ReadonlyMap<number, ReadableType>;

const typesSchema = z.array(
  z.intersection(
    z.object({ oid: z.number() }),
    z.discriminatedUnion("structure", [
      z.object({ structure: z.literal("plain"), name: z.string() }),
      z.object({ structure: z.literal("domain"), name: z.string(), base: z.number() }),
      z.object({
        structure: z.literal("array"),
        name: z.string(),
        element: z.number(),
        delimiter: z.string().length(1),
      }),
      z.object({
        structure: z.literal("composite"),
        name: z.string(),
        attributes: z.array(z.object({ name: z.string(), type: z.number() })),
      }),
    ]),
  ),
);

// What writes the text decides how it is read: int2vector has elements too, but is not written as an array is.
const isArray = sql`t.typtype <> 'd' and t.typoutput = 'pg_catalog.array_out'::pg_catalog.regproc`;

const isLiving = sql`a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped`;

/**
 * Reads what `valueReader` needs to know of these types, and of all that they are made of.
 *
 * @param oids of `pg_type`; twice is once
 * @throws Error where there is no such type (any more)
 */
export const readTypes = async (session: Session, oids: readonly number[]): Promise<TypeTable> => {
  const [row] = await session.query(sql`
    with recursive needed (oid) as (
      select pg_catalog.unnest(${oids.map(String)}::pg_catalog.oid[])
      union
      select part.oid
      from needed join pg_catalog.pg_type t on t.oid = needed.oid
      cross join lateral (
        select t.typbasetype where t.typtype = 'd'
        union all
        select t.typelem where ${isArray}
        union all
        select a.atttypid from pg_catalog.pg_attribute a where t.typtype = 'c' and ${isLiving}
      ) part (oid)
    )
    select coalesce(pg_catalog.json_agg(case
      when t.typtype = 'd' then pg_catalog.json_build_object('structure', 'domain', 'oid', t.oid::int8,
        'name', t.typname, 'base', t.typbasetype::int8)
      when ${isArray} then pg_catalog.json_build_object('structure', 'array', 'oid', t.oid::int8,
        'name', t.typname, 'element', t.typelem::int8,
        'delimiter', (select e.typdelim from pg_catalog.pg_type e where e.oid = t.typelem))
      when t.typtype = 'c' then pg_catalog.json_build_object('structure', 'composite', 'oid', t.oid::int8,
        'name', t.typname, 'attributes', coalesce((
          select pg_catalog.json_agg(
            pg_catalog.json_build_object('name', a.attname, 'type', a.atttypid::int8) order by a.attnum)
          from pg_catalog.pg_attribute a where ${isLiving}), '[]'))
      else pg_catalog.json_build_object('structure', 'plain', 'oid', t.oid::int8, 'name', t.typname)
      end), '[]')::pg_catalog.text as types
    from needed join pg_catalog.pg_type t on t.oid = needed.oid`);
  const types = typesSchema.parse(JSON.parse(row?.["types"] ?? "null"));
  const table = new Map(types.map(({ oid, ...type }) => [oid, type]));
  for (const oid of oids) typeOf(table, oid);
  return table;
};

/** @throws Error for a type that the table lacks: to take it for text would be a guess */
export const typeOf = (types: TypeTable, oid: number): ReadableType => {
  const type = types.get(oid);
  if (type === undefined) throw new Error(`The type with the oid ${oid} is not known.`);
  return type;
};
