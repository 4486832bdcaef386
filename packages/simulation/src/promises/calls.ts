import type { Stop } from "../world/history.ts";
import type { SourceCall } from "../world/ledger.ts";
import type { World } from "../world/processes.ts";
import { isWork, type Promised } from "./promise.ts";

const named = ({ source, ability, requestId }: SourceCall): string =>
  `${source}.${ability} of ${requestId ?? "no request"}`;

export const noCallBeforeAcknowledgement: Promised = {
  name: "no source is called before the acknowledgement",
  atTheEnd: ({ ledger, history }) =>
    ledger.calls.flatMap((call) => {
      const asked = call.requestId === null ? undefined : history.asked.get(call.requestId);
      if (asked === undefined) return [];
      return asked.confirmedFrom === null || call.began < asked.confirmedFrom ? [named(call)] : [];
    }),
};

/** Whether a source may be called while something is stopped. */
const mayGoOn = ({ ability, requestId, person }: SourceCall, stop: Stop): boolean => {
  switch (stop.what) {
    case "hold":
      return ability !== "erase" || person !== stop.person;
    case "suspended":
      return requestId !== stop.requestId;
    case "ended":
      // A letter that says how it ended asks before whether the address is theirs still.
      return ability === "identify" || requestId !== stop.requestId;
  }
};

/** Whoever has erased before the stop looks whether that worked: what was done has to go into the record. */
const endsWork = (
  { ability, source, requestId, process, began }: SourceCall,
  stop: Stop,
  calls: readonly SourceCall[],
): boolean => {
  const before = calls.findLast(
    (call) =>
      call.began < began &&
      call.source === source &&
      call.requestId === requestId &&
      call.process === process,
  );
  return ability === "locate" && before !== undefined && isWork(before.ability) && before.began < stop.from;
};

export const nothingWhileStopped: Promised = {
  name: "nothing is asked, handed out or erased while it is stopped",
  atTheEnd: ({ ledger, history }) =>
    history.stops.flatMap((stop) => {
      const isDuring = (moment: number) =>
        moment >= stop.from && moment <= (stop.until ?? Number.POSITIVE_INFINITY);
      const after = `after ${stop.what} of ${stop.requestId ?? stop.person}`;
      const calls = ledger.calls.filter(
        (call) => isDuring(call.began) && !mayGoOn(call, stop) && !endsWork(call, stop, ledger.calls),
      );
      const letters = history.delivered.filter(
        ({ moment, message: { notice } }) =>
          isDuring(moment) &&
          (notice.type === "manual-task"
            ? history.asked.get(notice.requestId)?.person === stop.person
            : notice.type === "delivery" && stop.what !== "hold") &&
          (stop.what === "hold" || notice.requestId === stop.requestId),
      );
      const packages = history.handedOut.filter(
        ({ moment, requestId }) => isDuring(moment) && stop.what !== "hold" && requestId === stop.requestId,
      );
      return [
        ...calls.map((call) => `${named(call)} ${after}`),
        ...letters.map(({ message }) => `${message.notice.type} of ${message.notice.requestId} ${after}`),
        ...packages.map(({ requestId }) => `a package of ${requestId} ${after}`),
      ];
    }),
};

export const nobodyElse: Promised = {
  name: "no other person is touched",
  atTheEnd: ({ ledger, history }) =>
    ledger.calls.flatMap((call) => {
      // Of a sweep, and of a replay, it is whoever was asked about.
      const person = history.asked.get(call.requestId ?? "")?.person ?? call.person;
      const others = call.erased.filter((each) => each !== person);
      return person !== undefined && others.length > 0
        ? [`${named(call)} erased person ${others.join(", ")}`]
        : [];
    }),
};

