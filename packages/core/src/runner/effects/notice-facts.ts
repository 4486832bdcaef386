import { Refused } from "../../bridge/call.ts";
import { CallFailed } from "../../errors.ts";
import { type Instant, instant, later } from "../../instant.ts";
import type { MissingPart, Notice, SourceReport } from "../../ports/notifier.ts";
import { confidentialOf, stepOf } from "../../request/change.ts";
import { cutShort, mayHaveErased } from "../../request/cut-short.ts";
import { lastDayOf } from "../../request/deadline/deadline.ts";
import { explainDeadline } from "../../request/deadline/explain.ts";
import { type MailedNotice, type NoticeRecord, recipientOf, undeliveredOf } from "../../request/notices.ts";
import { totalCount } from "../../request/outcomes.ts";
import { isRestCalledOff } from "../../request/phases.ts";
import { plannedSources } from "../../request/plan.ts";
import type { Problem } from "../../request/problems.ts";
import { notFollowed, type Request } from "../../request/request.ts";
import { toldAt } from "../../request/retention.ts";
import {
  givenBy,
  isResolved,
  isToCome,
  leftAt,
  ownersWord,
  type SourceStep,
  settlementAt,
} from "../../request/steps.ts";
import { otherRequest } from "../../request/waiting.ts";
import { ok, Result } from "../../result.ts";
import { type Effect, emailOf } from "./effect.ts";
import { namesForOwner, namesForRecipient } from "./names-to-tell.ts";
import { keptParts } from "./package.ts";
import { sourceName } from "./staged-collection.ts";

const unknownProblem: Problem = { code: "unavailable", retryable: true };

/**
 * The facts of a message, from the request as it is now.
 *
 * @returns an error where it cannot be said now by what a recipient is to be told of the person
 */
export const noticeFacts = async (
  effect: Effect,
  notice: MailedNotice,
): Promise<Result<Notice, CallFailed>> => {
  const { kind, id, source: of } = notice;
  if (kind !== "manual-task" && kind !== "recipient")
    return linkIn(effect, { kind, id }).map((url) => factsOf(effect, { ...notice, kind }, url));
  const source = sourceName(effect, { source: of ?? "" });
  const registered = effect.services.sources.find(effect.request.tenant, source.id);
  const { needs = [], recipients = [] } = registered ?? {};
  const step = stepOf(effect.request, source.id);
  if (kind === "manual-task") {
    const names = await namesForOwner(effect, step, needs);
    return ok({ ...aboutOf(effect), type: kind, ...names, source });
  }
  const recipient = recipients[recipientOf({ id })]?.title ?? "";
  return (await namesForRecipient(effect, step, notice.without)).map((names) => ({
    ...aboutOf(effect),
    type: kind,
    ...names,
    source,
    recipient,
  }));
};

const aboutOf = ({ request: { id: requestId, kind, category }, services: { controller } }: Effect) => ({
  requestId,
  kind,
  category,
  controller,
});

type OfRequest = NoticeRecord & { readonly kind: Exclude<MailedNotice["kind"], "manual-task" | "recipient"> };

/** The application writes the address for a token: what fails there is its own, and is tried again like a message. */
const linkIn = (
  { request, services }: Effect,
  { kind, id }: Pick<OfRequest, "kind" | "id">,
): Result<string | null, CallFailed> => {
  const name = kind === "confirmation" ? "acknowledge" : "download";
  const token = confidentialOf(request).tokens[id] ?? null;
  const write = services.links[name];
  if (token === null || write === undefined || (kind !== "confirmation" && kind !== "delivery"))
    return ok(null);
  const link = Result.fromThrowable(write, (thrown) => {
    const cause = new Refused(`\`links.${name}\` threw: give an address for every token`, { cause: thrown });
    return new CallFailed("links", "invalid-answer", true, { cause });
  })(token);
  services.looked("links", request.id, link.isErr() ? link.error : null);
  return link;
};

