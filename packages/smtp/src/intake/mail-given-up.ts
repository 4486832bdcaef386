import { SubjectRightsError, type WaitingMail } from "@subject-rights/core";

/**
 * A message that nobody has settled within `keptFor`, and that is deleted: whoever wrote it may have been told that a person
 * would look. Nothing in it is personal. The original stays in the mailbox, unless somebody deletes it there.
 */
export class MailGivenUp extends SubjectRightsError {
  readonly code = "mail-given-up";
  readonly tenant: string;
  /** As `waiting` named it. */
  readonly id: string;
  readonly since: string;
  /** Why it waited: a `WaitingReason`. */
  readonly reason: string;

  constructor({ tenant, id, since, reason }: WaitingMail) {
    super(
      `A message that has waited for a person since ${since} (${reason}) was given up: nobody settled it.`,
    );
    this.tenant = tenant;
    this.id = id;
    this.since = since;
    this.reason = reason;
  }
}
