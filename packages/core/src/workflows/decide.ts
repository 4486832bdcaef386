import { type ApprovalRejected, NotPossibleNow, type SourceNotFound, type TokenRejected } from "../errors.ts";
import { latest } from "../instant.ts";
import { aheadNoticed } from "../request/ahead-noticed.ts";
import { type Change, changed, changedConfidential, type Decision, withdrawn } from "../request/change.ts";
import type { Happening, RequestEventType } from "../request/events.ts";
import { isNeeded } from "../request/needed.ts";
import { type Phase, phases, phasesAtWork as working } from "../request/phases.ts";
import type { Request } from "../request/request.ts";
import type { Rules } from "../request/rules.ts";
import { err, ok, type Result } from "../result.ts";
import { numbersOf } from "../subject/numbers.ts";
import { advance } from "./advance.ts";
import { planApproved, planExpired, planMade, planOutgrown } from "./transitions/approving.ts";
import { askAgain, waitToBeSaid } from "./transitions/asking-again.ts";
import { acknowledge, lapse, reissue } from "./transitions/beginning.ts";
import { finalise, reopen, unlink } from "./transitions/closing.ts";
import { end } from "./transitions/ending.ts";
import { copyHeld, held, holdLifted } from "./transitions/holding.ts";
import {
  addressesTold,
  block,
  claim,
  confirmedByAnother,
  decideIdentifier,
  giveWay,
  identified,
  lookAgain,
  passedOn,
  putFirst,
  toldInLine,
} from "./transitions/identifying.ts";
import {
  confirmIdentity,
  extend,
  extensionTooLate,
  questionIdentity,
  remind,
} from "./transitions/keeping-time.ts";
import { packagesLeft, personErased } from "./transitions/leaving-packages.ts";
import { noticeBegun, noticeFailed, noticeRetried, noticeSent } from "./transitions/noticing.ts";
import {
  newsPassedOn,
  outageHandedOn,
  outagesGivenUp,
  probed,
  sourceAnswers,
  tryToo,
} from "./transitions/outages.ts";
import { downloadStopped, packageBuilt, packageDownloaded, packageExpired } from "./transitions/packaging.ts";
import { answerTask, retry, settle } from "./transitions/people.ts";
import { register } from "./transitions/registering.ts";
import { looksVoided } from "./transitions/reopening.ts";
import { tasksStopped } from "./transitions/stopping-tasks.ts";
import { withoutOverTroubles, workDone, workFailed } from "./transitions/troubling.ts";
import { collected, failed, finished, located, started, verified } from "./transitions/working.ts";

export type Refusal = NotPossibleNow | TokenRejected | SourceNotFound | ApprovalRejected;

const open = phases.filter((phase) => phase !== "closed");
const acknowledged = open.filter((phase) => phase !== "received");

/** The transition table: in which phases an event can happen at all. */
const possibleIn: Record<RequestEventType, readonly Phase[]> = {
  acknowledged: ["received"],
  "sources-registered": acknowledged,
  "confirmation-reissued": ["received"],
  lapsed: ["received"],
  // Of a closed one, where its key is lost and something is still due under it, or its day has come and nobody works.
  declined: phases,
  cancelled: phases,
  claimed: working,
  blocked: working,
  "gave-way": working,
  "put-first": working,
  "line-moved": working,
  "line-told": working,
  "address-confirmed": [...acknowledged, "closed"],
  "source-identified": working,
  "address-changed": working,
  "identifier-decided": working,
  "source-located": working,
  "source-started": ["origins", "copies", "collecting"],
  "names-outdated": ["origins", "copies", "collecting"],
  "addresses-passed-on": ["origins", "copies", "collecting"],
  "addresses-told": ["origins", "copies"],
  "addresses-unsaid": ["origins", "copies", "collecting"],
  "source-collected": ["collecting"],
  // Also late: what it has erased is written down, though somebody had closed it by hand meanwhile.
  "source-finished": ["origins", "copies", "collecting", "verified", "closed"],
  "source-verified": ["copies"],
  "source-failed": [...working, "closed"],
  "source-probed": working,
  // Of a closed one, where a letter of it waits for the source.
  "source-answers": phases,
  "outage-handed-on": phases,
  "outage-tried": phases,
  "outage-news-passed-on": phases,
  "source-retried": phases,
  "source-settled": [...working, "closed"],
  // Also late: what an owner did who was asked is written down, whatever has stopped the request since.
  "task-answered": [...working, "closed"],
  "plan-made": ["planned"],
  "plan-approved": working,
  "plan-expired": ["planned"],
  "plan-outgrown": ["origins", "copies", "collecting"],
  extended: open,
  // Of a closed one, where its day has come and nobody works: it is opened with that.
  "identity-questioned": phases,
  "identity-confirmed": open,
  "reminder-due": open,
  "extension-too-late": open,
  "package-built": ["collecting"],
  "package-expired": phases,
  "package-downloaded": phases,
  "download-stopped": phases,
  "packages-left": ["copies"],
  "person-erased": ["closed"],
  "notice-begun": phases,
  "notice-sent": phases,
  "notice-failed": phases,
  "notice-retried": phases,
  held: working,
  "hold-lifted": working,
  "copy-held": working,
  "retention-ended": ["closed"],
  "suppressions-lifted": ["closed"],
  finalised: ["closed"],
  "person-unlinked": ["closed"],
  "work-failed": phases,
  "work-done": phases,
};

