import { z } from "zod";
import { checkDefinition } from "../bridge/issues.ts";
import { NotAllowed } from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import { err, ok, type Result, ResultAsync } from "../result.ts";

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

/** Says whether an actor may do something. One that throws allows nothing. */
export type Policy = (actor: Actor, action: PolicyAction) => boolean | Promise<boolean>;

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

/** Errors: `NotAllowed`. */
export const authorise = (
  policy: Policy,
  actor: Actor,
  action: PolicyAction,
): ResultAsync<Actor, NotAllowed> =>
  new ResultAsync(
    (async (): Promise<Result<Actor, NotAllowed>> => {
      try {
        return (await policy(actor, action)) === true ? ok(actor) : err(new NotAllowed(action));
      } catch (cause) {
        return err(new NotAllowed(action, { cause }));
      }
    })(),
  );