export const nobodyUnasked: Promised = {
  name: "nobody is erased of whom nobody has asked for it, or before it was approved",
  atTheEnd: ({ ledger, history, story }) =>
    ledger.calls.flatMap((call) => {
      const { requestId, person, began, erased } = call;
      if (erased.length === 0 || person === undefined) return [];
      if (requestId !== null && history.asked.has(requestId)) {
        const approved = history.approved.get(requestId) ?? Number.POSITIVE_INFINITY;
        return story.isApproved && began < approved ? [`${named(call)} before its approval`] : [];
      }
      // Whoever called it off since is not erased by a replay.
      const isCalledOff = (id: string) =>
        history.stops.some(
          ({ what, requestId, from }) => what === "ended" && requestId === id && from < began,
        );
      const wereAsked = [...history.asked.values()].some(
        (asked) =>
          asked.kind === "erasure" &&
          asked.person === person &&
          (asked.confirmedFrom ?? began) < began &&
          !isCalledOff(asked.id),
      );
      return wereAsked || (history.swept.get(person) ?? began) < began
        ? []
        : [`person ${person} in ${named(call)}`];
    }),
};

export const copiesBehindOrigins: Promised = {
  name: "a copy is filled anew only when its origins were erased in",
  atTheEnd: ({ ledger, history }, views) =>
    ledger.calls.flatMap((call) => {
      const { ability, requestId, began } = call;
      if (ability !== "refresh" || history.asked.get(requestId ?? "")?.kind !== "erasure") return [];
      const view = views.find(({ id }) => id === requestId);
      // Who has closed it by hand sees to it.
      if (view?.sources.some(({ id, settlement }) => id === "accounts" && settlement !== null)) return [];
      const isErased = ledger.calls.some(
        (before) =>
          before.requestId === requestId &&
          before.source === "accounts" &&
          before.ability === "erase" &&
          before.began < began,
      );
      return isErased ? [] : [named(call)];
    }),
};

export const oneAtATime: Promised = {
  name: "no two requests are at work on one person at the same time",
  atTheEnd: (world) => {
    const { ledger, history } = world;
    const found: string[] = [];
    const work = ledger.calls.filter(({ ability, requestId }) => isWork(ability) && requestId !== null);
    const personOf = (call: SourceCall) => history.asked.get(call.requestId ?? "")?.person;
    for (const [index, call] of work.entries()) {
      const end = call.ended ?? call.began;
      for (let at = index + 1; at < work.length; at += 1) {
        const other = work[at];
        if (other === undefined || other.began > end) break;
        const isSame = personOf(other) !== undefined && personOf(other) === personOf(call);
        if (isSame && other.requestId !== call.requestId && !endedWithItsProcess(world, call))
          found.push(`${named(other)} beside ${named(call)}`);
      }
    }
    return found;
  },
};

/** A process that has ended can keep nobody from beginning. */
const endedWithItsProcess = ({ processes }: World, { process }: SourceCall): boolean =>
  processes.every(({ number }) => number !== process);

export const inOrder: Promised = {
  name: "requests of one person are worked on in the order of their acknowledgement",
  atTheEnd: ({ ledger, history }) => {
    const found: string[] = [];
    // The first time: what is opened again for what the law kept lets others by.
    const closedAt = new Map(
      history.closings.toReversed().map(({ requestId, moment }) => [requestId, moment]),
    );
    const acknowledged = new Map(
      history.commits
        .filter(({ entries }) => entries.some(({ action }) => action === "acknowledged"))
        .map(({ request, at, moment }) => [request.id, { at, moment }]),
    );
    const begun = new Set<string>();
    for (const call of ledger.calls) {
      const { requestId, ability, began } = call;
      if (requestId === null || !isWork(ability) || begun.has(requestId)) continue;
      begun.add(requestId);
      const asked = history.asked.get(requestId);
      const place = acknowledged.get(requestId);
      if (asked === undefined || place === undefined || asked.isPutFirst) continue;
      for (const other of history.asked.values()) {
        if (other.id === asked.id || other.person !== asked.person || other.address !== asked.address)
          continue;
        const before = acknowledged.get(other.id);
        // Where a clock was put back in between, nobody can say who came first.
        const isFirst = before !== undefined && before.at < place.at && before.moment < place.moment;
        if (!isFirst) continue;
        if ((closedAt.get(other.id) ?? Number.POSITIVE_INFINITY) > began)
          found.push(`${named(call)} before ${other.id}, which was acknowledged earlier`);
      }
    }
    return found;
  },
};
