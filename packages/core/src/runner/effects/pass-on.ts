import { NotPossibleNow } from "../../errors.ts";
import type { RequestEvent } from "../../request/events.ts";
import type { OutageNews } from "../../request/outage.ts";
import type { Request } from "../../request/request.ts";
import { callOf, type SourceStep } from "../../request/steps.ts";
import { readableRequests } from "../every-request.ts";
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
  const tried = new Set(stepsAt(request, source).map(callOf));
  for await (const other of readableRequests(services, request.tenant, true)) {
    if (signal.aborted) throw new NotPossibleNow("The library stops, or the request is over.");
    const waiting = stepsAt(other, source).find(({ outage }) => outage != null);
    if (other.id === request.id || waiting === undefined) continue;
    if (news.news === "answers") {
      await tellOther(services, other, { type: "source-answers", source, toldAt });
    } else if (news.news === "left") {
      if (await tellOther(services, other, { type: "outage-handed-on", source, since, toldAt })) break;
    } else if (!tried.has(callOf(waiting))) {
      if (await tellOther(services, other, { type: "outage-tried", source })) tried.add(callOf(waiting));
    }
  }
  return { type: "outage-news-passed-on", source, news: news.news };
};

const stepsAt = ({ steps }: Request, source: string): SourceStep[] =>
  steps.filter((step) => step.source === source);
