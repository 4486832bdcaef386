import { z } from "zod";
import { userIdType } from "../bridge/directory-source.ts";
import { newConfirmation, newId } from "../crypto.ts";
import {
  type Damaged,
  type IdempotencyKeyReused,
  InvalidInput,
  type KeyDestroyed,
  type NotAllowed,
  type RequestNotFound,
  StorageFailed,
} from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { RequestKey } from "../ports/request-store.ts";
import type { Actor } from "../request/actor.ts";
import { dayIn } from "../request/deadline/time-zone.ts";
import {
  type Category,
  categoriesReached,
  categorySchema,
  isAboutUsers,
  type RequestKind,
  requestKindSchema,
} from "../request/kinds.ts";
import { isAhead } from "../request/line.ts";
import { type AskedNow, answersAlso, mayBeAnother, openRequest } from "../request/open.ts";
import type { Acknowledger, Request } from "../request/request.ts";
import { isOpening } from "../request/sources.ts";
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "../result.ts";
import { announce } from "../runner/apply.ts";
import { audited } from "../runner/commit.ts";
import { deadlineDates } from "../runner/deadline-dates.ts";
import { createRequestKey, destroyRequestKey, pseudonymsOf } from "../runner/keys.ts";
import { newPersonMark } from "../runner/person-keys.ts";
import { fromFound, fromStored, toStored } from "../runner/record.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import { checkTenant, type NamedTypes, namedTypes } from "../runner/served.ts";
import type { Services } from "../runner/services.ts";
import {
  type FoundIdentifier,
  type GivenIdentifier,
  givenIdentifierSchema,
  type Identifier,
  isSteady,
  mailboxSchema,
  normaliseEmail,
} from "../subject/identifier.ts";
import { leading, sharedTypesOf, withShared } from "../subject/vouching.ts";
import type { FacadeContext } from "./context.ts";
import { idempotencyKeySchema, type OnceOnly, onceOnly, sameAsBefore } from "./idempotency.ts";
import { authorise, type PolicyAction } from "./policy.ts";
import { type RequestView, viewOf } from "./view.ts";

export interface Submission {
  readonly actor: Actor;
  readonly kind: RequestKind;
  readonly category: Category;
  /** The email address of the person that the request is about. */
  readonly email: string;
  /** What else they are known by, where the application knows. */
  readonly identifiers?: readonly GivenIdentifier[];
  /**
   * When the request came in, where that was earlier: a letter, a message over the weekend. RFC 3339, with an offset.
   * The deadline counts from there. Default: now.
   */
  readonly receivedAt?: string;
  /** Who acknowledges this one. Default: what `createSubjectRights` was told. */
  readonly acknowledgedBy?: Acknowledger;
  /**
   * Names this submission, 1 to 200 characters of ASCII without spaces: the same actor with the same key gets the request
   * that the first call made, even once it is closed, and never a second one. Left out: only an open request is found.
   */
  readonly idempotencyKey?: string;
}

export interface Submitted extends NamedTypes {
  readonly request: RequestView;
  /**
   * True where the same was asked for already, and is still open: then `request` is that one, and it knows everything that
   * was named now. Where something is named that the open one does not know, nothing is dropped: `request` is one of its
   * own, and waits behind the other where both turn out to be about one person. So it is where nothing but an address was
   * named, and the open one was acknowledged more than a day ago: the address may have changed hands. What this idempotency key has made before
   * is answered as it was then, with false.
   */
  readonly alreadyOpen: boolean;
}

export type SubmitError =
  | InvalidInput
  | NotAllowed
  | IdempotencyKeyReused
  | StorageFailed
  | KeyDestroyed
  | Damaged
  | RequestNotFound;

/** What only the library says of a submission. */
export interface Knowing {
  /** Others have the same address, or may have: it leads to nobody before somebody has decided. */
  readonly isAddressShared: boolean;
}

/** One of several submissions that are made under one idempotency key. */
export interface PartOf {
  readonly asked: readonly unknown[];
  readonly part: number;
}

/** A schema for each field of a submission, but for who makes it. */
export const submissionShape = {
  kind: requestKindSchema,
  category: categorySchema,
  email: mailboxSchema,
  identifiers: z.array(givenIdentifierSchema).max(20).optional(),
  receivedAt: z.iso.datetime({ offset: true }).optional(),
  acknowledgedBy: z.enum(["tenant-admin", "data-subject"]).optional(),
  idempotencyKey: idempotencyKeySchema.optional(),
};

