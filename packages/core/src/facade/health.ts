import type { AdapterWatch, FailingAdapter } from "../bridge/adapter-watch.ts";
import { addressBookId } from "../bridge/address-book.ts";
import type { IntakeStore } from "../bridge/define-intake-store.ts";
import { damagedRecord } from "../bridge/readable.ts";
import { secretCarrierId } from "../bridge/secret-carrier.ts";
import { RequestNotFound } from "../errors.ts";
import { type Instant, instant, later, latest } from "../instant.ts";
import type { DueRequest, StandingCount } from "../ports/request-store.ts";
import { longestPause } from "../request/rules.ts";
import { type StandingKind, standings } from "../request/standings.ts";
import { okAsync, ResultAsync } from "../result.ts";
import type { UnreadableRequest, UnreadableRequests } from "../runner/dispatcher/unreadable.ts";
import { fromFound, fromStored } from "../runner/record.ts";
import type { Services } from "../runner/services.ts";

/** How it goes, over all tenants. Nothing in it is personal. */
export interface Health {
  /**
   * - `ok`: nothing is wrong. Requests may wait, for a person or for us: that is no fault.
   * - `failing`: something that was handed in fails, a request cannot go on or is late, a message is not accepted.
   * - `down`: the request store cannot be asked, so nothing is worked on.
   */
  readonly status: "ok" | "failing" | "down";
  readonly at: Instant;
  /**
   * What fails in this process, since when, the longest first. Why, in the words of its server, went to `onError`. A source
   * or mail that nothing in the store waits for any more, and that was not met failing for five minutes, is none of them.
   * `sweep` and its id: an error has stopped that sweep here, and nobody has gone on with it or settled it since.
   */
  readonly failing: readonly FailingAdapter[];
  /** What requests wait for, and what is tried again and again; null where the store cannot say. */
  readonly waiting: readonly WaitingCount[] | null;
  /** Since when the request is due that has waited longest to be worked on; null where everything is worked on in time. */
  readonly lateSince: Instant | null;
  /**
   * Requests whose record cannot be read, since when that is known, the longest first: those that this process has met, those
   * that are late, and those of which nobody can read what they wait for. Only somebody who looks at the store can do anything about them.
   */
  readonly unreadable: readonly UnreadableRequest[];
}

export interface WaitingCount {
  /** `mail`: messages that the intake of mail could not understand, and that nobody has settled. */
  readonly for: StandingKind | "mail";
  /**
   * Who is to do something: the `person` who asked, or the address on record; `us`, who look after this; or nobody, because
   * it goes on `by-itself`.
   */
  readonly whose: "person" | "us" | "by-itself";
  /** Whether something is wrong, or it is only its turn. */
  readonly isWrong: boolean;
  /** How many requests, or sources and messages of requests; of `mail` how many messages, 1,000 at most. */
  readonly count: number;
  /** Since when the oldest of them. */
  readonly oldest: Instant;
}

const turns: Readonly<Record<StandingKind, Pick<WaitingCount, "whose" | "isWrong">>> = {
  acknowledgement: { whose: "person", isWrong: false },
  identity: { whose: "person", isWrong: false },
  decision: { whose: "us", isWrong: false },
  approval: { whose: "us", isWrong: false },
  task: { whose: "us", isWrong: false },
  source: { whose: "us", isWrong: true },
  message: { whose: "us", isWrong: true },
  work: { whose: "us", isWrong: true },
  deadline: { whose: "us", isWrong: true },
  hold: { whose: "by-itself", isWrong: false },
  "other-request": { whose: "by-itself", isWrong: false },
  delivery: { whose: "by-itself", isWrong: true },
  retry: { whose: "by-itself", isWrong: true },
};

/** What is due is begun in an instant; where it is due for so long, nobody works, or not enough do. */
const lateAfter = 5 * 60_000;

/** Of those that are due the longest, so many are looked at. */
const mostLate = 20;

/** A request by mail has a month from the day on which it came: a week before that is over, somebody has to have looked. */
const mailLateAfter = 21 * 24 * 3_600_000;

const mostMailCounted = 1_000;

/** Messages that wait for a person, over all tenants. Of a store that does not answer `failing` says so. */
const mailIn = async (intakeStore: IntakeStore | null, at: Instant): Promise<WaitingCount[]> => {
  if (intakeStore === null) return [];
  const waiting = { before: later(at, 1), limit: mostMailCounted };
  const keys = (await intakeStore.overdue(waiting)).unwrapOr([]);
  for (const [settled, key] of keys.entries()) {
    const mail = await intakeStore.read(key);
    if (mail.isErr()) return [];
    // Somebody has settled it meanwhile.
    if (mail.value === undefined) continue;
    const oldest = instant(new Date(mail.value.since));
    const isWrong = oldest < later(at, -mailLateAfter);
    return [{ for: "mail", whose: "us", isWrong, count: keys.length - settled, oldest }];
  }
  return [];
};

interface Late {
  /** Since when the one is due that has waited longest. What is due at once was due when it was stored. */
  readonly since: Instant | null;
  readonly unreadable: readonly UnreadableRequest[];
}

