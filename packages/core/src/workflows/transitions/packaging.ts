import { NotPossibleNow, TokenRejected } from "../../errors.ts";
import { earliest, type Instant } from "../../instant.ts";
import {
  after,
  type Change,
  changed,
  changedConfidential,
  noticeInPlaceOf,
  recorded,
  withdrawn,
} from "../../request/change.ts";
import { actOf, mayGoOn } from "../../request/guard.ts";
import { isLeftTo } from "../../request/left-packages.ts";
import { deliveryNotice, secretNotice } from "../../request/notices.ts";
import {
  type EarlierPackage,
  type ExportPackage,
  isDecided,
  packagesIn,
  type Request,
} from "../../request/request.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import { hasArrived, mayPackage, partsOf } from "../export.ts";
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
  const earlier = stillLinked(request, change.now);
  const built = changed(undelivered(change), {
    phase: "packaged",
    package: {
      ...event.package,
      parts: event.parts,
      builtAt: change.at,
      expiresAt: after(change, rules.packageValidFor),
      downloads: 0,
      ...(earlier.length > 0 && { earlier }),
    },
  });
  const notice = deliveryNotice(edition);
  const withToken = changedConfidential(built, {
    tokens: {
      ...(event.token === null ? {} : { [notice]: event.token }),
      ...(event.secret === null ? {} : { [secretNotice(edition)]: event.secret }),
    },
  });
  const announced = noticeInPlaceOf(withToken, deliveryNotice(edition - 1), notice, "delivery");
  const withSecret =
    event.secret === null
      ? announced
      : noticeInPlaceOf(announced, secretNotice(edition - 1), secretNotice(edition), "package-secret");
  const detail = { edition, bytes, files, sha256, missing: event.package.missing.length };
  return ok(recorded(withSecret, "packaged", detail));
};

/** The letter that the person holds says until when its link is good: what follows it may be long on its way. */
const stillLinked = ({ package: held }: Request, now: Instant): readonly EarlierPackage[] => {
  // Nobody has said that the names that led to what is in it are the person's.
  if (held === null || held.inDoubt) return [];
  const { parts: _, left: __, earlier = [], ...replaced } = held;
  return [...earlier, replaced].filter(({ tokenHash, expiresAt }) => tokenHash !== null && now < expiresAt);
};

/**
 * A delivery that was not sent by now would hand out another package under the name of an older one, and the secret of an
 * older one would open nothing.
 */
export const undelivered = (change: Change): Change =>
  withdrawn(change, (notice) => actOf(notice) === "hand-over");

/** To be made anew, whatever is in it. */
const outOfDate = ({ parts: _, ...held }: ExportPackage): ExportPackage => held;

/** A name that led to what is in it may be somebody else's. */
export const inDoubt = (held: ExportPackage): ExportPackage => ({ ...outOfDate(held), inDoubt: true });

/**
 * Somebody has said whose a name is. While a package is in doubt for that, its link works on, and so do those of the ones
 * before it: all of them end at once where it is somebody else's, and none does where that was all that was to be decided.
 */
export const packageDecided = (change: Change, answer: "same-person" | "somebody-else"): Change => {
  const { package: held } = change.request;
  if (held?.inDoubt !== true) return change;
  const { inDoubt: _, ...undoubted } = held;
  if (answer === "same-person")
    return isDecided(change.request) ? changed(change, { package: undoubted }) : change;
  const { earlier: __, ...ended } = undoubted;
  const expiresAt = earliest([held.expiresAt, change.now]) ?? change.now;
  return changed(change, { package: { ...ended, expiresAt } });
};

/** Has the package made, and announced, once more: from what is collected, and without asking any source again. */
export const packagedAnew = (change: Change): Change => {
  const { package: held, phase } = change.request;
  if (held === null) return change;
  return changed(undelivered(change), {
    package: outOfDate(held),
    ...(phase === "packaged" ? { phase: "collecting" } : {}),
  });
};

/** Nobody is sent what cannot be opened or fetched any more: they get a package, and a letter, that hold. */
export const packageExpired = (
  change: Change,
  event: EventOf<"package-expired">,
): Result<Change, NotPossibleNow> => {
  const { package: held } = change.request;
  if (held?.edition !== event.edition || change.now < held.expiresAt || hasArrived(change.request)) {
    return err(new NotPossibleNow("There is no package that expired before it was delivered."));
  }
  return ok(recorded(packagedAnew(change), "package-expired", { edition: held.edition }));
};

/**
 * Whether the package is still there is for the caller to have checked; this counts, and leaves a receipt. Two at the
 * same moment cannot both be the last.
 */
export const packageDownloaded = (
  change: Change,
  { byLink, edition }: EventOf<"package-downloaded">,
  rules: Rules,
): Result<Change, NotPossibleNow | TokenRejected> => {
  const { package: newest, phase } = change.request;
  const held = packagesIn(change.request).find((each) => edition === undefined || each.edition === edition);
  if (newest === null || held === undefined) return err(new NotPossibleNow("There is no package."));
  if (!mayGoOn(change.request, "hand-over")) {
    return err(
      phase === "closed"
        ? new TokenRejected("expired")
        : new NotPossibleNow("While it is in doubt who asks, the package is not handed out."),
    );
  }
  if (!isLeftTo(newest, byLink)) {
    return err(new NotPossibleNow("The person was erased: nobody else can fetch the package."));
  }
  const { downloadsByLink = 0 } = held;
  if (byLink && rules.downloads !== null && downloadsByLink >= rules.downloads) {
    return err(new TokenRejected("used"));
  }
  const counted = {
    downloads: held.downloads + 1,
    ...(byLink ? { downloadsByLink: downloadsByLink + 1 } : {}),
  };
  return ok(recorded(counting(change, held.edition, counted), "downloaded", { edition: held.edition }));
};

/** Nothing of it was handed out, so that it does not count: the person can use their link when it may be used again. */
export const downloadStopped = (
  change: Change,
  { edition, byLink }: EventOf<"download-stopped">,
): Result<Change, NotPossibleNow> => {
  const held = packagesIn(change.request).find((each) => each.edition === edition);
  if (held === undefined || held.downloads === 0)
    return err(new NotPossibleNow("There is no such download."));
  const { downloadsByLink = 0 } = held;
  const counted = {
    downloads: held.downloads - 1,
    ...(byLink && { downloadsByLink: Math.max(0, downloadsByLink - 1) }),
  };
  return ok(recorded(counting(change, edition, counted), "download-stopped", { edition }));
};

const counting = (
  change: Change,
  edition: number,
  counted: Pick<ExportPackage, "downloads" | "downloadsByLink">,
): Change => {
  const { package: newest } = change.request;
  if (newest === null) return change;
  if (newest.edition === edition) return changed(change, { package: { ...newest, ...counted } });
  const earlier = (newest.earlier ?? []).map((each) =>
    each.edition === edition ? { ...each, ...counted } : each,
  );
  return changed(change, { package: { ...newest, earlier } });
};
