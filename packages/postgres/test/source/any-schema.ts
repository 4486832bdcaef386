import fc from "fast-check";
import type { Pool } from "pg";
import type { DataMap, TableMap } from "../../src/index.ts";

/** Whose an address is that stands in a row which is found through another table. */
type Says = "nothing stands there" | "the same person's" | "somebody's" | "shared";

const pointsTo = fc.record({ table: fc.nat(2), isForeignKey: fc.boolean() });
const table = fc.record({
  says: fc.constantFrom<Says>("nothing stands there", "the same person's", "somebody's", "shared"),
  pointsTo: fc.array(pointsTo, { minLength: 1, maxLength: 2 }),
});

/** Of whom a row is: small numbers, so that people meet. */
const number = fc.integer({ min: 1, max: 4 });
const address = fc.option(fc.constantFrom("a@x.org", "B@x.org", "b@x.org", "C@X.org", "d@x.org"));
const row = fc.record({ points: fc.tuple(fc.option(number), fc.option(number)), address });

/** Users, and tables that point at them, at each other in the order of their making, and at themselves. */
export const anySchema = fc
  .record({
    tables: fc.array(table, { minLength: 1, maxLength: 3 }),
    users: fc.array(address, { minLength: 1, maxLength: 4 }),
    rows: fc.array(fc.array(row, { maxLength: 4 }), { minLength: 3, maxLength: 3 }),
  })
  .map((schema) => ({
    ...schema,
    tables: schema.tables.map((each, index) => asAllowed(schema, each, index)),
  }));

type Tables = {
  readonly tables: readonly (typeof table extends fc.Arbitrary<infer Value> ? Value : never)[];
};

/**
 * Behind rows that are found by what others may share a map had better not say that an address is the same person's: where
 * that shared name is asked for, it is told as theirs. Left out here, because what is right is open.
 */
const asAllowed = <Table extends Tables["tables"][number]>(
  schema: Tables,
  each: Table,
  index: number,
): Table =>
  each.says === "the same person's" && isBehindShared(schema, index) ? { ...each, says: "somebody's" } : each;

const isBehindShared = ({ tables }: Tables, index: number, through: readonly number[] = []): boolean =>
  (tables[index]?.pointsTo ?? []).some((pointer, at) => {
    const other = targetOf(index, pointer, at) - 1;
    if (other < 0 || other === index || through.includes(other)) return false;
    return tables[other]?.says === "shared" || isBehindShared({ tables }, other, [...through, index]);
  });

export type AnySchema = typeof anySchema extends fc.Arbitrary<infer Value> ? Value : never;

/**
 * The number of the table that a pointer of table `index` leads to; 0 are the users. The second may lead to the table
 * itself, so that the first one always leads out.
 */
const targetOf = (index: number, { table: wanted }: { readonly table: number }, at: number): number =>
  Math.min(wanted, index + at);
const nameOf = (number: number): string => (number === 0 ? "users" : `table_${number}`);

export const mapOfSchema = ({ tables }: AnySchema): DataMap => ({
  tenant: { only: "t" },
  tables: [
    {
      table: "users",
      title: "users",
      category: "user-data",
      belongs: [
        { column: "email", identifier: "email" },
        { column: "id", identifier: "user-id" },
      ],
      columns: { id: "exported", email: "exported" },
      erasure: "delete",
    },
    ...tables.map(
      ({ says, pointsTo: pointers }, index): TableMap => ({
        table: nameOf(index + 1),
        title: nameOf(index + 1),
        category: "user-data",
        belongs: [
          ...pointers.map((each, at) => ({
            references: nameOf(targetOf(index, each, at)),
            on: { [`points_${at}`]: "id" },
          })),
          ...(says === "nothing stands there"
            ? []
            : [
                {
                  column: "address",
                  identifier: "email",
                  ...(says === "shared" ? { shared: true } : { identifies: says === "the same person's" }),
                },
              ]),
        ],
        kept: "never",
        columns: Object.fromEntries(
          ["id", "address", "points_0", "points_1"].map((each) => [each, "exported"]),
        ),
        erasure: "delete",
      }),
    ),
  ],
});

/** Makes the tables and fills them; a foreign key points at a row that is there, or nowhere. */
export const makeSchema = async (pool: Pool, { tables, users, rows }: AnySchema): Promise<void> => {
  await pool.query(`drop schema public cascade; create schema public;
    create table users (id int primary key, email text)`);
  for (const [index, email] of users.entries()) {
    await pool.query("insert into users values ($1, $2)", [index + 1, email]);
  }
  for (const [index, { pointsTo: pointers }] of tables.entries()) {
    const name = nameOf(index + 1);
    await pool.query(`create table ${name} (id int primary key, address text, points_0 int, points_1 int)`);
    for (const [at, each] of filled({ tables, users, rows })[index]?.entries() ?? []) {
      await pool.query(`insert into ${name} values ($1, $2, $3, $4)`, [at + 1, each.address, ...each.points]);
    }
    for (const [at, each] of pointers.entries()) {
      if (!each.isForeignKey) continue;
      await pool.query(
        `alter table ${name} add foreign key (points_${at}) references ${nameOf(targetOf(index, each, at))} (id)`,
      );
    }
  }
};

