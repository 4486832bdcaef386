import { z } from "zod";
import { checkInput } from "../bridge/issues.ts";
import { newId, newToken, replyTokenOf, sha256 } from "../crypto.ts";
import {
  type Damaged,
  InvalidInput,
  type KeyDestroyed,
  type NotAllowed,
  type RequestNotFound,
  type StorageFailed,
} from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { Actor } from "../request/actor.ts";
import { dayIn } from "../request/deadline/time-zone.ts";
import {
  type Category,
  categoriesReached,
  categorySchema,
  type RequestKind,
  requestKindSchema,
} from "../request/kinds.ts";
import { openRequest } from "../request/open.ts";
import { err, ok, okAsync, type Result, type ResultAsync } from "../result.ts";
import { announce } from "../runner/apply.ts";
import { audited } from "../runner/commit.ts";
import { deadlineDates } from "../runner/deadline-dates.ts";
import { createRequestKey, destroyRequestKey, pseudonymsOf } from "../runner/keys.ts";
import { fromFound, fromStored, toStored } from "../runner/record.ts";
import { emailSchema, type Identifier, identifierSchema } from "../subject/identifier.ts";
import type { FacadeContext } from "./context.ts";
import { authorise, type PolicyAction } from "./policy.ts";
import { type RequestView, viewOf } from "./view.ts";

export interface Submission {
  readonly actor: Actor;
  readonly kind: RequestKind;
  readonly category: Category;
  /** The email address of the person that the request is about. */
  readonly email: string;
  /** What else they are known by, where the application knows. */
  readonly identifiers?: readonly Identifier[];
  /**
   * When the request came in, where that was earlier: a letter, a message over the weekend. RFC 3339, with an offset.
   * The deadline counts from there. Default: now.
   */
  readonly receivedAt?: string;
  /**
   * A name of whoever hands the request over, for this one request: of a message, of a call. The same key of the same
   * tenant answers the same request, also when that is closed; so a submission whose answer was lost can be sent again.
   * At most 200 characters; only a keyed hash of it is stored. Default: none.
   */
  readonly idempotencyKey?: string;
}

export interface Submitted {
  readonly request: RequestView;
  /**
   * True where the same was asked for already, and is still open, or was handed over under the same key: then `request`
   * is that one.
   */
  readonly alreadyOpen: boolean;
}

export type SubmitError =
  | InvalidInput
  | NotAllowed
  | StorageFailed
  | KeyDestroyed
  | Damaged
  | RequestNotFound;

const submissionSchema = z.object({
  kind: requestKindSchema,
  category: categorySchema,
  email: emailSchema,
  identifiers: z.array(identifierSchema).max(20).default([]),
  receivedAt: z.iso.datetime({ offset: true }).optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
});

export const submit = (
  context: FacadeContext,
  submission: Submission,
  action: PolicyAction = submission.kind === "export" ? "submit-export" : "submit-erasure",
): ResultAsync<Submitted, SubmitError> =>
  authorise(context.policy, submission.actor, action)
    .andThen(() => checkInput(submissionSchema, submission))
    .andThen((checked) => checkReach(context, checked))
    .andThen((checked) => checkReceipt(context, checked))
    .andThen((checked) =>
      idOf(context, submission.actor, checked.idempotencyKey).andThen((id) =>
        submittedBefore(context, submission.actor, checked, id).andThen((before) =>
          before === null ? storeOnce(context, submission.actor, checked, id) : okAsync(before),
        ),
      ),
    );

/** Of two with the same key at the same moment one is stored; to the other the store says that the id is taken. */
const storeOnce = (
  context: FacadeContext,
  actor: Actor,
  checked: Checked,
  id: string,
): ResultAsync<Submitted, SubmitError> =>
  store(context, actor, checked, id).orElse((error) =>
    submittedBefore(context, actor, checked, id).andThen((before) =>
      before === null ? err(error) : ok(before),
    ),
  );

type Checked = Omit<z.output<typeof submissionSchema>, "receivedAt"> & { readonly receivedAt: Instant };

const namesOf = ({ email, identifiers }: Checked): readonly Identifier[] => [
  { type: "email", value: email },
  ...identifiers,
];

/** The id of a new request. One with a key has the id that follows from it, so that no second one can be stored. */
const idOf = (
  { services }: FacadeContext,
  { tenant }: Actor,
  key: string | undefined,
): ResultAsync<string, SubmitError> => {
  if (key === undefined) return okAsync(newId(services.randomness));
  return pseudonymsOf(services, tenant, [{ type: "idempotency-key", value: key }]).map(([pseudonym = ""]) =>
    newId({ bytes: (length) => Buffer.from(pseudonym, "hex").subarray(0, length) }),
  );
};