export const submit = (
  context: FacadeContext,
  submission: Submission,
  action: PolicyAction = submission.kind === "export" ? "submit-export" : "submit-erasure",
  partOf?: PartOf,
  { isAddressShared }: Knowing = { isAddressShared: false },
): ResultAsync<Submitted, SubmitError> =>
  authorise(context.policy, submission.actor, action)
    .andThen(() => checkReach(context, submission.actor.tenant, submission))
    .andThen(() => {
      const { kind, category, email: mailbox, identifiers = [], receivedAt, idempotencyKey } = submission;
      const email = normaliseEmail(mailbox);
      const types = namedTypes(context.services, submission.actor.tenant, identifiers);
      const store = (once: OnceOnly | null) =>
        ResultAsync.combine([
          checkReceipt(context, receivedAt).asyncAndThen((at) => okAsync(at)),
          listedIds(context, submission.actor, category, email, identifiers),
        ]).andThen(([at, listed]) =>
          storeNew(
            { ...context, acknowledgedBy: submission.acknowledgedBy ?? context.acknowledgedBy },
            submission.actor,
            kind,
            category,
            at,
            once,
            withShared(
              [{ type: "email", value: email, shared: isAddressShared }, ...identifiers, ...listed],
              sharedTypesOf(context.services.sources.of(submission.actor.tenant)),
            ),
            types,
            mailbox,
          ),
        );
      const alone = { asked: [kind, category, email, identifiers, receivedAt ?? null], part: 0 };
      const submitted =
        idempotencyKey === undefined
          ? store(null)
          : submitOnce(context, submission.actor, idempotencyKey, partOf ?? alone, store);
      return submitted.map((each) => ({ ...each, ...types }));
    });

/**
 * What the list of users calls a user who was named by nothing but an address: they may have another one by the time the
 * request is acknowledged, or somebody else may have theirs.
 */
const listedIds = (
  { services: { userDirectory } }: FacadeContext,
  { tenant }: Actor,
  category: Category,
  email: string,
  given: readonly Identifier[],
): ResultAsync<Identifier[], StorageFailed> =>
  userDirectory === null || !isAboutUsers([category]) || given.some(({ type }) => type === userIdType)
    ? okAsync([])
    : userDirectory
        .find({ tenant, ids: [], emails: [email] })
        .map((users) =>
          users.length === 1
            ? users.flatMap(({ id }) => (id === null ? [] : [{ type: userIdType, value: id }]))
            : [],
        );

/** Answers what was made under this key before; where there is nothing yet, makes it. */
const submitOnce = (
  { services }: FacadeContext,
  actor: Actor,
  key: string,
  { asked, part }: PartOf,
  store: (once: OnceOnly) => ResultAsync<Submitted, SubmitError>,
): ResultAsync<Submitted, SubmitError> =>
  onceOnly(services, actor, key, asked, part).andThen((once) => {
    const before = () => submittedBefore(services, actor, once);
    return before().andThen(
      (found): ResultAsync<Submitted, SubmitError> =>
        found !== null
          ? okAsync(found)
          : store(once).orElse(
              (error): ResultAsync<Submitted, SubmitError> =>
                // Another call with the same key may have been faster: an id that is taken is refused.
                error instanceof StorageFailed
                  ? before().andThen((now) => (now === null ? err(error) : ok(now)))
                  : errAsync(error),
            ),
    );
  });

/** What was made under this key before; null where there is nothing. */
export const submittedBefore = (
  services: Services,
  { tenant }: Actor,
  once: OnceOnly,
): ResultAsync<Submitted | null, StorageFailed | Damaged | IdempotencyKeyReused> =>
  services.requestStore.read({ tenant, id: once.id }).andThen((stored) =>
    stored === undefined
      ? ok(null)
      : fromStored(stored).andThen((request) =>
          sameAsBefore(once, request.submission).map(() => ({
            request: viewOf(request, services),
            alreadyOpen: false,
          })),
        ),
  );

/** A request that no source could have a part in would be "completed" without anybody having looked. */
const checkReach = (
  { services }: FacadeContext,
  tenant: string,
  { kind, category }: Pick<Submission, "kind" | "category">,
): Result<void, InvalidInput> => {
  const known = checkTenant(services, tenant);
  if (known.isErr()) return err(known.error);
  const categories = categoriesReached(kind, category);
  const isReached = services.sources.of(tenant).some(({ descriptor }) => isOpening(descriptor, categories));
  return isReached
    ? ok(undefined)
    : err(
        new InvalidInput([
          { path: "category", message: "no registered data source holds data of this category" },
        ]),
      );
};

const checkReceipt = (
  { services }: FacadeContext,
  given: string | undefined,
): Result<Instant, InvalidInput> => {
  const now = services.clock.now();
  const receivedAt = given === undefined ? now : new Date(given);
  return receivedAt <= now
    ? ok(instant(receivedAt))
    : err(new InvalidInput([{ path: "receivedAt", message: "a request cannot come in in the future" }]));
};