const lateIn = async (
  requestStore: Services["requestStore"],
  due: readonly DueRequest[],
  before: Instant,
): Promise<Late> => {
  let oldest: Instant | null = null;
  const unreadable: UnreadableRequest[] = [];
  for (const { tenant, id, wakeAt } of due) {
    const stored = (await requestStore.read({ tenant, id })).unwrapOr(undefined);
    if (stored === undefined) continue;
    const read = fromStored(stored);
    if (read.isErr()) {
      unreadable.push({ tenant, since: wakeAt, ...damagedRecord(id, read.error) });
      continue;
    }
    const request = read.value;
    const since = latest(request.updatedAt, wakeAt);
    if (since < before && (oldest === null || since < oldest)) oldest = since;
  }
  return { since: oldest, unreadable };
};

/** What requests stand at where a source fails, and where mail does. */
const standsAt = { source: ["source", "retry"], mail: ["message", "delivery"] } as const;

/**
 * Whether something that this process saw failing is over all the same: another process has met its end. Nothing in the
 * store stands at anything of its kind; or it is so long ago that whoever had a reason to try it again has. Anything else
 * than sources, mail, and who says where that goes and carries secrets beside it, is asked for all the time.
 */
const overElsewhere =
  (
    { sources, notifier, rules }: Pick<Services, "sources" | "notifier" | "rules">,
    counts: readonly StandingCount[] | null,
    now: Instant,
  ) =>
  (adapter: string, lastMet: Instant): boolean => {
    const forLetters = [notifier.id, addressBookId, secretCarrierId].includes(adapter);
    const kind = sources.has(adapter) ? "source" : forLetters ? "mail" : null;
    if (kind === null || lastMet >= later(now, -lateAfter)) return false;
    const isStoodAt = counts?.some((each) => standsAt[kind].some((word) => word === each.for)) ?? true;
    return !isStoodAt || lastMet < later(now, -longestPause(rules));
  };

/** Those that this process has met, but for whatever another one has been able to read since. */
const stillUnreadable = async (
  requestStore: Services["requestStore"],
  met: Pick<UnreadableRequests, "all" | "isReadable">,
): Promise<readonly UnreadableRequest[]> => {
  for (const each of met.all().slice(0, mostLate)) {
    const read = (await requestStore.read(each)).andThen(fromFound);
    if (read.isOk() || read.error instanceof RequestNotFound) met.isReadable(each);
  }
  return met.all();
};

const allOf = (known: readonly UnreadableRequest[]): readonly UnreadableRequest[] => {
  const byName = new Map<string, UnreadableRequest>();
  for (const each of known.toSorted(bySince)) {
    const name = JSON.stringify([each.tenant, each.id]);
    if (!byName.has(name)) byName.set(name, each);
  }
  return [...byName.values()];
};

const bySince = (one: { readonly since: Instant }, other: { readonly since: Instant }): number =>
  one.since < other.since ? -1 : 1;

/** A store that has not answered for so long is down, whatever it waits for: a client that nobody has connected, say. */
const patience = 10_000;

/** Answers in any case, and in time. It costs a few look-ups in the store, whatever there is in it. */
export const healthOf = (
  services: Pick<Services, "requestStore" | "clock" | "sources" | "notifier" | "rules"> & {
    readonly intakeStore: IntakeStore | null;
  },
  watching: AdapterWatch,
  met: Pick<UnreadableRequests, "all" | "isReadable">,
  sweepsFailing: () => Promise<readonly FailingAdapter[]>,
): ResultAsync<Health, never> => {
  const { requestStore, clock } = services;
  const at = instant(clock.now());
  const counted = requestStore.standing?.() ?? okAsync(null);
  const before = later(at, -lateAfter);
  const late = requestStore.due({ until: before, limit: mostLate });
  const answered = new AbortController();
  const down = (): Health => ({
    status: "down",
    at,
    failing: watching.failing(),
    waiting: null,
    lateSince: null,
    unreadable: allOf(met.all()),
  });
  const look = async (): Promise<Health> => {
    const [counts, due] = await Promise.all([counted, late]);
    if (counts.isErr() || due.isErr()) return down();
    const standing = counts.value?.filter((each) => "for" in each) ?? null;
    const damaged = counts.value?.flatMap((each) => ("for" in each ? [] : [each])) ?? [];
    const stopped = await sweepsFailing();
    const mail = await mailIn(services.intakeStore, at);
    const failing = [...watching.failing(overElsewhere(services, standing, at)), ...stopped].toSorted(
      bySince,
    );
    const waiting = standing === null ? null : [...standing.flatMap(turnOf), ...mail].toSorted(byAge);
    const { since: lateSince, unreadable: found } = await lateIn(requestStore, due.value, before);
    const unreadable = allOf([
      ...found,
      ...(await stillUnreadable(requestStore, met)),
      ...damaged.map((key) => ({ ...key, since: at })),
    ]);
    // What a newer version has stored is for its processes, as long as they see to it in time.
    const isWrong =
      failing.length + found.length > 0 ||
      unreadable.some(({ isNewer }) => isNewer !== true) ||
      lateSince !== null ||
      waiting?.some((each) => each.isWrong) === true;
    return { status: isWrong ? "failing" : "ok", at, failing, waiting, lateSince, unreadable };
  };
  const tooLate = clock.wait(patience, answered.signal).then(down, down);
  return ResultAsync.fromSafePromise(Promise.race([look(), tooLate]).finally(() => answered.abort()));
};

/** A word that a newer version has stored is nothing that this one could explain. */
const turnOf = (count: StandingCount): WaitingCount[] => {
  const kind = standings.find((each) => each === count.for);
  return kind === undefined ? [] : [{ ...count, for: kind, ...turns[kind] }];
};

const byAge = (one: WaitingCount, other: WaitingCount): number => (one.oldest < other.oldest ? -1 : 1);
