import { NotPossibleNow, TokenRejected } from "../../errors.ts";
import {
  after,
  type Change,
  changed,
  changedConfidential,
  noticeDue,
  recorded,
} from "../../request/change.ts";
import { deliveryNotice, secretNotice } from "../../request/notices.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import { mayPackage, partsOf } from "../export.ts";
import type { EventOf } from "./events.ts";

export const packageBuilt = (
  change: Change,
  event: EventOf<"package-built">,
  rules: Rules,
): Result<Change, NotPossibleNow> => {
  const { request } = change;
  const isNext = event.package.edition === (request.package?.edition ?? 0) + 1;
  // A source may be tried again, or have given its part, while the package was made without it.
  if (!isNext || !mayPackage(request) || event.parts !== partsOf(request)) {
    return err(new NotPossibleNow("The package is out of date."));
  }
  const { edition, bytes, files, sha256 } = event.package;
  const built = changed(change, {
    phase: "packaged",
    // A delivery that was not sent by now would hand out this package under the name of an older one, and the
    // secret of an older one would open nothing.
    notices: request.notices.map((notice) =>
      (notice.kind === "delivery" || notice.kind === "package-secret") && notice.status !== "sent"
        ? { ...notice, status: "withdrawn", nextAttemptAt: null }
        : notice,
    ),
    package: {
      ...event.package,
      parts: event.parts,
      builtAt: change.at,
      expiresAt: after(change, rules.packageValidFor),
      downloads: 0,
    },
  });
  const notice = deliveryNotice(edition);
  const withToken = changedConfidential(built, {
    tokens: {
      ...(event.token === null ? {} : { [notice]: event.token }),
      ...(event.secret === null ? {} : { [secretNotice(edition)]: event.secret }),
    },
  });
  const announced = noticeDue(withToken, notice, "delivery");
  const withSecret =
    event.secret === null ? announced : noticeDue(announced, secretNotice(edition), "package-secret");
  const detail = { edition, bytes, files, sha256, missing: event.package.missing.length };
  return ok(recorded(withSecret, "packaged", detail));
};

/**
 * Whether the package is still there is for the caller to have checked; this counts, and leaves a receipt. Two at the
 * same moment cannot both be the last.
 */
export const packageDownloaded = (
  change: Change,
  { byLink }: EventOf<"package-downloaded">,
  rules: Rules,
): Result<Change, NotPossibleNow | TokenRejected> => {
  const held = change.request.package;
  if (held === null) return err(new NotPossibleNow("There is no package."));
  const { edition, downloadsByLink = 0 } = held;
  if (byLink && rules.downloads !== null && downloadsByLink >= rules.downloads) {
    return err(new TokenRejected("used"));
  }
  const counted = {
    downloads: held.downloads + 1,
    ...(byLink ? { downloadsByLink: downloadsByLink + 1 } : {}),
  };
  return ok(recorded(changed(change, { package: { ...held, ...counted } }), "downloaded", { edition }));
};