/** The rows as they are stored. */
const filled = ({ tables, users, rows }: AnySchema) =>
  tables.map(({ pointsTo: pointers }, index) =>
    (rows[index] ?? []).map(({ points, address: held }) => ({
      address: held,
      points: points.map((point, at) => {
        const pointer = pointers[at];
        if (pointer === undefined || point === null) return null;
        const target = targetOf(index, pointer, at);
        const there = target === 0 ? users.length : (rows[target - 1]?.length ?? 0);
        return pointer.isForeignKey && point > there ? null : point;
      }),
    })),
  );

export interface Names {
  readonly emails: ReadonlySet<string>;
  readonly numbers: ReadonlySet<number>;
}

/** What identifies whom a row points at, by itself or by rows that it points at, no table twice. */
const namesAbove = (
  schema: AnySchema,
  stored: ReturnType<typeof filled>,
  index: number,
  at: number,
  through: readonly number[] = [],
): readonly (number | string)[] =>
  (schema.tables[index]?.pointsTo ?? []).flatMap((pointer, place) => {
    const point = stored[index]?.[at]?.points[place] ?? null;
    const target = targetOf(index, pointer, place);
    if (point === null || target === index + 1 || through.includes(target)) return [];
    if (target === 0) return [point];
    return schema.tables[target - 1]?.says === "the same person's"
      ? (stored[target - 1]?.[point - 1]?.address?.toLowerCase() ?? [])
      : namesAbove(schema, stored, target - 1, point - 1, [...through, index + 1]);
  });

/**
 * The person with every name, and the rows that are theirs, a table, by looking at the numbers alone. Where a number was
 * asked for, an address does not lead to what says by another number that it is somebody else's.
 */
export const belongingsIn = (
  schema: AnySchema,
  asked: Names,
): { names: Names; rows: readonly (readonly number[])[] } => {
  const emails = new Set(asked.emails);
  const numbers = new Set(asked.numbers);
  const stored = filled(schema);
  const isNamed = (held: string | null): boolean => held !== null && emails.has(held.toLowerCase());
  for (;;) {
    const found = [schema.users, ...stored].map(() => new Set<number>());
    // Of these it is said that they are the person's: not of what only holds an address of theirs, and what points at it.
    const said = [schema.users, ...stored].map(() => new Set<number>());
    const known = emails.size + numbers.size;
    for (const [at, email] of schema.users.entries()) {
      const isByAddress = isNamed(email) && asked.numbers.size === 0;
      if (!isByAddress && !numbers.has(at + 1)) continue;
      for (const each of [found, said]) each[0]?.add(at + 1);
      numbers.add(at + 1);
      if (email !== null) emails.add(email.toLowerCase());
    }
    for (let before = -1, now = 0; before !== now; ) {
      before = now;
      for (const [index, { says, pointsTo: pointers }] of schema.tables.entries()) {
        for (const [at, row] of stored[index]?.entries() ?? []) {
          const pointed = pointers.flatMap((each, place) =>
            targetOf(index, each, place) === 0 ? (row.points[place] ?? []) : [],
          );
          const isSomebodyElses =
            says === "the same person's" &&
            asked.numbers.size > 0 &&
            pointed.length > 0 &&
            !pointed.some((each) => numbers.has(each));
          const pointsAt = (all: readonly ReadonlySet<number>[]): boolean =>
            pointers.some((each, place) => {
              const point = row.points[place] ?? null;
              if (point === null) return false;
              const target = targetOf(index, each, place);
              // Where a number is known, it leads to rows that point with it, whether the user is there or not.
              return all[target]?.has(point) === true || (target === 0 && numbers.has(point));
            });
          const isNamedHere = says !== "nothing stands there" && isNamed(row.address) && !isSomebodyElses;
          if (!isNamedHere && !pointsAt(found)) continue;
          found[index + 1]?.add(at + 1);
          if ((isNamedHere && says === "the same person's") || pointsAt(said)) said[index + 1]?.add(at + 1);
          // By its own address: then whomever it points at is the same person, however many steps away.
          if (says === "the same person's" && isNamed(row.address) && !isSomebodyElses) {
            for (const each of namesAbove(schema, stored, index, at)) {
              if (typeof each === "number") numbers.add(each);
              else emails.add(each);
            }
          }
          const isSaid = said[index + 1]?.has(at + 1) === true;
          if (says === "the same person's" && isSaid && row.address !== null)
            emails.add(row.address.toLowerCase());
        }
      }
      now = [...found, ...said].reduce((sum, each) => sum + each.size, 0);
    }
    if (emails.size + numbers.size === known) {
      return {
        names: { emails, numbers },
        rows: found.map((each) => [...each].sort((one, other) => one - other)),
      };
    }
  }
};
