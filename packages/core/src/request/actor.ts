import { z } from "zod";
import { normaliseEmail } from "../subject/identifier.ts";
import { keepableText } from "../subject/keepable.ts";

/**
 * Who calls. `id` is whatever the application knows them by, an email address too: it is never stored. Records, audits and
 * evidence have a pseudonym in its place (`SubjectRights.recordedAs`). `tenant` is part of every look-up; an actor sees no
 * tenant but its own.
 */
export interface Actor {
  readonly id: string;
  readonly tenant: string;
  readonly roles: readonly string[];
}

export const actorSchema = z.object(
  {
    // As long as an email address may be.
    id: keepableText().max(254).regex(/\S/, "an actor's id is not blank"),
    tenant: keepableText().min(1).max(100),
    roles: z.array(keepableText().min(1).max(100)).readonly(),
  },
  "say who calls: hand in an `actor: { id, tenant, roles }`",
);

/**
 * What stands in records, audits and evidence for whoever acted: a pseudonym, or one of the library's own names. The type
 * keeps an id from getting there. Records of before pseudonyms have the id itself, which was no email address.
 */
export type RecordedActor = `actor-${string}` | "system" | "address-on-record";

/** An actor who ended something while the tenant's key for pseudonyms was lost: nobody can say any more who it was. */
export const unknownActorId = "actor-unknown";

/** The library itself, in audit entries of what nobody asked for in particular. */
export const systemActorId = "system" satisfies RecordedActor;

/** Whoever opened the message that went to the address on record, and answered it. */
export const addressOnRecordActorId = "address-on-record" satisfies RecordedActor;

/** One name for one actor: an email address is the same however it is spelt, every other id is taken as it is. */
const canonicalId = (id: string): string => (id.includes("@") ? normaliseEmail(id) : id);

/** What the pseudonym of an actor is made from. No identifier is of such a type, so that no person's pseudonym is the same. */
export const actorAsIdentifier = ({ id }: Pick<Actor, "id">) => ({
  type: "/actor",
  value: canonicalId(id),
});

/** Whether a user of the application is the one who acts, by whichever of the two they sign in with. */
export const isActor = (
  { id: actor }: Pick<Actor, "id">,
  { id, email }: { readonly id: string; readonly email: string },
): boolean => [id, email].some((name) => canonicalId(name) === canonicalId(actor));
