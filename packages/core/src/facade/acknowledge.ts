import { sameDigest, sha256 } from "../crypto.ts";
import { KeyDestroyed, NotPossibleNow, TokenRejected } from "../errors.ts";
import { addressOnRecordActorId } from "../request/actor.ts";
import { err, errAsync, type ResultAsync } from "../result.ts";
import { type ApplyError, apply } from "../runner/apply.ts";
import { load } from "../runner/load.ts";
import { fromStored } from "../runner/record.ts";
import type { Services } from "../runner/services.ts";
import { type RequestView, viewOf } from "./view.ts";

export const acknowledge = (services: Services, token: string): ResultAsync<RequestView, ApplyError> => {
  const hash = sha256(String(token));
  const sources = [...services.sources.values()].map(({ descriptor }) => descriptor);
  return services.requestStore
    .readByTokenHash(hash)
    .andThen((stored) =>
      stored === undefined ? errAsync(new TokenRejected("unknown")) : load(services, stored),
    )
    .andThen((opened) => {
      const { acknowledgement } = opened.request;
      // The same index finds the tokens of downloads; those acknowledge nothing.
      if (!sameDigest(acknowledgement.tokenHash ?? "", hash)) return errAsync(new TokenRejected("unknown"));
      return apply(
        services,
        opened.request,
        { type: "acknowledged", sources },
        addressOnRecordActorId,
        opened,
      );
    })
    .orElse((error) =>
      // Somebody else was faster with the same token, or it was used long ago; or the request is over, and its key
      // may be gone at this moment.
      error instanceof NotPossibleNow || error instanceof KeyDestroyed
        ? rejection(services, hash, error)
        : errAsync(error),
    )
    .map(({ request }) => viewOf(request, services));
};

/** What was said already can be told without the key; an open request that lost its key is another matter. */
const rejection = (
  services: Services,
  hash: string,
  error: NotPossibleNow | KeyDestroyed,
): ResultAsync<never, ApplyError> =>
  services.requestStore
    .readByTokenHash(hash)
    .andThen((stored) => (stored === undefined ? err(new TokenRejected("unknown")) : fromStored(stored)))
    .andThen(({ phase, acknowledgement: { acknowledgedAt } }) =>
      error instanceof KeyDestroyed && phase !== "closed"
        ? err(error)
        : err(new TokenRejected(acknowledgedAt === null ? "expired" : "used")),
    );