/**
 * What was submitted under the same key; null where nothing was.
 *
 * Errors: `InvalidInput` where that was something else.
 */
const submittedBefore = (
  { services }: FacadeContext,
  { tenant }: Actor,
  checked: Checked,
  id: string,
): ResultAsync<Submitted | null, SubmitError> => {
  if (checked.idempotencyKey === undefined) return okAsync(null);
  return services.requestStore.read({ tenant, id }).andThen((stored) => {
    if (stored === undefined) return okAsync(null);
    return pseudonymsOf(services, tenant, namesOf(checked)).andThen(([pseudonym]) =>
      fromStored(stored).andThen((request) =>
        request.kind === checked.kind &&
        request.category === checked.category &&
        request.pseudonyms[0] === pseudonym
          ? ok({ request: viewOf(request, services), alreadyOpen: true })
          : err(
              new InvalidInput([{ path: "idempotencyKey", message: "was used for another request already" }]),
            ),
      ),
    );
  });
};

/** A request that no source could have a part in would be "completed" without anybody having looked. */
const checkReach = <Checked extends { kind: RequestKind; category: Category }>(
  { services }: FacadeContext,
  checked: Checked,
): Result<Checked, InvalidInput> => {
  const categories = categoriesReached(checked.kind, checked.category);
  const isReached = [...services.sources.values()].some(({ descriptor }) =>
    descriptor.holds.some((category) => categories.includes(category)),
  );
  return isReached
    ? ok(checked)
    : err(
        new InvalidInput([
          { path: "category", message: "no registered data source holds data of this category" },
        ]),
      );
};

const checkReceipt = <Checked extends { receivedAt?: string | undefined }>(
  { services }: FacadeContext,
  checked: Checked,
): Result<Omit<Checked, "receivedAt"> & { readonly receivedAt: Instant }, InvalidInput> => {
  const now = services.clock.now();
  const receivedAt = checked.receivedAt === undefined ? now : new Date(checked.receivedAt);
  return receivedAt <= now
    ? ok({ ...checked, receivedAt: instant(receivedAt) })
    : err(new InvalidInput([{ path: "receivedAt", message: "a request cannot come in in the future" }]));
};

const store = (
  { services, acknowledgedBy, needsApproval }: FacadeContext,
  actor: Actor,
  checked: Checked,
  id: string,
): ResultAsync<Submitted, SubmitError> => {
  const { clock, randomness, rules, requestStore, calendar, timeZone } = services;
  const { kind, category, receivedAt } = checked;
  const identifiers = namesOf(checked);
  const key = { tenant: actor.tenant, id };
  const token = newToken(randomness);
  const receivedOn = dayIn(timeZone, receivedAt);
  const prepared = deadlineDates(calendar, timeZone, receivedOn).andThen((dates) =>
    createRequestKey(services, key).andThen((secret) =>
      pseudonymsOf(services, actor.tenant, identifiers).map((pseudonyms) => ({ dates, secret, pseudonyms })),
    ),
  );
  return prepared.andThen(({ dates, secret, pseudonyms }) => {
    const opened = openRequest(
      {
        ...key,
        kind,
        category,
        identifiers,
        pseudonyms,
        acknowledgedBy,
        needsApproval: needsApproval({ tenant: actor.tenant, kind, category }),
        deadline: { ...dates, timeZone, receivedOn },
        token,
        tokenHash: sha256(token),
        replyTokenHash: sha256(replyTokenOf(token)),
        actor: actor.id,
        at: instant(clock.now()),
      },
      rules,
    );
    const { request, entries } = audited(opened.request, opened.entries);
    const stored = toStored(request, secret, rules, randomness);
    return requestStore.insert({ request: stored, entries }).andThen((answer) => {
      if (answer.outcome === "duplicate") {
        // The same, from the same hand, at the same moment: the key is that of the request which is there.
        const discarded = answer.requestId === id ? okAsync(undefined) : destroyRequestKey(services, key);
        return discarded
          .andThen(() => requestStore.read({ tenant: actor.tenant, id: answer.requestId }))
          .andThen(fromFound)
          .map((open) => ({ request: viewOf(open, services), alreadyOpen: true }));
      }
      announce(services, request);
      return okAsync({ request: viewOf(request, services), alreadyOpen: false });
    });
  });
};
