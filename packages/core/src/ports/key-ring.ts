/**
 * Keeps the keys: one a request, destroyed when nothing more is due under it, and two a tenant, for pseudonyms and for
 * suppressions. To put a cloud's key service behind it, keep here only what that service encrypted, and let it decrypt
 * in `use` and `useAll`.
 */
export interface KeyRingDefinition {
  /**
   * Makes 32 random bytes under this name. A key that is there already stays as it is; one that was destroyed is
   * not brought back, it is a new one.
   */
  create(name: string): Promise<void>;
  /** The newest key; undefined where none was ever made or all are destroyed. Throws where it could not be asked. */
  use(name: string): Promise<Uint8Array | undefined>;
  /** Makes another key under this name. Those before stay, and `use` answers the new one. */
  rotate(name: string): Promise<void>;
  /** Every key under this name, oldest first. Throws where it could not be asked. */
  useAll(name: string): Promise<readonly Uint8Array[]>;
  /** Destroys every key under this name, so that nobody can ever use it again. One that is not there is fine. */
  destroy(name: string): Promise<void>;
}