const storeNew = (
  { services, acknowledgedBy, needsApproval }: FacadeContext,
  actor: Actor,
  kind: RequestKind,
  category: Category,
  receivedAt: Instant,
  once: OnceOnly | null,
  identifiers: readonly FoundIdentifier[],
  types: NamedTypes,
  mailbox: string,
): ResultAsync<Submitted, SubmitError> => {
  const { clock, randomness, rules, requestStore, calendar, timeZone } = services;
  const key = { tenant: actor.tenant, id: once?.id ?? newId(randomness) };
  const receivedOn = dayIn(timeZone, receivedAt);
  const answered = (open: Request): Result<Submitted, IdempotencyKeyReused> =>
    (once !== null && open.id === once.id ? sameAsBefore(once, open.submission) : ok(undefined)).map(() => ({
      request: viewOf(open, services),
      alreadyOpen: open.id !== key.id,
    }));
  const prepared = (pseudonyms: readonly string[]) =>
    deadlineDates(calendar, timeZone, receivedOn).andThen((dates) =>
      createRequestKey(services, key).andThen((secret) =>
        ResultAsync.combine([
          newPersonMark(services, key, pseudonyms[0] ?? ""),
          recordedAs(services, actor),
          // Whoever could not say wants no erasure that nobody has approved.
          needsApproval.asks({ tenant: actor.tenant, kind, category }).orElse(() => okAsync(true)),
        ]).map(([person, by, approval]) => ({ dates, secret, person, by, approval })),
      ),
    );
  const insert = (
    pseudonyms: readonly string[],
    besides: string | null,
  ): ResultAsync<Submitted, SubmitError> =>
    prepared(pseudonyms).andThen(({ dates, secret, person, by, approval }) => {
      const opened = openRequest(
        {
          ...key,
          kind,
          category,
          identifiers,
          ...(identifiers.every(({ value }) => value !== mailbox) && { mailbox }),
          pseudonyms,
          besides,
          ...types,
          person,
          acknowledgedBy,
          submission: once?.submission ?? null,
          needsApproval: approval,
          deadline: { ...dates, timeZone, receivedOn },
          ...newConfirmation(randomness),
          actor: by,
          at: instant(clock.now()),
        },
        rules,
      );
      const { request, entries } = audited(services, null, opened.request, opened.entries);
      return toStored(request, secret, rules, randomness)
        .asyncAndThen((stored) => requestStore.insert({ request: stored, entries }))
        .andThen((answer): ResultAsync<Submitted, SubmitError> => {
          if (answer.outcome === "duplicate") {
            return forgetKey(services, key, once)
              .andThen(() => requestStore.read({ tenant: actor.tenant, id: answer.requestId }))
              .andThen(fromFound)
              .andThen(answered);
          }
          announce(services, request);
          return okAsync({ request: viewOf(request, services), alreadyOpen: false });
        });
    });
  const namesNumber = leading(identifiers).some(isSteady);
  const at = instant(clock.now());
  return pseudonymsOf(services, actor.tenant, identifiers).andThen((pseudonyms) =>
    openBefore(services, actor.tenant, { kind, category, pseudonyms, namesNumber, at }).andThen(
      ({ open, besides }): ResultAsync<Submitted, SubmitError> | Result<Submitted, SubmitError> =>
        open === null ? insert(pseudonyms, besides?.id ?? null) : answered(open),
    ),
  );
};

/**
 * The open request that has all that is asked for now, the first of them; and the last of those that may be somebody else's.
 * One that cannot be read is nobody's answer.
 */
const openBefore = (
  { requestStore }: Services,
  tenant: string,
  asked: AskedNow,
): ResultAsync<{ readonly open: Request | null; readonly besides: Request | null }, StorageFailed> =>
  requestStore.findAbout({ tenant, pseudonyms: asked.pseudonyms.slice(0, 1) }).map((found) => {
    const same = found
      .flatMap((stored) => fromStored(stored).unwrapOr([]))
      .filter((request) => answersAlso(request, asked))
      .toSorted((one, other) => (isAhead(one, other) ? -1 : 1));
    const open = same.find((request) => !mayBeAnother(request, asked)) ?? null;
    return { open, besides: same.at(-1) ?? null };
  });

/**
 * The key that was made for a request that was not stored. Under an idempotency key another call may be storing a request
 * of the same id at this moment: then it stays, and protects nothing.
 */
const forgetKey = (
  services: Services,
  key: RequestKey,
  once: OnceOnly | null,
): ResultAsync<void, StorageFailed> =>
  once === null ? destroyRequestKey(services, key) : okAsync(undefined);
