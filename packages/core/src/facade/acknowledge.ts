import { addressBookId } from "../bridge/address-book.ts";
import { sameDigest, sha256 } from "../crypto.ts";
import { KeyDestroyed, NotPossibleNow, StorageFailed, TokenRejected } from "../errors.ts";
import { addressOnRecordActorId } from "../request/actor.ts";
import type { Acknowledgement, Request } from "../request/request.ts";
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "../result.ts";
import { type ApplyError, apply } from "../runner/apply.ts";
import { addressOnRecord } from "../runner/effects/addresses.ts";
import { lastPlaceOf, lineOf } from "../runner/line.ts";
import { load } from "../runner/load.ts";
import { fromStored } from "../runner/record.ts";
import type { Services } from "../runner/services.ts";
import { sameMailbox } from "./same-mailbox.ts";
import { type RequestView, viewOf } from "./view.ts";

/** By the token of the link. */
export const acknowledge = (services: Services, token: string): ResultAsync<RequestView, ApplyError> =>
  acknowledgeWith(services, sha256(token), "tokenHash", () => okAsync(undefined));

/** By the token of the reply address, which counts only together with whom the reply is proven to come from. */
export const acknowledgeByReply = (
  services: Services,
  { token, from }: { readonly token: string; readonly from: string },
): ResultAsync<RequestView, ApplyError> =>
  acknowledgeWith(services, sha256(token.toLowerCase()), "replyTokenHash", (request) =>
    comesFromAddressOnRecord(services, request, from),
  );

const acknowledgeWith = (
  services: Services,
  hash: string,
  which: keyof Pick<Acknowledgement, "tokenHash" | "replyTokenHash">,
  check: (request: Request) => ResultAsync<void, ApplyError>,
): ResultAsync<RequestView, ApplyError> => {
  return services.requestStore
    .readByTokenHash(hash)
    .andThen((stored) =>
      stored === undefined ? errAsync(new TokenRejected("unknown")) : load(services, stored),
    )
    .andThen((opened) => {
      // The same index finds the tokens of downloads, and those of the other way; they acknowledge nothing here.
      if (!sameDigest(opened.request.acknowledgement[which] ?? "", hash))
        return errAsync(new TokenRejected("unknown"));
      // Nobody is looked up for what is answered already, or cannot be any more.
      const { acknowledgement, phase } = opened.request;
      if (acknowledgement.acknowledgedAt !== null) return errAsync(new TokenRejected("used"));
      if (phase === "closed") return errAsync(new TokenRejected("expired"));
      const sources = services.sources.of(opened.request.tenant).map(({ descriptor }) => descriptor);
      return check(opened.request)
        .andThen(() => lineOf(services, opened.request, opened.request.pseudonyms))
        .andThen((line) =>
          apply(
            services,
            opened.request,
            { type: "acknowledged", sources, lastPlace: lastPlaceOf(line) },
            addressOnRecordActorId,
            opened,
          ),
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

/** Nothing of the token is used up where it comes from somebody else. */
const comesFromAddressOnRecord = (
  services: Services,
  request: Request,
  from: string,
): ResultAsync<void, ApplyError> =>
  new ResultAsync(
    (async (): Promise<Result<void, ApplyError>> => {
      const found = await addressOnRecord({
        services,
        request,
        signal: services.stopped,
      });
      if (found.isErr() && found.error.problem !== "no-address")
        return err(new StorageFailed(addressBookId, "address-on-record", { cause: found.error }));
      return found.isOk() && sameMailbox(found.value, from)
        ? ok(undefined)
        : err(new TokenRejected("another-address"));
    })(),
  );
