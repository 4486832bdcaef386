import {
  type ArtifactKey,
  type ArtifactStore,
  defineArtifactStore,
  type Instant,
} from "@subject-rights/core";

export interface StoredChunk extends ArtifactKey {
  readonly expiresAt: Instant;
  readonly bytes: Uint8Array;
}

export type ArtifactTable = Map<string, StoredChunk>;

const keyOf = ({ tenant, requestId, name, index }: ArtifactKey & { readonly index: number }): string =>
  JSON.stringify([tenant, requestId, name, index]);

/**
 * Keeps the chunks of export packages in memory.
 *
 * @param chunks where they are kept; handing the same to a second store is a restart without loss
 */
export const memoryArtifactStore = (chunks: ArtifactTable = new Map()): ArtifactStore => {
  const removeWhere = (unwanted: (chunk: StoredChunk) => boolean): number => {
    const keys = [...chunks].filter(([, chunk]) => unwanted(chunk)).map(([key]) => key);
    for (const key of keys) chunks.delete(key);
    return keys.length;
  };

  return defineArtifactStore({
    async write(chunk) {
      chunks.set(keyOf(chunk), { ...chunk, bytes: new Uint8Array(chunk.bytes) });
    },

    async read(key) {
      const chunk = chunks.get(keyOf(key));
      return chunk && new Uint8Array(chunk.bytes);
    },

    async remove({ tenant, requestId }) {
      removeWhere((chunk) => chunk.tenant === tenant && chunk.requestId === requestId);
    },

    async sweep({ until }) {
      return removeWhere((chunk) => chunk.expiresAt <= until);
    },
  });
};
