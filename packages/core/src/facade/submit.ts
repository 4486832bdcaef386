import { z } from "zod";
import { checkInput } from "../bridge/issues.ts";
import { newId, newToken, sha256 } from "../crypto.ts";
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
import { newPersonMark } from "../runner/person-keys.ts";
import { fromFound, toStored } from "../runner/record.ts";
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
}

export interface Submitted {
  readonly request: RequestView;
  /** True where the same was asked for already, and is still open: then `request` is that one. */
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
    .andThen(({ kind, category, email, identifiers, receivedAt }) =>
      store(context, submission.actor, kind, category, receivedAt, [
        { type: "email", value: email },
        ...identifiers,
      ]),
    );

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
  kind: RequestKind,
  category: Category,
  receivedAt: Instant,
  identifiers: readonly Identifier[],
): ResultAsync<Submitted, SubmitError> => {
  const { clock, randomness, rules, requestStore, calendar, timeZone } = services;
  const key = { tenant: actor.tenant, id: newId(randomness) };
  const token = newToken(randomness);
  const receivedOn = dayIn(timeZone, receivedAt);
  const prepared = deadlineDates(calendar, timeZone, receivedOn).andThen((dates) =>
    createRequestKey(services, key).andThen((secret) =>
      pseudonymsOf(services, actor.tenant, identifiers).andThen((pseudonyms) =>
        newPersonMark(services, key, pseudonyms[0] ?? "").map((person) => ({
          dates,
          secret,
          pseudonyms,
          person,
        })),
      ),
    ),
  );
  return prepared.andThen(({ dates, secret, pseudonyms, person }) => {
    const opened = openRequest(
      {
        ...key,
        kind,
        category,
        identifiers,
        pseudonyms,
        person,
        acknowledgedBy,
        needsApproval: needsApproval({ tenant: actor.tenant, kind, category }),
        deadline: { ...dates, timeZone, receivedOn },
        token,
        tokenHash: sha256(token),
        actor: actor.id,
        at: instant(clock.now()),
      },
      rules,
    );
    const { request, entries } = audited(services, opened.request, opened.entries);
    const stored = toStored(request, secret, rules, randomness);
    return requestStore.insert({ request: stored, entries }).andThen((answer) => {
      if (answer.outcome === "duplicate") {
        return destroyRequestKey(services, key)
          .andThen(() => requestStore.read({ tenant: actor.tenant, id: answer.requestId }))
          .andThen(fromFound)
          .map((open) => ({ request: viewOf(open, services), alreadyOpen: true }));
      }
      announce(services, request);
      return okAsync({ request: viewOf(request, services), alreadyOpen: false });
    });
  });
};
