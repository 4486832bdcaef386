import { sameDigest, sha256 } from "../crypto.ts";
import { type InvalidInput, PackageNotAvailable, TokenRejected } from "../errors.ts";
import { instant } from "../instant.ts";
import { addressOnRecordActorId, type RecordedActor } from "../request/actor.ts";
import { isLeftTo } from "../request/left-packages.ts";
import { type EarlierPackage, packagesIn } from "../request/request.ts";
import { errAsync, type ResultAsync } from "../result.ts";
import { type ApplyError, apply } from "../runner/apply.ts";
import { load, type Opened } from "../runner/load.ts";
import { handingOut } from "../runner/open-package.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import type { Services } from "../runner/services.ts";
import type { ChangeError, FacadeContext, OnRequest } from "./context.ts";
import { authorise } from "./policy.ts";

/** An export package that is being fetched. */
export interface FetchedPackage {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Of the ZIP, in hex. */
  readonly sha256: string;
  /**
   * The bytes. Iterating throws `StorageFailed` where they cannot be read, `Damaged` where they are not what was
   * written, and `NotPossibleNow` where the request was stopped before the first of them.
   */
  read(): AsyncIterable<Uint8Array>;
}

/** Export packages. Each fetching leaves a receipt in the audit. */
export interface Packages {
  /**
   * Fetches a package with the token from the delivery message, as often as `rules.downloads` allows. What counts is that
   * it was handed out: a transfer that breaks off has to be begun anew, one that is stopped before its first byte does not
   * count.
   *
   * Errors: `TokenRejected`, `unknown`, `expired` or `used`; `StorageFailed`.
   */
  download(input: {
    readonly token: string;
  }): ResultAsync<FetchedPackage, InvalidInput | ApplyError | PackageNotAvailable>;
  /**
   * Fetches a package for somebody who may. Errors: `PackageNotAvailable` where there is none, or none any more: it has
   * expired, or the person was erased since.
   */
  fetch(input: OnRequest): ResultAsync<FetchedPackage, ChangeError | PackageNotAvailable>;
}

export const packagesOf = ({ services, policy }: FacadeContext): Packages => ({
  download: ({ token }) => {
    const hash = sha256(token);
    return services.requestStore
      .readByTokenHash(hash)
      .andThen((stored) =>
        stored === undefined ? errAsync(new TokenRejected("unknown")) : load(services, stored),
      )
      .andThen((opened) => {
        const held = packagesIn(opened.request).find(({ tokenHash }) => sameDigest(tokenHash ?? "", hash));
        return held === undefined
          ? errAsync(new TokenRejected("unknown"))
          : fetch(services, opened, held, addressOnRecordActorId, true);
      })
      .mapErr((error) => (error instanceof PackageNotAvailable ? new TokenRejected("expired") : error));
  },

  fetch: ({ actor, requestId }) =>
    authorise(policy, actor, "fetch-package")
      .andThen(({ tenant }) => load(services, { tenant, id: requestId }))
      .andThen((opened) =>
        recordedAs(services, actor).andThen((by) =>
          fetch(services, opened, opened.request.package, by, false),
        ),
      )
      .mapErr((error) => (error instanceof TokenRejected ? new PackageNotAvailable() : error)),
});

const fetch = (
  services: Services,
  opened: Opened,
  held: EarlierPackage | null,
  actor: RecordedActor,
  byLink: boolean,
): ResultAsync<FetchedPackage, ApplyError | PackageNotAvailable> => {
  const { key, request: before } = opened;
  if (held === null || key === null || instant(services.clock.now()) >= held.expiresAt) {
    return errAsync(new PackageNotAvailable());
  }
  // Once the person was erased, it is theirs alone: whoever might fetch it before may not any more.
  if (!isLeftTo(before.package ?? {}, byLink)) return errAsync(new PackageNotAvailable());
  const { edition } = held;
  // Where that cannot be stored either, it stays counted.
  const stopped = async () =>
    (await apply(services, opened.request, { type: "download-stopped", edition, byLink }, actor)).isOk();
  return apply(services, opened.request, { type: "package-downloaded", edition, byLink }, actor, opened).map(
    ({ request }) => ({
      filename: `personal-data-${request.id}.zip`,
      contentType: "application/zip",
      bytes: held.bytes,
      sha256: held.sha256,
      read: () => handingOut(services, request, held, key, byLink, stopped),
    }),
  );
};