const factsOf = (effect: Effect, notice: OfRequest, url: string | null): Notice => {
  const { request, services } = effect;
  const about = aboutOf(effect);
  const subject = emailOf(request) ?? "";
  const source = sourceName(effect, { source: notice.source ?? "" });
  const token = confidentialOf(request).tokens[notice.id] ?? null;
  switch (notice.kind) {
    case "confirmation":
      return {
        ...about,
        type: "confirmation",
        subject,
        token: token ?? "",
        url,
        expiresAt: request.acknowledgement.expiresAt,
        receivedOn: request.deadline.receivedOn,
        dueOn: lastDayOf(request.deadline).day,
      };
    case "support": {
      const { code, retryable, collections } = notice.about ?? unknownProblem;
      const { forLetter = false } = notice;
      const attempts = forLetter
        ? Math.max(...request.notices.map(({ asked }) => (asked?.source === source.id ? asked.attempts : 0)))
        : (stepOf(request, source.id)?.attempts ?? 0);
      const which = {
        ...(collections !== undefined && { collections }),
        ...(forLetter && { letterWaits: true as const }),
      };
      return { ...about, type: "support", source, problem: code, ...which, retryable, attempts };
    }
    case "trouble": {
      const { code, retryable, sweep, hold } = notice.about ?? unknownProblem;
      const damaged = { ...(sweep !== undefined && { sweep }), ...(hold !== undefined && { hold }) };
      const which = { problem: code, ...damaged };
      return { ...about, type: "trouble", ...which, retryable, since: notice.createdAt };
    }
    case "undelivered": {
      const { code, retryable } = notice.about ?? unknownProblem;
      const id = undeliveredOf(notice);
      const { kind: what = notice.kind, asked } = request.notices.find((each) => each.id === id) ?? {};
      const waitedFor = asked != null && asked.attempts > 0 ? sourceName(effect, asked) : null;
      const { endedAt } = request;
      const isLost = code === "key-lost";
      // Without its key nobody can send it again, whoever it was for.
      const until = isLost ? request.closedAt : endedAt && later(endedAt, services.rules.undeliveredKept);
      const which = { message: { id, kind: what }, ...(waitedFor !== null && { source: waitedFor }) };
      return { ...about, type: "undelivered", ...which, problem: code, retryable, until };
    }
    case "task-stopped": {
      const step = stepOf(request, source.id);
      const forGood = request.phase === "closed" || step === undefined || isResolved(step);
      return { ...about, type: "task-stopped", source, forGood };
    }
    case "decision": {
      const decision = request.decisions.find(({ id }) => id === notice.id);
      const { type: identifierType = "", others } = decision ?? {};
      return { ...about, type: "decision", source, identifierType, ...(others !== undefined && { others }) };
    }
    case "approval":
      return {
        ...about,
        type: "approval",
        plan: request.approval?.plan ?? "",
        expiresAt: request.approval?.expiresAt ?? request.updatedAt,
        sources: plannedSources(request).map((planned) => ({
          title: sourceName(effect, planned).title,
          task: planned.task,
          records: planned.collections && totalCount(planned.collections),
        })),
      };
    case "deadline": {
      const { day: dueOn, endsAt } = lastDayOf(request.deadline);
      const explanation = explainDeadline(request.deadline);
      const { requestId: ahead, waitsFor = [] } = otherRequest(request) ?? {};
      return {
        ...about,
        type: "deadline",
        dueOn,
        overdue: notice.createdAt >= endsAt,
        explanation,
        ...(ahead !== undefined && { waitsBehind: { requestId: ahead, waitsFor } }),
      };
    }
    case "extension": {
      const { first, extended, extension } = request.deadline;
      const [originalDueOn, dueOn] = [first.day, extended.day];
      return { ...about, type: "extension", subject, originalDueOn, dueOn, reasons: extension?.reason ?? "" };
    }
    case "delivery": {
      const held = request.package;
      return {
        ...about,
        type: "delivery",
        subject,
        url,
        expiresAt: held?.expiresAt ?? request.updatedAt,
        ...(token !== null && services.rules.downloads !== null && { downloads: services.rules.downloads }),
        bytes: held?.bytes ?? 0,
        sha256: held?.sha256 ?? "",
        missing: missingParts(effect, request, held?.missing ?? []),
        ...(isSentBefore(request, notice) && { replacesEarlier: true }),
        ...keptInSources(effect),
        ...(held?.encrypted === true ? { encrypted: true } : {}),
        ...(services.packagesEndWithErasure ? { endsWithErasure: true } : {}),
      };
    }
    case "completion":
      return {
        ...about,
        type: "completion",
        subject,
        complete: request.outcome === "completed",
        ...(request.outcome === "cancelled" && { calledOff: request.reason ?? "" }),
        ...(isRestCalledOff(request) && { restCalledOff: request.reason ?? "" }),
        ...(notFollowed(request).length > 0 && {
          notFollowed: [...new Set(notFollowed(request).map(({ type }) => type))],
        }),
        ...earlierPackages(request, instant(services.clock.now())),
        sources: sourceReports(effect),
      };
    case "refusal":
      return {
        ...about,
        type: "refusal",
        subject,
        receivedOn: request.deadline.receivedOn,
        reasons: request.reason ?? "",
        ...(mayHaveErased(request) && { sources: sourceReports(effect) }),
        ...packageSent(request, notice),
      };
    case "failure":
      return {
        ...about,
        type: "failure",
        subject,
        missing: missingParts(
          effect,
          request,
          request.steps.filter(({ task }) => task === "export").map((step) => step.source),
        ),
      };
  }
};

