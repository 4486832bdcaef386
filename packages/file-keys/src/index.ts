/**
 * Keys in files: a key ring of Subject Rights in a directory, each key encrypted under a master key that is kept
 * elsewhere.
 *
 * 1. Make the directory, once: `makeKeyDirectory({ directory })`.
 * 2. Use it: `createSubjectRights({ …, keyRing: fileKeyRing({ directory, masterKey }) })`.
 * 3. Change the master key: `rewrapKeys({ directory, masterKey, otherMasterKeys })`.
 *
 * {@include ../README.md}
 *
 * @module @subject-rights/file-keys
 */

export { type DirectoryProblem, KeyDirectoryUnfit } from "./errors.ts";
export { type FileKeyRingOptions, fileKeyRing } from "./file-key-ring.ts";
export { makeKeyDirectory } from "./key-directory.ts";
export { type RewrapOptions, type RewrappedKeys, rewrapKeys } from "./rewrap-keys.ts";
