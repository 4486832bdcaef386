import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { type Screen, screenOn } from "../screen/screen.ts";
import { type Place, placeOf } from "./place.ts";

/** Longer than this nobody waits after Ctrl-C. What was not closed by then is put right at the next start. */
const patience = 5_000;

/**
 * Runs an example from opening to closing. Ctrl-C closes everything in between, and the next start goes on with
 * what was left. An example that fails starts afresh the next time.
 */
export const tellStory = async <Opened>(
  example: string,
  open: (place: Place) => Promise<Opened>,
  tell: (opened: Opened, screen: Screen) => Promise<void>,
): Promise<void> => {
  // From here on, and for good: who presses Ctrl-C again is already being served.
  const interrupted = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, resolve);
  });
  const place = await placeOf(example);
  const story = open(place).then((opened) => tell(opened, screenOn(process.stdout)));
  // What breaks off because everything is being closed is no failure.
  const ended = story.then(
    () => null,
    (failure: unknown) => ({ failure }),
  );

  const first = await Promise.race([ended, interrupted]);
  if (typeof first === "string") {
    const closed = place.close().catch(() => undefined);
    await Promise.race([closed, setTimeout(patience)]);
    console.log("\nInterrupted. Start it again, and it goes on from here.");
    process.exit(128 + constants.signals[first]);
  }
  if (first === null) return place.finish();
  await place.startAfresh();
  await place.close();
  throw first.failure;
};
