import type pg from "pg";

/** Hexadecimal as `bytea` is shown, and base64 as keys and sealed parts are kept. */
const hidden = { hex: /x([0-9a-f]{8,})/g, base64: /([A-Za-z0-9+/]{12,}={0,2})/g } as const;

/** A text together with everything in it that is encoded, in lower case. */
export const readable = (text: string): string => {
  const encodings = Object.entries(hidden) as [keyof typeof hidden, RegExp][];
  const decoded = encodings.flatMap(([encoding, pattern]) =>
    [...text.matchAll(pattern)].map(([, found = ""]) => Buffer.from(found, encoding).toString("latin1")),
  );
  return [text, ...decoded].join("\n").toLowerCase();
};

/** Every row of every table that is not the server's own, as COPY would write it, but for the tables named. */
export const wholeDatabase = async (pool: pg.Pool, without: readonly string[] = []): Promise<string> => {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and c.relname <> all ($1)`,
    [without],
  );
  const pieces: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`);
    pieces.push(...rows.map(({ row }) => row));
  }
  return pieces.join("\n");
};
