import { type Instant, instant, later } from "../../instant.ts";
import type { Services } from "../services.ts";

/**
 * In milliseconds: for so long what sources say of a person is not asked again, and as long as a call may take beside that.
 */
export const namesLast = ({ callDeadline }: Pick<Services, "callDeadline">): number => 60_000 + callDeadline;

/** What sources have said of a person since then was said only just. */
export const onlyJust = (services: Pick<Services, "clock" | "callDeadline">): Instant =>
  later(instant(services.clock.now()), -namesLast(services));
