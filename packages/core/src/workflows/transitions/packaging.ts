import { NotPossibleNow } from "../../errors.ts";
import {
  after,
  type Change,
  changed,
  changedConfidential,
  confidentialOf,
  noticeDue,
  recorded,
} from "../../request/change.ts";
import { deliveryNotice } from "../../request/notices.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import type { EventOf } from "./events.ts";

export const packageBuilt = (change: Change, event: EventOf<"package-built">, rules: Rules): Change => {
  const { edition, bytes, files, sha256 } = event.package;
  const built = changed(change, {
    phase: "packaged",
    package: {
      ...event.package,
      builtAt: change.at,
      expiresAt: after(change, rules.packageValidFor),
      downloads: 0,
    },
  });
  const notice = deliveryNotice(edition);
  const { tokens } = confidentialOf(built.request);
  const withToken =
    event.token === null
      ? built
      : changedConfidential(built, { tokens: { ...tokens, [notice]: event.token } });
  return recorded(noticeDue(withToken, notice, "delivery"), "packaged", {
    edition,
    bytes,
    files,
    sha256,
    missing: event.package.missing.length,
  });
};

/** Whether the package can be fetched is for the caller to have checked; this counts, and leaves a receipt. */
export const packageDownloaded = (change: Change): Result<Change, NotPossibleNow> => {
  const held = change.request.package;
  if (held === null) return err(new NotPossibleNow("There is no package."));
  return ok(
    recorded(changed(change, { package: { ...held, downloads: held.downloads + 1 } }), "downloaded", {
      edition: held.edition,
    }),
  );
};
