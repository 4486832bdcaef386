import { sameDigest, sha256 } from "../crypto.ts";
import { NotPossibleNow, TokenRejected } from "../errors.ts";
import { addressOnRecordActorId } from "../request/actor.ts";
import { errAsync, type ResultAsync } from "../result.ts";
import { type ApplyError, apply } from "../runner/apply.ts";
import { load } from "../runner/load.ts";
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
      // Somebody else was faster with the same token, or it was used long ago; or the request is over.
      error instanceof NotPossibleNow ? rejection(services, hash) : errAsync(error),
    )
    .map(({ request }) => viewOf(request, services));
};

const rejection = (services: Services, hash: string): ResultAsync<never, ApplyError> =>
  services.requestStore
    .readByTokenHash(hash)
    .andThen((stored) =>
      stored === undefined ? errAsync(new TokenRejected("unknown")) : load(services, stored),
    )
    .andThen(({ request }) =>
      errAsync(new TokenRejected(request.acknowledgement.acknowledgedAt === null ? "expired" : "used")),
    );
