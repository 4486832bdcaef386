import { open, rename, rm } from "node:fs/promises";

type Content = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * Writes a file anew. Until the last byte is on the disk the old file stays where it is; then the new one takes
 * its place in one step. What a crash leaves beside it is overwritten by the next try.
 */
export const replaceFile = async (path: string, content: Content): Promise<void> => {
  const unfinished = `${path}.unfinished`;
  try {
    await writeThrough(unfinished, content);
    await rename(unfinished, path);
  } catch (thrown) {
    // It is full of people, and nobody would look for them there.
    await rm(unfinished, { force: true });
    throw thrown;
  }
};

const writeThrough = async (path: string, content: Content): Promise<void> => {
  const file = await open(path, "w");
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Joins small texts into chunks of some 64 kB: a write for each line would take seconds. */
export async function* inChunks(
  texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string, void, undefined> {
  let chunk = "";
  for await (const text of texts) {
    chunk += text;
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = "";
    }
  }
  yield chunk;
}
