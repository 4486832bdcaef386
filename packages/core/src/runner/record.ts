import { z } from "zod";
import { seal, unseal } from "../crypto.ts";
import { Damaged, RequestNotFound } from "../errors.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { JsonObject, RequestKey, StoredRequest } from "../ports/request-store.ts";
import { duplicateKeyOf } from "../request/open.ts";
import { outageClaim } from "../request/outage.ts";
import type { Confidential, Request } from "../request/request.ts";
import type { Rules } from "../request/rules.ts";
import { err, ok, Result } from "../result.ts";
import { lookedAfterBy, wakeAt } from "../workflows/actions.ts";

/** The form that `state` has. A record in a form that this code does not know is refused, not guessed at. */
const form = 1;

/** Written by `toStored` and by nothing else, so the form is all that has to be checked. */
const stateSchema = z.object({
  form: z.literal(form),
  request: z.custom<Omit<Request, "confidential">>((value) => typeof value === "object" && value !== null),
});

const place = ({ tenant, id }: RequestKey): string => JSON.stringify(["request", tenant, id]);

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A request as it is stored; `key` is null once it is destroyed. */
export const toStored = (
  request: Request,
  key: Uint8Array | null,
  rules: Rules,
  randomness: Randomness,
): StoredRequest => {
  const { confidential, ...rest } = request;
  const { tenant, id, version, kind, category, receivedAt, claims } = request;
  const sealed =
    key === null || confidential === null
      ? null
      : seal(key, place(request), bytesOf(JSON.stringify(confidential)), randomness);
  const { tokenHash, replyTokenHash } = request.acknowledgement;
  const tokenHashes = [tokenHash, replyTokenHash, request.package?.tokenHash ?? null];
  return {
    tenant,
    id,
    version,
    kind,
    category,
    receivedAt,
    open: request.phase !== "closed",
    duplicateKey: duplicateKeyOf(request),
    claims: [...claims, ...lookedAfterBy(request).map(outageClaim)],
    tokenHashes: tokenHashes.filter((hash) => hash !== null),
    wakeAt: wakeAt(request, rules),
    // Through JSON and back: what is stored is exactly what will be read.
    state: JSON.parse(JSON.stringify({ form, request: rest })) as JsonObject,
    sealed: sealed === null ? null : Buffer.from(sealed).toString("base64"),
  };
};

/** What can be read without the key: everything but what is personal. */
export const fromStored = (stored: StoredRequest): Result<Request, Damaged> => {
  const { success, data } = stateSchema.safeParse(stored.state);
  if (!success) return err(new Damaged(`Request ${stored.id}`));
  const { id, tenant, version } = data.request;
  return id === stored.id && tenant === stored.tenant && version === stored.version
    ? ok({ ...data.request, confidential: null })
    : err(new Damaged(`Request ${stored.id}`));
};

/** What a store answered, as a request without what is personal. */
export const fromFound = (stored: StoredRequest | undefined): Result<Request, RequestNotFound | Damaged> =>
  stored === undefined ? err(new RequestNotFound()) : fromStored(stored);

/** The whole request. */
export const fromSealed = (stored: StoredRequest, key: Uint8Array): Result<Request, Damaged> =>
  fromStored(stored).andThen((request) => {
    const { sealed } = stored;
    return sealed === null
      ? ok(request)
      : opened(stored, key, sealed).map((confidential) => ({ ...request, confidential }));
  });

const opened = (stored: StoredRequest, key: Uint8Array, sealed: string): Result<Confidential, Damaged> =>
  Result.fromThrowable(
    () => JSON.parse(textOf(unseal(key, place(stored), Buffer.from(sealed, "base64")))) as Confidential,
    (cause) => (cause instanceof Damaged ? cause : new Damaged(`Request ${stored.id}`, { cause })),
  )();
