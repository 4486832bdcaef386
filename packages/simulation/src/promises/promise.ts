import type { RequestView } from "@subject-rights/core";
import type { World } from "../world/processes.ts";

/** Something that has to hold for every run, told by what really happened. */
export interface Promised {
  readonly name: string;
  /** What breaks it, as things stand; checked after everything that happens. */
  readonly always?: (world: World, views: readonly RequestView[]) => readonly string[];
  /** The same, looked at once, when everything has come to its end. */
  readonly atTheEnd?: (world: World, views: readonly RequestView[]) => readonly string[];
}

/** Abilities that do something with what is found; the others only ask. */
export const isWork = (ability: string): boolean =>
  ability === "erase" || ability === "export" || ability === "refresh";
