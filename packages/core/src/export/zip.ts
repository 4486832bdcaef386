import { type Duplex, Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";

export interface ZipEntry {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * A ZIP file, made while it is read. The next entry is asked for when the content of the one before was read to
 * its end, and content is read no faster than the file is taken. Leaving early closes the content that is open; what
 * the content throws, this throws.
 */
export async function* zip(entries: Iterable<ZipEntry>, modified: Date): AsyncGenerator<Uint8Array> {
  const file = new ZipFile();
  // yazl's types promise less than the PassThrough that it is.
  const output = file.outputStream as Duplex;
  let open: Readable | undefined;

  const feed = async () => {
    for (const { path, content } of entries) {
      open = Readable.from(content, { objectMode: false });
      file.addReadStream(open, path, { mtime: new TimeInUtc(modified), mode: 0o100644 });
      await finished(open);
    }
    file.end();
  };
  // yazl does not look whether what it reads has failed, and would wait for the rest for ever.
  const fail = (error: Error) => void output.destroy(error);
  file.on("error", fail);
  feed().catch(fail);

  try {
    for await (const chunk of output as AsyncIterable<Uint8Array>) yield chunk;
  } finally {
    open?.destroy();
  }
}

/**
 * A ZIP file's times have no zone, and yazl takes them from the machine's. With these, the same package has the
 * same bytes everywhere.
 */
class TimeInUtc extends Date {
  override getFullYear(): number {
    return this.getUTCFullYear();
  }
  override getMonth(): number {
    return this.getUTCMonth();
  }
  override getDate(): number {
    return this.getUTCDate();
  }
  override getHours(): number {
    return this.getUTCHours();
  }
  override getMinutes(): number {
    return this.getUTCMinutes();
  }
  override getSeconds(): number {
    return this.getUTCSeconds();
  }
}
