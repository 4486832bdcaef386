/** A mistake that somebody might make in the library, for the simulation to find. */
export interface Defect {
  readonly name: string;
  /** What it makes untrue, as the promise is named. */
  readonly breaks: string;
  /** The file, from `packages` on. */
  readonly file: string;
  /** The code as it stands there, exactly once, and what a mistake would make of it. */
  readonly find: string;
  readonly replace: string;
  /** A seed that finds it. */
  readonly seed: number;
}
