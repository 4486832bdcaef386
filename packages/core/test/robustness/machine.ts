import type {
  Category,
  CollectionOutcome,
  Instant,
  SourceAbilities,
  SourceDescriptor,
} from "@subject-rights/core";
import { defaultRules } from "@subject-rights/core";
import fc from "fast-check";
import { instant } from "../../src/instant.ts";
import type { RecordedActor } from "../../src/request/actor.ts";
import type { DeadlineDates } from "../../src/request/deadline/deadline.ts";
import { endOf } from "../../src/request/deadline/time-zone.ts";
import type { RequestEvent } from "../../src/request/events.ts";
import { tryOf } from "../../src/request/notices.ts";
import { openRequest } from "../../src/request/open.ts";
import type { Request } from "../../src/request/request.ts";
import { mayHoldSince } from "../../src/request/retention.ts";
import type { SourceStep } from "../../src/request/steps.ts";
import { makePlan } from "../../src/runner/effects/plan.ts";
import { type Action, dueActions } from "../../src/workflows/actions.ts";
import { decide } from "../../src/workflows/decide.ts";
import { partsOf } from "../../src/workflows/export.ts";

/** A package is over before a script is. */
export const rules = { ...defaultRules, identifiers: 4, downloads: 1, packageValidFor: 12 * 3_600_000 };

const abilities: fc.Arbitrary<SourceAbilities> = fc.record({
  identify: fc.boolean(),
  locate: fc.boolean(),
  export: fc.boolean(),
  erase: fc.boolean(),
  refresh: fc.boolean(),
  verify: fc.boolean(),
});

const categories: fc.Arbitrary<Category> = fc.constantFrom("customer-data", "customer-data", "user-data");

