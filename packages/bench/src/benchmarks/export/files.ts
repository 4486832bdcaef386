import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ArtifactStore, defineArtifactStore } from "@subject-rights/core";

/** Packages as files, a chunk each, below one folder. Nothing here expires. */
export const artifactFiles = (folder: string): ArtifactStore => {
  const placeOf = ({ requestId, name }: { readonly requestId: string; readonly name: string }) =>
    join(folder, requestId, name.replaceAll("/", "_"));
  const made = new Set<string>();
  return defineArtifactStore({
    write: async ({ index, bytes, ...key }) => {
      const place = placeOf(key);
      if (!made.has(place)) await mkdir(place, { recursive: true });
      made.add(place);
      await writeFile(join(place, String(index)), bytes);
    },
    read: async ({ index, ...key }) =>
      readFile(join(placeOf(key), String(index))).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code === "ENOENT") return undefined;
        throw thrown;
      }),
    remove: ({ requestId }) => rm(join(folder, requestId), { recursive: true, force: true }),
    sweep: async () => 0,
  });
};
