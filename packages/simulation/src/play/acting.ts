import type { Result, ResultAsync, SubjectRights } from "@subject-rights/core";
import { isStill, processAt, type World } from "../world/processes.ts";

/** What may be answered where everybody does their best. */
const expected = new Set([
  "not-possible-now",
  "changed-meanwhile",
  "token-rejected",
  "approval-rejected",
  "key-destroyed",
  "call-failed",
  "request-not-found",
  "hold-not-found",
  "source-not-found",
  // A source that is for people takes part in no sweep.
  "not-sweepable",
]);

/** An error as the library hands it out. */
export interface Coded {
  readonly code: string;
}

/** Seconds. */
const patience = 600;

/**
 * Somebody does something, by whichever process they reach.
 *
 * @returns `done` or `failed` by the answer; `unknown` where the process ended over it
 */
export const acting = async <Value>(
  world: World,
  act: (rights: SubjectRights) => ResultAsync<Value, Coded>,
  onValue: (value: Value) => void = () => undefined,
): Promise<"done" | "failed" | "unknown"> => {
  const { rights, life } = await processAt(world, world.ledger.next());
  try {
    let isOver = false;
    const work = life.alive<Result<Value, Coded>>(act(rights).then((answer) => answer)).finally(() => {
      isOver = true;
    });
    // Whoever calls waits as long as it takes.
    for (let second = 0; !isOver && second < patience && !isStill(world); second += 1)
      await world.clock.advance(Math.min(second, 1) * 1_000);
    if (!isOver) {
      world.history.surprises.push("a call did not come back within ten minutes");
      return "unknown";
    }
    const answer = await work;
    if (answer === undefined) return "unknown";
    if (answer.isOk()) {
      onValue(answer.value);
      return "done";
    }
    if (!expected.has(answer.error.code))
      world.history.surprises.push(`somebody was answered ${answer.error.code}`);
    return "failed";
  } catch (thrown) {
    world.history.surprises.push(`a call threw: ${String(thrown)}`);
    return "failed";
  }
};