/** Up to four sources in any order, with whatever they are able to do. */
export const descriptors: fc.Arbitrary<SourceDescriptor[]> = fc
  .array(fc.record({ isCopy: fc.boolean(), isCopyOfAll: fc.boolean(), holds: categories, abilities }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((drafts) => {
    const ids = drafts.map((_, index) => `source-${index}`);
    const origins = ids.filter((_, index) => drafts[index]?.isCopy === false);
    return drafts.map(({ isCopy, isCopyOfAll, holds, abilities }, index): SourceDescriptor => {
      const isRealCopy = isCopy && origins.length > 0;
      return {
        id: ids[index] ?? "",
        title: "Source",
        holds: [holds],
        kind: isRealCopy ? "copy" : "origin",
        copyOf: isRealCopy && !isCopyOfAll ? origins.slice(0, 1) : null,
        abilities: { ...abilities, refresh: isRealCopy && abilities.refresh },
      };
    });
  });

/** Days that no calendar has a say in. */
export const datesOf = (first: string, extended: string): DeadlineDates => {
  const lastDay = (day: string) => ({ nominal: day, passedOver: [], day, endsAt: endOf("UTC", day) });
  return { first: lastDay(first), extended: lastDay(extended) };
};

/** How a piece of work comes out. */
export type Luck = "well" | "fails" | "never" | "lies" | "keeps" | "finds" | "finds-shared";

/** A piece of work under way. Its answer may come late, twice, or never. */
export interface UnderWay {
  readonly action: Action;
  readonly request: Request;
  /** Somebody else has it in hand, or it is not to be done any more. */
  readonly isRefused?: boolean;
}

const callDeadline = 60_000;

/** A request with its sources, moved by one happening at a time. What it breaks is found by `look`. */
export class Machine {
  request: Request;
  /** Whether each source holds the person. */
  readonly holds: Map<string, boolean>;
  now = Date.parse("2026-01-05T09:00:00.000Z");
  readonly mistakes: string[] = [];
  readonly #sources: readonly SourceDescriptor[];
  #found = 0;

  constructor(kind: "erasure" | "export", sources: readonly SourceDescriptor[], needsApproval = false) {
    this.#sources = sources;
    this.holds = new Map(sources.map(({ id }) => [id, true]));
    const at = this.at();
    this.request = openRequest(
      {
        id: "request",
        tenant: "northwind",
        kind,
        category: "customer-data",
        identifiers: [{ type: "email", value: "secret@example.org" }],
        person: "person-mark",
        pseudonyms: ["pseudonym-0"],
        acknowledgedBy: "tenant-admin",
        submission: null,
        needsApproval,
        besides: null,
        deadline: { timeZone: "UTC", receivedOn: "2026-01-05", ...datesOf("2026-02-05", "2026-04-07") },
        token: "secret-token",
        tokenHash: "hash",
        replyTokenHash: "reply-hash",
        actor: "actor-1",
        at,
      },
      rules,
    ).request;
  }

  at(): Instant {
    return instant(new Date(this.now));
  }

  due(): Action[] {
    return dueActions(this.request, rules, this.at());
  }

  /** Lets something happen; what does not fit any more is refused, and changes nothing. */
  happen(event: RequestEvent, actor: RecordedActor = "actor-1"): void {
    const before = this.request;
    const decided = decide(before, { ...event, actor, at: this.at() }, rules);
    if (decided.isErr()) return;
    const { request, entries } = decided.value;
    if (request.version !== before.version + 1) this.mistakes.push("the version does not count by one");
    if (request.audited !== before.audited + entries.length) this.mistakes.push("the audit has gaps");
    if (entries.some(({ at }) => at < before.updatedAt)) this.mistakes.push("the audit is out of order");
    this.request = request;
  }

  acknowledge(): void {
    this.happen({ type: "acknowledged", sources: this.#sources });
  }

  /** Begins an action; the answer is for later. */
  begin(action: Action): UnderWay {
    if (action.do === "send") return this.#send(action);
    const underWay = { action, request: this.request };
    if (action.do === "perform") {
      const { source, generation, task, after } = action.step;
      const { approval } = this.request;
      if (
        approval !== null &&
        (approval.state !== "approved" || approval.approvedBy === this.request.submittedBy)
      )
        this.mistakes.push(`${source} is worked on without an approval`);
      if (action.step.onlyAsked === true) this.mistakes.push(`${source} is worked on and only to be asked`);
      this.happen({ type: "source-started", source, generation });
      const open = after.filter((origin) => this.#isStillHeld(origin));
      if (task === "refresh" && open.length > 0)
        this.mistakes.push(`${source} is refreshed before ${open.join(", ")}`);
    }
    return underWay;
  }

  /** A message goes out only while nobody else is sending it. */
  #send(action: Extract<Action, { do: "send" }>): UnderWay {
    const { request, now } = this;
    const until = instant(new Date(now + callDeadline));
    this.happen({ type: "notice-begun", ...tryOf(action.notice), until });
    const notice = this.request.notices.find(({ id }) => id === action.notice.id);
    const isBegun = this.request !== request && notice?.begunUntil === until;
    const other = action.notice.begunUntil ?? null;
    if (isBegun && other !== null && other > this.at()) this.mistakes.push(`two send ${notice.id} at once`);
    return { action: { ...action, notice: notice ?? action.notice }, request, isRefused: !isBegun };
  }

  /** An origin that the request erases in, that nobody gave up, and that can be asked. */
  #isStillHeld(origin: string): boolean {
    const step = this.request.steps.find(({ source }) => source === origin);
    return step !== undefined && step.task !== "identify" && step.settlement === null && step.checked === true
      ? this.holds.get(origin) === true
      : false;
  }

  end({ action, request, isRefused = false }: UnderWay, luck: Luck): unknown {
    if (isRefused) return undefined;
    switch (action.do) {
      case "send": {
        const notice = action.notice.id;
        const { package: held } = request;
        if (action.notice.kind === "delivery" && held !== null && held.expiresAt <= this.at())
          return this.happen({ type: "package-expired", edition: held.edition });
        const trying = tryOf(action.notice);
        const problem = { code: "unavailable", retryable: luck !== "never" } as const;
        const failed = luck === "fails" || luck === "never";
        return this.happen(
          failed ? { type: "notice-failed", ...trying, problem, jitter: 0 } : { type: "notice-sent", notice },
        );
      }
      case "claim":
        return this.happen(
          luck === "fails" ? { type: "blocked", by: "other", jitter: 0 } : { type: "claimed" },
        );
      case "plan":
        return this.happen(makePlan(request));
      case "replan":
        return this.happen({ type: "plan-expired" });
      case "remind":
        return this.happen({ type: "reminder-due" });
      case "look-at-hold":
        return this.happen(luck === "keeps" ? { type: "held", by: "hold-1" } : { type: "hold-lifted" });
      case "reopen":
        return this.happen({ type: "retention-ended" });
      case "package":
        return this.happen(packageOf(request));
      case "leave-packages":
        return this.happen({ type: "packages-left", names: request.pseudonyms.length, packages: [] });
      case "lapse":
        return this.happen({ type: "lapsed" });
      case "lift-suppressions":
        return this.happen({ type: "suppressions-lifted" });
      case "finalise":
        return this.happen({ type: "finalised" });
      case "pass-on":
        return this.happen({
          type: "outage-news-passed-on",
          source: action.news.source,
          news: action.news.news,
        });
      default: {
        const of = { source: action.step.source, generation: action.step.generation };
        if (luck === "fails" || luck === "never") {
          const problem = { code: "unavailable", retryable: luck === "fails" } as const;
          return this.happen({ ...of, type: "source-failed", stage: action.step.stage, problem, jitter: 0 });
        }
        return this.#worked(action.do, request, action.step, luck);
      }
    }
  }

  #worked(
    what: "identify" | "locate" | "perform" | "verify" | "probe",
    request: Request,
    step: SourceStep,
    luck: Luck,
  ): unknown {
    const of = { source: step.source, generation: step.generation };
    const asked = request.pseudonyms.length;
    switch (what) {
      case "identify":
        return this.#identified(of, asked, luck);
      case "locate":
        return this.happen({ ...of, type: "source-located", counts: this.#count(step), configuration: null });
      case "probe":
        return this.happen({ type: "source-probed", source: step.source });
      case "perform": {
        const outcomes = step.task === "export" ? [] : this.#erase(step, luck);
        const checked = step.task === "export" ? null : this.#check(step, outcomes);
        if (checked === "still-present" && !mayHoldSince(request, step)) return this.#stillPresent(step);
        return this.happen({
          ...of,
          type: "source-finished",
          outcomes,
          checked: checked === "still-present" ? true : checked,
          identifiersUsed: asked,
        });
      }
      case "verify": {
        const checked = this.#check(step, step.outcomes);
        if (checked === "still-present" && mayHoldSince(request, step)) {
          const left = [{ collection: "entries", count: 1 }];
          return this.happen({ ...of, type: "source-verified", checked: true, found: [], left });
        }
        if (checked === "still-present") return this.#stillPresent(step);
        return this.happen({ ...of, type: "source-verified", checked, found: [] });
      }
    }
  }

  #identified(of: { readonly source: string; readonly generation: number }, asked: number, luck: Luck) {
    const found = this.#find(luck);
    const shared = found.filter((each) => each.shared).map(({ pseudonym }) => pseudonym);
    return this.happen({ ...of, type: "source-identified", asked, found, byNumbers: [], shared });
  }

  #find(luck: Luck) {
    if (luck !== "finds" && luck !== "finds-shared") return [];
    this.#found += 1;
    const identifier = { type: "customer-number", value: `secret-${this.#found}` };
    return [{ identifier, pseudonym: `pseudonym-${this.#found}`, shared: luck === "finds-shared" }];
  }

  #can(source: string): SourceAbilities | undefined {
    return this.#sources.find(({ id }) => id === source)?.abilities;
  }

  #count({ source }: SourceStep) {
    if (this.#can(source)?.locate !== true) return null;
    return [{ collection: "entries", count: this.holds.get(source) === true ? 1 : 0 }];
  }

  #erase({ source, task, after, manual }: SourceStep, luck: Luck): CollectionOutcome[] {
    if (luck === "keeps" && task === "erase" && this.holds.get(source) === true) {
      return [
        { collection: "entries", outcome: "retained", count: 1, reason: "the law", until: "2034-12-31" },
      ];
    }
    if (luck !== "lies") {
      const isFilledAgain = task === "refresh" && after.some((origin) => this.holds.get(origin) === true);
      this.holds.set(source, isFilledAgain || (task === "manual" && manual?.answer === "cannot"));
    }
    return [{ collection: "entries", outcome: "erased", count: 1 }];
  }

  #check({ source }: SourceStep, outcomes: readonly CollectionOutcome[]): boolean | "still-present" {
    const can = this.#can(source);
    if (can?.locate !== true && can?.verify !== true) return false;
    const isKept = outcomes.some(({ outcome }) => outcome === "retained");
    return this.holds.get(source) === true && !isKept ? "still-present" : true;
  }

  #stillPresent({ source, generation, stage }: SourceStep): void {
    const problem = { code: "still-present", retryable: true } as const;
    this.happen({ type: "source-failed", source, generation, stage, problem, jitter: 0 });
  }
}

const packageOf = (request: Request): RequestEvent => {
  const gave = ({ stage, settlement }: SourceStep) => stage === "done" && settlement === null;
  const lacking = request.steps.filter((step) => step.task === "export" && !gave(step));
  const missing = lacking.map(({ source }) => source);
  const settled = lacking.filter(({ settlement }) => settlement !== null).map(({ source }) => source);
  const edition = (request.package?.edition ?? 0) + 1;
  const artifact = `package/${edition}`;
  const size = { chunks: 1, bytes: 1, files: 1, sha256: "hash" };
  const made = { edition, artifact, ...size, missing, settled, tokenHash: null };
  return { type: "package-built", parts: partsOf(request), package: made, token: null, secret: null };
};
