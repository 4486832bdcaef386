import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Pool } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { ZipFile } from "yazl";
import { type CursorRow, cursorOver } from "./cursor.ts";
import { collection, columns } from "./rows.ts";

const level = 1;

/** The rows alone, as the server hands them out fastest; looked at by nobody. */
export const copyAlone = async (pool: Pool): Promise<number> => {
  const client = await pool.connect();
  try {
    const text = `copy (select ${columns.join(", ")} from visits where customer_id = 1) to stdout`;
    const stream = client.query(copyTo(text));
    for await (const _ of stream);
    return stream.rowCount ?? 0;
  } finally {
    client.release();
  }
};

/** A stream of JSON into a ZIP with its SHA-256: what somebody writes who thinks of memory. */
export const cursorIntoZip = async (pool: Pool, file: string): Promise<{ rows: number; sha256: string }> => {
  let rows = 0;
  async function* json(): AsyncGenerator<string> {
    let separator = "[\n";
    for await (const page of cursorOver(pool)) {
      rows += page.length;
      const lines = page.map((row) => JSON.stringify(row));
      yield `${separator}${lines.join(",\n")}`;
      separator = ",\n";
    }
    yield "\n]\n";
  }
  const zip = new ZipFile();
  zip.addReadStream(Readable.from(json()), `${collection}.json`, { compressionLevel: level });
  zip.end();
  const sha256 = await written(zip, file);
  return { rows, sha256 };
};

/** Everything first, then everything else: what somebody writes at first. */
export const collectIntoZip = async (pool: Pool, file: string): Promise<{ rows: number; sha256: string }> => {
  const { rows } = await pool.query<CursorRow>(
    `select ${columns.join(", ")} from visits where customer_id = 1 order by id`,
  );
  const text = `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), `${collection}.json`, { compressionLevel: level });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  await writeFile(file, bytes);
  return { rows: rows.length, sha256: createHash("sha256").update(bytes).digest("hex") };
};

const written = async (zip: ZipFile, file: string): Promise<string> => {
  const hash = createHash("sha256");
  await pipeline(
    zip.outputStream,
    async function* (chunks: AsyncIterable<Buffer | string>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  return hash.digest("hex");
};
