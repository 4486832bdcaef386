import { asJson } from "../as-json.ts";
import { seal, unseal } from "../crypto.ts";
import { Damaged, RequestNotFound } from "../errors.ts";
import { formToday, inFormOfToday } from "../forms/forms.ts";
import { confidentialForms } from "../forms/requests/confidential-forms.ts";
import { requestForms } from "../forms/requests/forms.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { JsonObject, RequestKey, StoredRequest } from "../ports/request-store.ts";
import { ownNames } from "../request/claims.ts";
import { actOf } from "../request/guard.ts";
import { keptBackBy } from "../request/notices.ts";
import { duplicateKeyOf } from "../request/open.ts";
import { outageClaim } from "../request/outage.ts";
import { isGone, isLeft } from "../request/outcomes.ts";
import { type Confidential, packagesIn, type Request } from "../request/request.ts";
import type { Rules } from "../request/rules.ts";
import { err, ok, Result } from "../result.ts";
import { lookedAfterBy, wakeAt } from "../workflows/actions.ts";
import { isRequest } from "./request-shape.ts";
import { stateOf } from "./signed-end.ts";

interface State {
  readonly form: number;
  readonly request: Omit<Request, "confidential">;
}

const isState = (state: JsonObject): state is JsonObject & State =>
  state["form"] === formToday(requestForms) && isRequest(state["request"]);

const place = ({ tenant, id }: RequestKey): string => JSON.stringify(["request", tenant, id]);

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * A request as it is stored; `key` is null once it is destroyed.
 *
 * Errors: `Damaged` where nobody could read it: such a record could not be ended by anybody, and is stored nowhere.
 */
export const toStored = (
  request: Request,
  key: Uint8Array | null,
  rules: Rules,
  randomness: Randomness,
): Result<StoredRequest, Damaged> => {
  const { confidential, asRead: _, ...rest } = request;
  const { tenant, id, version, kind, category, receivedAt, claims } = request;
  const sealed =
    key === null || confidential === null
      ? null
      : seal(
          key,
          place(request),
          bytesOf(JSON.stringify({ form: formToday(confidentialForms([])), ...confidential })),
          randomness,
        );
  const { tokenHash, replyTokenHash } = request.acknowledgement;
  const links = packagesIn(request).map((held) => held.tokenHash);
  const tokenHashes = [tokenHash, replyTokenHash, ...links];
  // What is stored is exactly what will be read.
  const state = asJson({ form: formToday(requestForms), request: rest }) as JsonObject;
  if (!isState(state)) {
    const cause = new TypeError("It was about to be stored in a form in which it cannot be read.");
    return err(new Damaged(nameOf(request), { cause }));
  }
  return ok({
    tenant,
    id,
    version,
    kind,
    category,
    receivedAt,
    open: request.phase !== "closed",
    duplicateKey: duplicateKeyOf(request),
    claims: [...claims, ...lookedAfterBy(request).map(outageClaim)],
    about: [
      ...(request.phase !== "closed" ||
      hasPackageToBeFound(request) ||
      hasLeftSomething(request) ||
      hasToTell(request)
        ? ownNames(request)
        : []),
      // Whoever hears from the source finds it by that, also once it is closed.
      ...keptBackBy(request.notices).map(({ source }) => outageClaim(source)),
    ],
    tokenHashes: tokenHashes.filter((hash) => hash !== null),
    standings: Object.values(request.standings),
    wakeAt: wakeAt(request, rules),
    state,
    sealed: sealed === null ? null : Buffer.from(sealed).toString("base64"),
  });
};

/** Whoever erases the person has to find their package; and to find it again, where it was about to write down what became of it. */
const hasPackageToBeFound = ({ package: held, key }: Request): boolean =>
  held !== null && (key === "live" || held.left !== undefined);

/** Whoever asks about the person again has to be told what is there since, though nothing leads to it any more. */
export const hasLeftSomething = ({ kind, phase, steps }: Request): boolean =>
  kind === "erasure" &&
  phase === "closed" &&
  steps.some(
    ({ outcomes, keptEarlier }) =>
      // Whoever answered for what an earlier one left is found with that.
      outcomes.some(isLeft) || (keptEarlier !== undefined && outcomes.some(isGone)),
  );

/** Who confirms an address of theirs since has to find what has still to be told, so that it does not go there. */
const hasToTell = ({ key, notices }: Request): boolean =>
  key === "live" &&
  notices.some(
    (notice) =>
      (notice.status === "due" || notice.status === "failed") &&
      (actOf(notice) === "conclude" || actOf(notice) === "hand-over"),
  );

/**
 * What can be read without the key: everything but what is personal.
 *
 * Errors: `Damaged`, with `isNewer` where newer code has stored it.
 */
export const fromStored = (stored: StoredRequest): Result<Request, Damaged> =>
  inFormOfToday(requestForms, stored.state, nameOf(stored)).andThen((state) => {
    if (!isState(state)) return err(new Damaged(nameOf(stored)));
    const { request } = state;
    const isOther =
      request.id !== stored.id || request.tenant !== stored.tenant || request.version !== stored.version;
    if (isOther) return err(new Damaged(nameOf(stored)));
    const read = { ...request, confidential: null };
    return ok(
      state === stored.state ? read : { ...read, asRead: stateOf(stored.state["request"] as JsonObject) },
    );
  });

const nameOf = ({ id }: RequestKey): string => `Request ${id}`;

/** What a store answered, as a request without what is personal. */
export const fromFound = (stored: StoredRequest | undefined): Result<Request, RequestNotFound | Damaged> =>
  stored === undefined ? err(new RequestNotFound()) : fromStored(stored);

/** The whole request. */
export const fromSealed = (stored: StoredRequest, key: Uint8Array): Result<Request, Damaged> =>
  fromStored(stored).andThen((request) => {
    const { sealed } = stored;
    return sealed === null
      ? ok(request)
      : opened(stored, key, sealed)
          .andThen((state) => inFormOfToday(confidentialForms(request.steps), state, nameOf(stored)))
          .map(({ form: _, ...confidential }) => ({
            ...request,
            // Nobody without the key has written it.
            confidential: confidential as unknown as Confidential,
          }));
  });

const opened = (stored: StoredRequest, key: Uint8Array, sealed: string): Result<unknown, Damaged> =>
  Result.fromThrowable(
    (): unknown => JSON.parse(textOf(unseal(key, place(stored), Buffer.from(sealed, "base64")))),
    (cause) => (cause instanceof Damaged ? cause : new Damaged(nameOf(stored), { cause })),
  )();
