import type { RequestView } from "@subject-rights/core";
import { personalOf } from "../world/company.ts";
import type { World } from "../world/processes.ts";
import type { Promised } from "./promise.ts";

export const neverAFalseDone: Promised = {
  name: "completed means that no registered source holds the person",
  always: ({ history, ledger }, views) =>
    views.flatMap((view) => {
      const asked = history.asked.get(view.id);
      if (view.kind !== "erasure" || view.outcome !== "completed" || asked === undefined) return [];
      const closing = history.closings.findLast(({ requestId }) => requestId === view.id);
      if (closing === undefined) return [];
      const left = closing.rows.filter(({ source, person, since }) => {
        if (person !== asked.person || !closing.registered.has(source)) return false;
        // What comes in behind the last look is nobody's fault.
        const looked = ledger.calls.findLast(
          (call) =>
            call.requestId === view.id &&
            call.source === source &&
            call.ended !== null &&
            call.ended < closing.moment,
        );
        return looked === undefined || since < looked.began;
      });
      return left.map(({ source }) => `${view.id} is completed, and ${source} held person ${asked.person}`);
    }),
};

export const nothingSilent: Promised = {
  name: "every open request is due, waits for somebody, or shows what failed",
  always: ({ tables }, views) =>
    views.flatMap((view) => {
      const stored = [...tables.requests.values()].find(({ id }) => id === view.id);
      return view.outcome === null && stored?.wakeAt === null && view.waitingFor.length === 0
        ? [`${view.id} is open, and nobody is waited for`]
        : [];
    }),
};

/** What was erased by a request, and answered for by the calls that did it. */
const really = ({ ledger }: World, { id }: RequestView, source: string) => {
  const calls = ledger.calls.filter(
    (call) => call.requestId === id && call.source === source && call.ability === "erase",
  );
  return {
    count: calls.reduce((sum, { erased }) => sum + erased.length, 0),
    isTold: calls.every(({ isTold, ended }) => isTold && ended !== null),
  };
};

export const trueFigures: Promised = {
  name: "figures are what sources really did",
  atTheEnd: (world, views) =>
    views.flatMap((view) =>
      view.sources.flatMap(({ id, outcomes }) => {
        // What owners do by hand, and what a copy loses by being filled anew, is not told by calls.
        if (view.kind !== "erasure" || id === "papers" || id === "insights") return [];
        const { count, isTold } = really(world, view, id);
        const told = outcomes.reduce((sum, each) => (each.outcome === "erased" ? sum + each.count : sum), 0);
        const isRight = isTold && wasNeverKilled(world) ? told === count : told <= count;
        return isRight ? [] : [`${view.id} tells of ${told} erased in ${id}, and it were ${count}`];
      }),
    ),
};

/** A process that ends takes answers with it that nobody has written down. */
const wasNeverKilled = ({ launched, story }: World): boolean => launched === story.processes;

/** What is personal and stands in the open: in no stored byte, at any time. What is sealed is none of it. */
const personalIn = ({ tables, history }: World): readonly string[] => {
  const { requests, audit, chunks, statuses, holds, suppressions } = tables;
  const dump = JSON.stringify(
    [[...requests], [...audit], [...chunks], [...statuses], [...holds], [...suppressions]],
    (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value),
  );
  const people = new Set([...history.asked.values()].map(({ person }) => person));
  return [...people].flatMap((person) =>
    personalOf(person)
      .filter((each) => dump.includes(each))
      .map((each) => `${each} is stored`),
  );
};

export const keysGoWithTheirRequests: Promised = {
  name: "nobody can read who it was about once nothing is due any more",
  atTheEnd: ({ tables }) =>
    [...tables.requests.values()].flatMap(({ tenant, id, open, wakeAt }) =>
      !open && wakeAt === null && tables.keys.has(`request/${tenant}/${id}`)
        ? [`${id} is over, and its key is there`]
        : [],
    ),
};

export const nothingPersonalIsStored: Promised = {
  name: "nothing personal is in any stored byte",
  always: personalIn,
  atTheEnd: personalIn,
};
