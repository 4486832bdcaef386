import { NotPossibleNow } from "../../errors.ts";
import { type Change, changed, recorded } from "../../request/change.ts";
import { isUsedUp, type LeftPackage } from "../../request/left-packages.ts";
import { packagesIn } from "../../request/request.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import type { EventOf } from "./events.ts";
import { undelivered } from "./packaging.ts";

/**
 * The person of an export was erased. Their package is nobody's business any more: only the link that they were sent
 * still fetches it, until it expires; or it ends now. One that was attached has no link, and ends; so does one of which the link
 * was used as often as it may be.
 */
export const personErased = (
  change: Change,
  { by, ends }: EventOf<"person-erased">,
  rules: Rules,
): Result<Change, NotPossibleNow> => {
  const { package: held } = change.request;
  if (held === null || change.now >= held.expiresAt || change.request.phase !== "closed") {
    return err(new NotPossibleNow("There is no package to be fetched."));
  }
  const ended = ends || held.tokenHash === null || isUsedUp(packagesIn(change.request), rules);
  const left: LeftPackage = { until: ended ? change.now : held.expiresAt, ended };
  const { earlier = [], ...newest } = held;
  const known = changed(ended ? undelivered(change) : change, {
    package: {
      ...newest,
      ...(!ended && earlier.length > 0 && { earlier }),
      expiresAt: left.until,
      left: { ...left, by },
    },
  });
  return ok(leftRecorded(known, left));
};

/** What an erasure has made of earlier packages; its evidence says it. */
export const packagesLeft = (change: Change, { names, packages }: EventOf<"packages-left">): Change => {
  const { reopened } = change.request;
  const known = changed(change, { packagesLeft: { reopened, names, packages } });
  return packages.reduce(leftRecorded, known);
};

const leftRecorded = (change: Change, { until, ended }: LeftPackage): Change =>
  ended ? recorded(change, "package-ended") : recorded(change, "package-left-to-person", { until });
