import type { UserDirectory } from "../bridge/define-user-directory.ts";
import { userIdType } from "../bridge/directory-source.ts";
import {
  type InputIssue,
  InvalidInput,
  LastAdministrator,
  RemovingYourself,
  StorageFailed,
  SubjectRightsError,
  UserNotFound,
} from "../errors.ts";
import type { ApplicationUser } from "../ports/user-directory.ts";
import type { Actor } from "../request/actor.ts";
import { isActor, systemActorId } from "../request/actor.ts";
import { err, ok, orThrow, type Result } from "../result.ts";
import { apply } from "../runner/apply.ts";
import { readableRequests } from "../runner/every-request.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import { type Identifier, normaliseEmail } from "../subject/identifier.ts";
import type { FacadeContext } from "./context.ts";
import { onceOnly } from "./idempotency.ts";
import { sameMailbox } from "./same-mailbox.ts";
import { type SubmitError, type Submitted, submit, submittedBefore } from "./submit.ts";

export type RemoveUsersError = SubmitError | UserNotFound | LastAdministrator | RemovingYourself;

export interface Removal {
  readonly actor: Actor;
  readonly userIds: readonly string[];
  /** Has to be said where the actor is among them. */
  readonly includingMyself?: boolean;
  /** As for `requests.submit`: the same actor with the same key gets the requests that the first call made. */
  readonly idempotencyKey?: string;
}

export const removeUsers = async (
  context: FacadeContext,
  directory: UserDirectory,
  { actor, userIds, includingMyself = false, idempotencyKey }: Removal,
): Promise<Result<readonly Submitted[], RemoveUsersError>> => {
  const { tenant } = actor;
  // In one order, so that each user has the same place in every call.
  const ids = [...new Set(userIds)].sort();
  const asked = [ids, includingMyself];
  try {
    if (idempotencyKey !== undefined) {
      const before = await removedBefore(context, actor, idempotencyKey, asked, ids.length);
      if (before !== null) return ok(before);
    }
    const { chosen, administrators, unfit } = await lookUp(directory, tenant, new Set(userIds));
    if (unfit.length > 0) return err(new InvalidInput(unfit));
    if (chosen.length !== new Set(userIds).size) return err(new UserNotFound());
    if (chosen.some((user) => isActor(actor, user)) && !includingMyself) return err(new RemovingYourself());
    const takesAdministrator = chosen.some(({ administrator }) => administrator);
    const leaving = new Set(userIds);
    if (takesAdministrator && !(await oneStays(context, tenant, administrators, leaving))) {
      return err(new LastAdministrator());
    }
    const addresses = chosen.map(({ email }) => normaliseEmail(email));
    const sharing = orThrow(await directory.find({ tenant, ids: [], emails: addresses }));
    const submitted: Submitted[] = [];
    for (const user of chosen) {
      const submission = {
        actor,
        kind: "erasure",
        category: "user-data",
        email: user.email,
        identifiers: [identifierOf(user)],
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      } as const;
      const partOf = { asked, part: ids.indexOf(user.id) };
      // Whoever is removed is this user: another one of the same address is not, unless somebody says so.
      const isAddressShared = sharing.some(
        ({ id, email }) => id !== user.id && email !== null && sameMailbox(email, user.email),
      );
      submitted.push(orThrow(await submit(context, submission, "remove-users", partOf, { isAddressShared })));
    }
    // Two administrators who remove each other at the same moment both got here; asking again shows each the other.
    if (takesAdministrator && !(await oneStays(context, tenant, administrators, new Set()))) {
      await callOff(context, tenant, submitted);
      return err(new LastAdministrator());
    }
    return ok(submitted);
  } catch (thrown) {
    if (SubjectRightsError.is(thrown)) return err(thrown as RemoveUsersError);
    return err(new StorageFailed("user-directory", "list", { cause: thrown }));
  }
};

/**
 * The requests that the same call made before; null where one of them is missing, and is still to be made. It is looked
 * at first: those who are erased by now are in no directory any more.
 */
const removedBefore = async (
  { services }: FacadeContext,
  actor: Actor,
  key: string,
  asked: readonly unknown[],
  count: number,
): Promise<readonly Submitted[] | null> => {
  const made: Submitted[] = [];
  for (let part = 0; part < count; part += 1) {
    const once = orThrow(await onceOnly(services, actor, key, asked, part));
    const before = orThrow(await submittedBefore(services, actor, once));
    if (before === null) return null;
    made.push(before);
  }
  return made;
};

const identifierOf = (user: Pick<ApplicationUser, "id">): Identifier => ({
  type: userIdType,
  value: user.id,
});

const lookUp = async (directory: UserDirectory, tenant: string, wanted: ReadonlySet<string>) => {
  const chosen: ApplicationUser[] = [];
  const administrators: ApplicationUser[] = [];
  const unfit: InputIssue[] = [];
  let cursor: string | undefined;
  do {
    const page = orThrow(await directory.list({ tenant, cursor }));
    chosen.push(...page.users.filter(({ id }) => wanted.has(id)));
    for (const { id, why } of page.unfit)
      if (id !== null && wanted.has(id))
        unfit.push({ path: "userIds", message: `${id} cannot be removed: ${why}` });
    administrators.push(...page.users.filter(({ administrator }) => administrator));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { chosen, administrators, unfit };
};

/** Whether an administrator stays who is neither leaving now, nor has an open request to be removed. */
const oneStays = async (
  { services }: FacadeContext,
  tenant: string,
  administrators: readonly ApplicationUser[],
  leaving: ReadonlySet<string>,
): Promise<boolean> => {
  const staying = administrators.filter(({ id }) => !leaving.has(id));
  // Under either name: an address may have changed since they were asked to be removed.
  const byId = orThrow(await pseudonymsOf(services, tenant, staying.map(identifierOf)));
  const addresses = staying.map(({ email }): Identifier => ({ type: "email", value: normaliseEmail(email) }));
  const byAddress = orThrow(await pseudonymsOf(services, tenant, addresses));
  const left = new Set(staying.keys());
  for await (const { kind, category, pseudonyms } of readableRequests(services, tenant, true)) {
    if (kind !== "erasure" || category !== "user-data") continue;
    for (const index of left) {
      if ([byId[index], byAddress[index]].some((each) => each !== undefined && pseudonyms.includes(each))) {
        left.delete(index);
      }
    }
  }
  return left.size > 0;
};

const callOff = async (
  { services }: FacadeContext,
  tenant: string,
  submitted: readonly Submitted[],
): Promise<void> => {
  const reason = "would have left no administrator";
  for (const { request, alreadyOpen } of submitted) {
    if (alreadyOpen) continue;
    orThrow(await apply(services, { tenant, id: request.id }, { type: "cancelled", reason }, systemActorId));
  }
};
