import { createHash } from "node:crypto";
import { furtherSources } from "../story/story.ts";
import type { Commit } from "../world/history.ts";
import type { Promised } from "./promise.ts";

/** For the mail and each source that there may be, which it may have to try again: what is down is tried at growing pauses. */
const [most, window] = [20 * (furtherSources.length + 2), 3_600_000];

/**
 * What counts as progress: an entry in the audit that says something that no entry of the request has said before. A try
 * that fails as the one before did says nothing new.
 */
const progressIn = ({ entries }: Commit, said: Set<string>): boolean => {
  let isNew = false;
  for (const { action, source, detail } of entries) {
    const text = JSON.stringify([action, source, detail]);
    if (!said.has(text)) isNew = true;
    said.add(text);
  }
  return isNew;
};

export const noCommitsInVain: Promised = {
  name: "no more than 20 commits of a request without progress in an hour, for each that it tries",
  atTheEnd: ({ history }) => {
    const found: string[] = [];
    const said = new Map<string, Set<string>>();
    const vain = new Map<string, number[]>();
    for (const commit of history.commits) {
      const { id } = commit.request;
      const texts = said.get(id) ?? new Set();
      said.set(id, texts);
      const before = progressIn(commit, texts) ? [] : [...(vain.get(id) ?? []), commit.at];
      vain.set(id, before);
      const since = before.at(-most - 1);
      if (since !== undefined && commit.at - since < window) {
        found.push(`${id} was stored ${before.length} times in vain`);
        vain.set(id, []);
      }
    }
    return found;
  },
};

/** RFC 8785, for what stands in audits: texts, numbers, true and false, null. */
const canonical = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? `{${Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)
        .join(",")}}`
    : JSON.stringify(value);

export const wholeChain: Promised = {
  name: "the chain of every audit is whole",
  atTheEnd: ({ tables }) =>
    [...tables.audit.values()].flatMap((entries) => {
      let previous = "";
      return entries.flatMap(({ hash, ...entry }, index) => {
        const text = canonical({ ...entry, previous });
        previous = hash;
        const expected = createHash("sha256").update(text).digest("hex");
        const isWhole = hash === expected && entry.sequence === index + 1;
        return isWhole ? [] : [`entry ${entry.sequence} of ${entry.requestId} is not what was hashed`];
      });
    }),
};

export const noSurprises: Promised = {
  name: "everybody gets an answer, and everything comes to an end",
  atTheEnd: ({ history }) => history.surprises,
};
