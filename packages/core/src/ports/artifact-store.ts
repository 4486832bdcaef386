import type { Instant } from "../instant.ts";

/**
 * Keeps export packages, and the rows they are made of, in numbered chunks. What arrives here is encrypted
 * already.
 */
export interface ArtifactStoreDefinition {
  /** Stores one chunk; the same index again replaces it. Chunks are at most 1 MiB. */
  write(
    chunk: ArtifactKey & {
      readonly index: number;
      readonly bytes: Uint8Array;
      /** When `sweep` may delete it. */
      readonly expiresAt: Instant;
    },
  ): Promise<void>;
  /** One chunk; undefined where there is none. Throws where it could not be asked. */
  read(key: ArtifactKey & { readonly index: number }): Promise<Uint8Array | undefined>;
  /** Deletes every artifact of a request. There being none is fine. */
  remove(key: { readonly tenant: string; readonly requestId: string }): Promise<void>;
  /** Deletes what expired at or before `until`, and says how many chunks that were. */
  sweep(query: { readonly until: Instant }): Promise<number>;
}

export interface ArtifactKey {
  readonly tenant: string;
  readonly requestId: string;
  /** Made by the library: letters, digits, dashes, dots and slashes. */
  readonly name: string;
}
