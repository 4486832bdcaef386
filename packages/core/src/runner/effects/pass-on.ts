import { NotPossibleNow } from "../../errors.ts";
import type { RequestEvent } from "../../request/events.ts";
import { waitsForSource } from "../../request/notices.ts";
import type { Outage, OutageNews } from "../../request/outage.ts";
import type { Request } from "../../request/request.ts";
import { callOf } from "../../request/steps.ts";
import { callForLetters } from "../answers.ts";
import { thoseWaiting } from "../every-request.ts";
import { tellOther } from "../tell-other.ts";
import type { Effect } from "./effect.ts";

/**
 * Tells the other requests that wait for a source, in whichever process they are worked on. Each is woken by what is
 * stored for it.
 *
 * @throws StorageFailed; NotPossibleNow where this is broken off. Then it is done again
 */
export const passOn = async (effect: Effect, news: OutageNews): Promise<RequestEvent> => {
  const { services, request, signal } = effect;
  const { source, since, toldAt } = news;
  // With which calls the source was tried.
  const tried = new Set(callsAt(request, source, "looks-after"));
  for await (const read of thoseWaiting(services, request.tenant, [source])) {
    if (read.isErr()) continue;
    const other = read.value;
    if (signal.aborted) throw new NotPossibleNow("The library stops, or the request is over.");
    const waiting = callsAt(other, source);
    if (other.id === request.id || waiting.length === 0) continue;
    if (news.news === "answers") {
      await tellOther(services, other, { type: "source-answers", source, toldAt });
    } else if (news.news === "left") {
      if (await tellOther(services, other, { type: "outage-handed-on", source, since, toldAt })) break;
    } else if (!waiting.every((call) => tried.has(call))) {
      if (await tellOther(services, other, { type: "outage-tried", source }))
        for (const call of waiting) tried.add(call);
    }
  }
  return { type: "outage-news-passed-on", source, news: news.news };
};

/** With which calls a request waits for a source that is down. */
const callsAt = ({ steps, notices }: Request, source: string, role?: Outage["role"]): string[] => [
  ...steps.filter((step) => step.source === source && isOf(step.outage, role)).map((step) => callOf(step)),
  ...notices
    .filter((notice) => waitsForSource(notice, source) && isOf(notice.asked?.outage, role))
    .map(() => callForLetters),
];

const isOf = (outage: Outage | null | undefined, role: Outage["role"] | undefined): boolean =>
  outage != null && (role === undefined || outage.role === role);
