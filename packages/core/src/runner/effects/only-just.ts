import { type Instant, instant, later } from "../../instant.ts";
import type { Services } from "../services.ts";

/** In milliseconds, beside as long as one call may take: for so long what sources say of a person is not asked again. */
const namesLast = 60_000;

/** What sources have said of a person since then was said only just. */
export const onlyJust = ({ clock, callDeadline }: Pick<Services, "clock" | "callDeadline">): Instant =>
  later(instant(clock.now()), -(namesLast + callDeadline));
