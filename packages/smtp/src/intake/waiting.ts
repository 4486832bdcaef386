import {
  type Actor,
  authorise,
  type CallFailed,
  Damaged,
  type DamagedRecord,
  damagedRecord,
  type InvalidInput,
  type NotAllowed,
  orThrow,
  type PolicyAction,
  pageOf,
  type RequestView,
  type ResultAsync,
  type StorageFailed,
  SubjectRightsError,
  type SubmitError,
  type WaitingKey,
  type WaitingMail,
} from "@subject-rights/core";
import { attempt } from "./attempt.ts";
import { mostListed, settleInput, waitingInput } from "./call-inputs.ts";
import type { MailDecision } from "./decision.ts";
import { tellSupport } from "./given-up.ts";
import { MailGivenUp } from "./mail-given-up.ts";
import type { IntakeSettings } from "./options.ts";
import { destroyMail, type MailContent, openMail } from "./sealed-mail.ts";
import type { WaitingReason } from "./taken.ts";

/** A message that waits for a person. */
export interface WaitingMailView {
  readonly id: string;
  /** Since when it waits. */
  readonly since: string;
  readonly reason: WaitingReason;
  /** The request that a message of ours was about which could not be delivered; null for everything else. */
  readonly requestId: string | null;
  /**
   * What it says. Null where `waitingMailSource` has erased that with a person who is named in it, and who did not write it:
   * look at the original, in the mailbox. Null for a moment too, while somebody settles it.
   */
  readonly content: MailContent | null;
}

/** No message of this id waits in the actor's tenant: somebody has settled it, or it has waited too long. */
export class MailNotFound extends SubjectRightsError {
  readonly code = "mail-not-found";

  constructor() {
    super("No message of this id waits in the actor's tenant.");
  }
}

export interface WaitingMails {
  readonly mails: readonly WaitingMailView[];
  /** Those of this page that cannot be read: changed, cut short, or stored by a newer version. */
  readonly damaged: readonly DamagedRecord[];
  readonly cursor: string | null;
}

export type WaitingError = InvalidInput | NotAllowed | StorageFailed | CallFailed;
export type SettleMailError = SubmitError | MailNotFound | Damaged | CallFailed;

/** The messages that wait, those that wait longest first. */
export const listWaiting = (
  settings: IntakeSettings,
  query: { readonly actor: Actor; readonly cursor?: string | undefined; readonly limit?: number | undefined },
): ResultAsync<WaitingMails, WaitingError> =>
  attempt(async () => {
    const { actor, cursor: given, limit = mostListed } = waitingInput(query);
    orThrow(await authorise(settings.policy, actor, "reveal-subject"));
    const { tenant } = actor;
    const page = orThrow(
      await pageOf(["waiting mail", tenant], given, (cursor) =>
        settings.intakeStore.list({ tenant, cursor, limit }),
      ),
    );
    const mails: WaitingMailView[] = [];
    const damaged: DamagedRecord[] = [];
    for (const mail of page.mails) {
      try {
        mails.push(await viewOf(settings, mail));
      } catch (thrown) {
        if (!(thrown instanceof Damaged)) throw thrown;
        damaged.push(damagedRecord(mail.id, thrown));
      }
    }
    return { mails, damaged, cursor: page.cursor ?? null };
  });

const viewOf = async (settings: IntakeSettings, mail: WaitingMail): Promise<WaitingMailView> => ({
  id: mail.id,
  since: mail.since,
  // Written by the intake and by nothing else.
  reason: mail.reason as WaitingReason,
  requestId: mail.requestId,
  content: await openMail(settings, mail, mail.sealed),
});

/** Has a person's decision happen, and deletes the message here. */
export const settleMail = (
  settings: IntakeSettings,
  input: { readonly actor: Actor; readonly id: string; readonly decision: MailDecision },
): ResultAsync<RequestView | null, SettleMailError> =>
  attempt(async () => {
    const { actor, id, decision } = settleInput(input);
    const action: PolicyAction = decision.as === "request" ? "reveal-subject" : "decline-request";
    orThrow(await authorise(settings.policy, actor, action));
    const key = { tenant: actor.tenant, id };
    const mail = orThrow(await settings.intakeStore.read(key));
    if (mail === undefined) throw new MailNotFound();
    const request =
      decision.as === "request"
        ? await submitted(settings, actor, mail, decision)
        : await leftToNewer(settings, mail);
    await deleteWaiting(settings, key);
    return request;
  });

/** What a newer version has stored nobody has seen here. @throws Damaged where that is so; StorageFailed */
const leftToNewer = async (settings: IntakeSettings, mail: WaitingMail): Promise<null> => {
  const newer = await newerIn(settings, mail);
  if (newer !== null) throw newer;
  return null;
};

/** Null for what is today's, and for what nobody can read. @throws StorageFailed */
const newerIn = async (settings: IntakeSettings, mail: WaitingMail): Promise<Damaged | null> => {
  try {
    await openMail(settings, mail, mail.sealed);
  } catch (thrown) {
    if (!(thrown instanceof Damaged)) throw thrown;
    if (thrown.isNewer) return thrown;
  }
  return null;
};

/** However often it is tried: it is one request. @throws SubmitError */
const submitted = async (
  settings: IntakeSettings,
  actor: Actor,
  mail: WaitingMail,
  { kind, category, email, identifiers = [] }: MailDecision & { readonly as: "request" },
): Promise<RequestView> => {
  const content = await openMail(settings, mail, mail.sealed);
  const idempotencyKey = `waiting-mail/${mail.id}`;
  const receivedAt = content?.receivedAt ?? mail.since;
  const submission = { actor, kind, category, email, identifiers, receivedAt, idempotencyKey };
  return orThrow(await settings.rights.requests.submit(submission)).request;
};

/** @returns whether it was there: of several who delete it, for one of them. @throws StorageFailed */
export const deleteWaiting = async (
  settings: Pick<IntakeSettings, "intakeStore" | "keyRing">,
  key: WaitingKey,
): Promise<boolean> => {
  const wasThere = orThrow(await settings.intakeStore.remove(key));
  await destroyMail(settings, key);
  return wasThere;
};

const expiredAtOnce = 100;

/**
 * Deletes what has waited too long, and forgets what was taken long ago. Support is told first: where that is not possible,
 * it waits on, and is tried again. What a newer
 * version has stored is that one's to delete.
 *
 * @throws StorageFailed
 */
export const expireMails = async (settings: IntakeSettings): Promise<number> => {
  const { intakeStore, keptFor, clock } = settings;
  const before = new Date(clock.now().getTime() - keptFor).toISOString();
  const left = new Set<string>();
  let expired = 0;
  for (;;) {
    // Those that are left stand before all others.
    const limit = left.size + expiredAtOnce;
    const keys = orThrow(await intakeStore.overdue({ before, limit }));
    const mails: WaitingMail[] = [];
    for (const key of keys) {
      const place = JSON.stringify([key.tenant, key.id]);
      const mail = left.has(place) ? undefined : orThrow(await intakeStore.read(key));
      if (mail === undefined) continue;
      if ((await newerIn(settings, mail)) === null) mails.push(mail);
      else left.add(place);
    }
    if (!(await tellSupport(settings, mails))) return expired;
    for (const mail of mails) {
      if (!(await deleteWaiting(settings, mail))) continue;
      settings.tell(new MailGivenUp(mail));
      expired += 1;
    }
    if (keys.length < limit) break;
  }
  orThrow(await intakeStore.forget({ before }));
  return expired;
};
