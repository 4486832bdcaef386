import { z } from "zod";
import { trueOrFalse } from "../bridge/asked.ts";
import { checkDefinition } from "../bridge/issues.ts";
import { type CallFailed, NotAllowed } from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import { err, ok, type ResultAsync } from "../result.ts";

/** Everything that a policy is asked about. */
export const policyActions = [
  "submit-erasure",
  "submit-export",
  "read-requests",
  "decline-request",
  "cancel-request",
  "resend-message",
  "retry-source",
  "settle-source",
  "answer-task",
  "decide-identifier",
  "reveal-subject",
  "fetch-package",
  "list-sources",
  "refresh-source",
  "list-users",
  "remove-users",
  "erase-many",
  "read-sweeps",
  "approve-plan",
  "keep-deadline",
  "put-request-first",
  "place-hold",
  "lift-hold",
  "read-holds",
  "look-up-suppressions",
  "lift-suppression",
  "keep-suppressions",
  "verify-audits",
  "make-checkpoint",
  "link-person",
  "unlink-person",
] as const;
export type PolicyAction = (typeof policyActions)[number];

/** Says whether an actor may do something. One that throws, or answers neither true nor false, allows nothing. */
export type Policy = (actor: Actor, action: PolicyAction) => boolean | Promise<boolean>;

/** A policy that is safe to ask. Errors: it could not say. */
export interface SafePolicy {
  readonly allows: (actor: Actor, action: PolicyAction) => ResultAsync<boolean, CallFailed>;
}

/** Makes what an application handed in safe to ask. */
export const safePolicy = (policy: Policy): SafePolicy => ({
  allows: (actor, action) => trueOrFalse("policy", "policy", () => policy(actor, action)),
});

const admins = ["admin"] as const;
const tenantAdmins = ["tenant-admin"] as const;
const both = ["admin", "tenant-admin"] as const;

/** Which roles may do what, as the documented page has it: admins erase, tenant admins export. */
export const defaultRoles: Readonly<Record<PolicyAction, readonly string[]>> = {
  "submit-erasure": admins,
  "submit-export": tenantAdmins,
  "read-requests": both,
  "decline-request": both,
  "cancel-request": both,
  "resend-message": both,
  "retry-source": both,
  "settle-source": both,
  "answer-task": both,
  "decide-identifier": both,
  "reveal-subject": both,
  "fetch-package": tenantAdmins,
  "list-sources": both,
  "refresh-source": admins,
  "list-users": admins,
  "remove-users": admins,
  "erase-many": admins,
  "read-sweeps": both,
  "approve-plan": both,
  "keep-deadline": both,
  "put-request-first": both,
  "place-hold": admins,
  "lift-hold": admins,
  "read-holds": both,
  "look-up-suppressions": both,
  "lift-suppression": admins,
  "keep-suppressions": admins,
  "verify-audits": both,
  "make-checkpoint": admins,
  "link-person": both,
  "unlink-person": admins,
};

/** A policy that goes by roles: `rolePolicy({ "submit-export": ["privacy-officer"] })` changes one action. */
export const rolePolicy = (changes: Partial<Record<PolicyAction, readonly string[]>> = {}): Policy => {
  checkDefinition("rolePolicy", changesSchema, changes);
  const table = { ...defaultRoles, ...changes };
  return (actor, action) => actor.roles.some((role) => table[action].includes(role));
};

const rolesSchema = z.array(z.string().min(1)).optional();
const changesSchema = z.strictObject(
  Object.fromEntries(policyActions.map((action) => [action, rolesSchema])),
);

/** Errors: `NotAllowed`, with its `cause` where the policy could not say. */
export const authorise = (
  policy: SafePolicy,
  actor: Actor,
  action: PolicyAction,
): ResultAsync<Actor, NotAllowed> =>
  policy
    .allows(actor, action)
    .mapErr((cause) => new NotAllowed(action, { cause }))
    .andThen((isAllowed) => (isAllowed ? ok(actor) : err(new NotAllowed(action))));
