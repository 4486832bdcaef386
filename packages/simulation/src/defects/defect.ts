import type { Edit } from "./edit.ts";

/** A mistake that somebody might make in the library, for the simulation to find. */
export interface Defect extends Edit {
  /** What it makes untrue, as the promise is named. */
  readonly breaks: string;
  /** A seed that finds it. */
  readonly seed: number;
}
