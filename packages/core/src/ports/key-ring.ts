/**
 * Keeps the keys: one a request, destroyed when nothing more is due under it, and one a tenant for pseudonyms.
 * To put a cloud's key service behind it, keep here only what that service encrypted, and let it decrypt in
 * `use`.
 */
export interface KeyRingDefinition {
  /**
   * Makes 32 random bytes under this name. A key that is there already stays as it is; one that was destroyed is
   * not brought back, it is a new one.
   */
  create(name: string): Promise<void>;
  /** The key; undefined where it was never made or is destroyed. Throws where it could not be asked. */
  use(name: string): Promise<Uint8Array | undefined>;
  /** Destroys the key, so that nobody can ever use it again. A key that is not there is fine. */
  destroy(name: string): Promise<void>;
}
