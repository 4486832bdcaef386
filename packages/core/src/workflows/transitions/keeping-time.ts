import { NotPossibleNow } from "../../errors.ts";
import { type Change, changed, noticeDue, recorded, withdrawn } from "../../request/change.ts";
import {
  type Deadline,
  isExtensionTooLate,
  isOverdue,
  isSuspended,
  lastDayOf,
} from "../../request/deadline/deadline.ts";
import { remindersFrom } from "../../request/deadline/reminders.ts";
import { deadlineNotice, extensionNotice } from "../../request/notices.ts";
import type { Rules } from "../../request/rules.ts";
import { err, ok, type Result } from "../../result.ts";
import { openedForItsDay } from "./closing.ts";
import type { EventOf } from "./events.ts";

type Transition = Result<Change, NotPossibleNow>;

const withDeadline = (change: Change, part: Partial<Deadline>): Change =>
  changed(change, { deadline: { ...change.request.deadline, ...part } });

/** Takes effect when the person is told, which has to be within the first month (Art. 12(3) GDPR). */
export const extend = (change: Change, event: EventOf<"extended">): Transition => {
  const { deadline } = change.request;
  if (deadline.extension !== null)
    return err(new NotPossibleNow("The period is extended already: that is possible once."));
  if (!isSuspended(deadline) && change.now >= deadline.first.endsAt) {
    return err(
      new NotPossibleNow("The first month is over: the person had to be told of an extension within it."),
    );
  }
  const { reason, actor } = event;
  const extended = withDeadline(change, { extension: { reason, by: actor, at: change.at, toldAt: null } });
  return ok(
    recorded(noticeDue(extended, extensionNotice, "extension"), "extended", {
      until: deadline.extended.day,
      reason,
    }),
  );
};

/** It would name a last day that the law does not give: the person is not told it. That the request is overdue, support is told. */
export const extensionTooLate = (change: Change): Transition => {
  const { deadline } = change.request;
  if (!isExtensionTooLate(deadline, change.now))
    return err(new NotPossibleNow("The person can still be told of the extension, or was."));
  const taken = withdrawn(change, ({ id }) => id === extensionNotice);
  return ok(recorded(withDeadline(taken, { extension: null }), "extension-too-late"));
};

/** The letter about the extension was accepted for delivery: in time it counts, later it does not. */
export const extensionTold = (change: Change, rules: Rules): Change => {
  const { deadline } = change.request;
  const { extension } = deadline;
  if (extension === null || extension.toldAt !== null) return change;
  if (isExtensionTooLate(deadline, change.now)) {
    return recorded(withDeadline(change, { extension: null }), "extension-too-late");
  }
  const told = { ...deadline, extension: { ...extension, toldAt: change.at } };
  return withDeadline(change, { ...told, reminders: remindersFrom(told, rules.reminders, change.now) });
};

export const questionIdentity = (change: Change, event: EventOf<"identity-questioned">): Transition =>
  openedForItsDay(change).andThen((open): Transition => {
    const { deadline } = open.request;
    if (isSuspended(deadline)) return err(new NotPossibleNow("The clock stands still already."));
    const { reason } = event;
    const suspension = { from: open.now, until: null, reason };
    const suspensions = [...deadline.suspensions, suspension];
    return ok(recorded(withDeadline(open, { suspensions }), "identity-questioned", { reason }));
  });

export const confirmIdentity = (
  change: Change,
  event: EventOf<"identity-confirmed">,
  rules: Rules,
): Transition => {
  const { deadline } = change.request;
  if (!isSuspended(deadline)) return err(new NotPossibleNow("The clock does not stand still."));
  const suspensions = deadline.suspensions.map((each) =>
    each.until === null ? { ...each, until: change.now } : each,
  );
  const resumed = { ...deadline, ...event.dates, suspensions };
  const reminders = remindersFrom(resumed, rules.reminders, change.now);
  return ok(
    recorded(withDeadline(change, { ...resumed, reminders }), "identity-confirmed", {
      until: lastDayOf(resumed).day,
    }),
  );
};

/** One message, however many reminders were missed while nobody worked. */
export const remind = (change: Change): Transition => {
  const { deadline } = change.request;
  const left = deadline.reminders.filter((at) => at > change.now);
  if (isSuspended(deadline) || left.length === deadline.reminders.length) {
    return err(new NotPossibleNow("There is nothing to remind of now."));
  }
  const reminded = deadline.reminded + 1;
  const due = noticeDue(
    withDeadline(change, { reminders: left, reminded }),
    deadlineNotice(reminded),
    "deadline",
  );
  return ok(
    isOverdue(deadline, change.now) ? recorded(due, "overdue", { since: lastDayOf(deadline).day }) : due,
  );
};