/** What was done at each source, and what was not. */
const sourceReports = (effect: Effect): SourceReport[] =>
  effect.request.steps
    .filter(({ task }) => task !== "identify")
    .map((step) => {
      const left = totalCount(leftAt(step));
      const isSettled = step.settlement !== null;
      const isCutShort = cutShort(effect.request, step);
      const byOwner = ownersWord(step);
      return {
        title: sourceName(effect, step).title,
        outcomes: toldAt(effect.request, step),
        checked: step.checked === true,
        ...(step.askedTooLate === true && !isSettled && { askedTooLate: true as const }),
        ...(isCutShort !== null && { cutShort: isCutShort }),
        ...(byOwner !== null && { byOwner }),
        ...(left > 0 && { [isCutShort === null ? leftAs(effect.request, step) : "stillThere"]: left }),
        settled: settlementAt(step)?.reason ?? null,
      };
    });

/** What there is to say of records that the last look has found. That they are new, only whoever held none before can say. */
const leftAs = ({ closedBefore }: Request, step: SourceStep): "stillThere" | "notPart" | "cameSince" => {
  if (step.settlement !== null) return "stillThere";
  if (step.registeredSince === true) return "notPart";
  const before = closedBefore?.steps.find(({ source }) => source === step.source);
  if (closedBefore !== undefined && before === undefined) return "notPart";
  return before?.checked === false ? "stillThere" : "cameSince";
};

const packageSent = (request: Request, notice: OfRequest) => {
  const { package: held } = request;
  if (held === null || !isSentBefore(request, notice)) return {};
  return { packageSent: held.tokenHash === null ? ("attached" as const) : ("by-link" as const) };
};

/** A letter may be late: a link that is over by then is none any more. */
const earlierPackages = ({ packagesLeft }: Request, now: Instant) => {
  const packages = (packagesLeft?.packages ?? []).map(({ until, ended, downloads }) =>
    ended || until <= now
      ? { until, ended: true }
      : { until, ended, ...(downloads !== undefined && { downloads }) },
  );
  return packages.length === 0 ? {} : { earlierPackages: packages };
};

/** Whether the person has an earlier package of this request. */
const isSentBefore = ({ notices }: Request, { id }: MailedNotice): boolean =>
  notices.some((each) => each.kind === "delivery" && each.id !== id && each.status === "sent");

const keptInSources = (effect: Effect) => {
  const kept = keptParts(effect).map(({ source: { title }, outcomes }) => ({ title, outcomes }));
  return kept.length === 0 ? {} : { kept };
};

const missingParts = (effect: Effect, request: Request, sources: readonly string[]): MissingPart[] =>
  sources.map((source) => {
    const step = stepOf(request, source);
    return {
      title: sourceName(effect, { source }).title,
      problem: step?.problem?.code ?? unknownProblem.code,
      ...(step !== undefined && isToCome(step) && { follows: true }),
      ...(step !== undefined && givenBy(step) !== null && { partly: true }),
      ...(step?.settlement != null && { settled: step.settlement.reason }),
    };
  });
