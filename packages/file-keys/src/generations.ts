import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { Damaged } from "@subject-rights/core";
import { unlessMissing } from "./durable.ts";

/**
 * The directory of a name. A name may be as long as it likes, hold slashes, and differ from another in letter case only
 * or in half of a surrogate pair, which JSON writes out.
 */
export const folderNameOf = (name: string): string =>
  createHash("sha256").update(JSON.stringify(name)).digest("hex");

/** What a key is bound to: nobody puts one in the place of another, nor an old generation in that of a new one. */
export const placeOf = (folder: string, generation: number): string => `${basename(folder)}/${generation}`;

export const fileOf = (folder: string, generation: number): string => join(folder, `${generation}`);

export const isGeneration = (file: string): boolean => /^[1-9]\d*$/.test(file);

/** How often a directory is listed that lacks one: others may be adding to it, or taking it away. */
const looks = 3;

/**
 * How many generations there are; 0 where there is no directory.
 *
 * @throws Damaged where one is missing among them: they are destroyed together, so somebody else has removed it
 */
export const generationsIn = async (folder: string): Promise<number> => {
  for (let look = 0; look < looks; look += 1) {
    const files = (await unlessMissing(readdir(folder))) ?? [];
    const generations = files.filter(isGeneration).map(Number);
    if (generations.length === Math.max(0, ...generations)) return generations.length;
  }
  throw new Damaged("A stored key");
};