/**
 * The request's state machine: what becomes of a request when something happens to it. Pure: no clock, no
 * randomness, no input or output; the same request and the same happening always give the same decision.
 *
 * Errors: `NotPossibleNow` where the event does not fit the request any more (an answer to work that was
 * overtaken, a second acknowledgement); `TokenRejected` for an acknowledgement that came too late.
 */
export const decide = (request: Request, happening: Happening, rules: Rules): Result<Decision, Refusal> => {
  if (!possibleIn[happening.type].includes(request.phase)) {
    return err(new NotPossibleNow(`The request is ${request.phase}: this is not possible in that phase.`));
  }
  // A clock that was set back must not put the audit out of order.
  const at = latest(happening.at, request.updatedAt);
  const noticed = aheadNoticed(request, happening.at);
  const change: Change = { request: noticed, entries: [], at, now: happening.at, actor: happening.actor };
  return transition(change, happening, rules).map((next) => {
    const { request: decided, entries } = withoutOverTroubles(
      withoutNeedless(tasksStopped(outagesGivenUp(advance(looksVoided(request, withNumbers(next)))))),
      rules,
    );
    const audited = request.audited + entries.length;
    return { request: { ...decided, version: request.version + 1, audited, updatedAt: at }, entries };
  });
};

/** By its numbers a request is told from those of whoever has had the same address, without its key. */
const withNumbers = (change: Change): Change => {
  const { confidential, pseudonyms } = change.request;
  return confidential === null
    ? change
    : changed(change, { numbers: numbersOf(confidential.identifiers, pseudonyms) });
};

const withoutNeedless = (change: Change): Change =>
  withdrawn(change, (notice) => !isNeeded(change.request, notice));

const transition = (change: Change, event: Happening, rules: Rules): Result<Change, Refusal> => {
  switch (event.type) {
    case "acknowledged":
      return acknowledge(change, event);
    case "sources-registered":
      return register(change, event);
    case "confirmation-reissued":
      return ok(reissue(change, event, rules));
    case "lapsed":
      return ok(lapse(change));
    case "declined":
    case "cancelled":
      return end(change, event);
    case "claimed":
      return ok(claim(change));
    case "blocked":
      return ok(block(change, event, rules));
    case "gave-way":
      return giveWay(change, event, rules);
    case "put-first":
      return putFirst(change, event);
    case "line-moved":
      return lookAgain(change);
    case "line-told":
      return toldInLine(change, event);
    case "address-confirmed":
      return confirmedByAnother(change, event);
    case "source-identified":
      return identified(change, event, rules);
    case "address-changed":
      return ok(changedConfidential(change, { address: event.address }));
    case "identifier-decided":
      return decideIdentifier(change, event);
    case "source-located":
      return located(change, event);
    case "source-started":
      return started(change, event);
    case "names-outdated":
      return askAgain(change, event);
    case "addresses-passed-on":
      return passedOn(change, event);
    case "addresses-told":
      return addressesTold(change, event);
    case "addresses-unsaid":
      return waitToBeSaid(change, event, rules);
    case "source-collected":
      return collected(change, event);
    case "source-finished":
      return finished(change, event);
    case "source-verified":
      return verified(change, event);
    case "source-failed":
      return failed(change, event, rules);
    case "source-probed":
      return probed(change, event);
    case "source-answers":
      return sourceAnswers(change, event);
    case "outage-handed-on":
      return outageHandedOn(change, event);
    case "outage-tried":
      return tryToo(change, event);
    case "outage-news-passed-on":
      return newsPassedOn(change, event);
    case "source-retried":
      return retry(change, event);
    case "source-settled":
      return settle(change, event);
    case "task-answered":
      return answerTask(change, event);
    case "plan-made":
      return planMade(change, event, rules);
    case "plan-approved":
      return planApproved(change, event);
    case "plan-expired":
      return planExpired(change);
    case "plan-outgrown":
      return planOutgrown(change, event);
    case "extended":
      return extend(change, event);
    case "identity-questioned":
      return questionIdentity(change, event);
    case "identity-confirmed":
      return confirmIdentity(change, event, rules);
    case "extension-too-late":
      return extensionTooLate(change);
    case "reminder-due":
      return remind(change);
    case "package-built":
      return packageBuilt(change, event, rules);
    case "package-expired":
      return packageExpired(change, event);
    case "package-downloaded":
      return packageDownloaded(change, event, rules);
    case "download-stopped":
      return downloadStopped(change, event);
    case "packages-left":
      return ok(packagesLeft(change, event));
    case "person-erased":
      return personErased(change, event, rules);
    case "notice-begun":
      return noticeBegun(change, event);
    case "notice-sent":
      return noticeSent(change, event, rules);
    case "notice-failed":
      return noticeFailed(change, event, rules);
    case "notice-retried":
      return noticeRetried(change, event);
    case "held":
      return ok(held(change, event, rules));
    case "hold-lifted":
      return holdLifted(change);
    case "copy-held":
      return copyHeld(change, event, rules);
    case "retention-ended":
      return reopen(change, event);
    case "person-unlinked":
      return unlink(change);
    case "work-failed":
      return ok(workFailed(change, event, rules));
    case "work-done":
      return workDone(change, event);
    case "suppressions-lifted":
      return ok(changed(change, { suppressionsLifted: true }));
    case "finalised":
      return finalise(change);
  }
};
