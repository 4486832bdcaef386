import { seal, unseal } from "../crypto.ts";
import { Damaged } from "../errors.ts";
import type { Instant } from "../instant.ts";
import type { ArtifactKey } from "../ports/artifact-store.ts";
import { orThrow } from "../result.ts";
import type { Services } from "./services.ts";

/** Large enough to be worth a trip to the store, small enough to hold many of them. */
const chunkBytes = 512 * 1024;

type ArtifactServices = Pick<Services, "artifactStore" | "randomness">;

const place = ({ tenant, requestId, name }: ArtifactKey, index: number): string =>
  JSON.stringify(["artifact", tenant, requestId, name, index]);

/** Stores one chunk, encrypted for its place. @throws StorageFailed */
export const writeChunk = async (
  { artifactStore, randomness }: ArtifactServices,
  key: Uint8Array,
  artifact: ArtifactKey,
  index: number,
  bytes: Uint8Array,
  expiresAt: Instant,
): Promise<void> => {
  const sealed = seal(key, place(artifact, index), bytes, randomness);
  orThrow(await artifactStore.write({ ...artifact, index, bytes: sealed, expiresAt }));
};

/** Cuts bytes into chunks of a size that every store takes. */
export const slices = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );

/**
 * Reads an artifact back, chunk by chunk. The next chunk is on its way while the last one is worked on.
 *
 * @throws StorageFailed; Damaged where a chunk is missing, or is not the one that was written there
 */
export async function* readChunks(
  { artifactStore }: Pick<Services, "artifactStore">,
  key: Uint8Array,
  artifact: ArtifactKey,
  chunks: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const read = (index: number) => artifactStore.read({ ...artifact, index });
  let next = chunks > 0 ? read(0) : null;
  for (let index = 0; next !== null; index += 1) {
    const sealed = orThrow(await next);
    if (sealed === undefined) throw new Damaged(`Artifact ${artifact.name}`);
    // A failure is a value: where this one is not waited for any more, nothing is left unhandled.
    next = index + 1 < chunks ? read(index + 1) : null;
    yield unseal(key, place(artifact, index), sealed);
  }
}

/**
 * Stores a stream in chunks of even size, and says how many. A chunk is stored while the next one is put together.
 *
 * @throws what the stream throws; StorageFailed
 */
export const writeStream = async (
  services: ArtifactServices,
  key: Uint8Array,
  artifact: ArtifactKey,
  stream: AsyncIterable<Uint8Array>,
  expiresAt: Instant,
): Promise<number> => {
  const buffer = new Uint8Array(chunkBytes);
  let [filled, chunks] = [0, 0];
  let underWay: Promise<unknown> = Promise.resolve();
  const flush = async () => {
    await underWay;
    if (filled === 0) return;
    // Sealed at once, so that the buffer is free.
    underWay = writeChunk(services, key, artifact, chunks, buffer.subarray(0, filled), expiresAt);
    // Looked at with the next chunk. Where the stream fails before, that is the failure.
    underWay.catch(() => undefined);
    chunks += 1;
    filled = 0;
  };
  for await (const piece of stream) {
    for (let from = 0; from < piece.length; ) {
      const part = piece.subarray(from, from + chunkBytes - filled);
      buffer.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled === chunkBytes) await flush();
    }
  }
  await flush();
  await underWay;
  return chunks;
};
