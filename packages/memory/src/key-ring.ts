import {
  defineKeyRing,
  type KeyRing,
  keyBytes,
  optionsOf,
  type Randomness,
  systemRandomness,
} from "@subject-rights/core";

/** By name, oldest first. */
export type KeyTable = Map<string, readonly Uint8Array[]>;

export interface MemoryKeyRingOptions {
  /** Where keys come from. Default: `systemRandomness`. */
  readonly randomness?: Randomness | undefined;
  /** Where keys are kept; handing the same to a second key ring is a restart without loss. */
  readonly keys?: KeyTable | undefined;
}

/** Keeps keys in memory: when the process ends, what they protected cannot be read any more. */
export const memoryKeyRing = (options: MemoryKeyRingOptions = {}): KeyRing => {
  const names = { randomness: true, keys: true } as const;
  const { randomness = systemRandomness, keys = new Map<string, readonly Uint8Array[]>() } = optionsOf(
    "memoryKeyRing",
    names,
    options,
  );
  return defineKeyRing({
    async create(name) {
      if (!keys.has(name)) keys.set(name, [randomness.bytes(keyBytes)]);
    },

    async use(name) {
      const key = keys.get(name)?.at(-1);
      return key && new Uint8Array(key);
    },

    async rotate(name) {
      keys.set(name, [...(keys.get(name) ?? []), randomness.bytes(keyBytes)]);
    },

    useAll: async (name) => (keys.get(name) ?? []).map((key) => new Uint8Array(key)),

    async destroy(name) {
      for (const key of keys.get(name) ?? []) key.fill(0);
      keys.delete(name);
    },
  });
};
