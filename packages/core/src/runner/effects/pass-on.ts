import { NotPossibleNow } from "../../errors.ts";
import type { RequestEvent } from "../../request/events.ts";
import type { OutageNews } from "../../request/outage.ts";
import type { Request } from "../../request/request.ts";
import { openRequests } from "../every-request.ts";
import { tellOther } from "../tell-other.ts";
import type { Effect } from "./effect.ts";

/**
 * Tells the other requests that wait for a source, in whichever process they are worked on: all of them that it answers,
 * or one of them that it is for that one to look after the outage. Each is woken by what is stored for it.
 *
 * @throws StorageFailed; NotPossibleNow where this is broken off. Then it is done again
 */
export const passOn = async (effect: Effect, news: OutageNews): Promise<RequestEvent> => {
  const { services, request, signal } = effect;
  const { source, since, toldAt } = news;
  for await (const other of openRequests(services, request.tenant)) {
    if (signal.aborted) throw new NotPossibleNow("The library stops, or the request is over.");
    if (other.id === request.id || !waitsFor(other, source)) continue;
    if (news.news === "answers") await tellOther(services, other, { type: "source-answers", source, toldAt });
    else if (await tellOther(services, other, { type: "outage-handed-on", source, since, toldAt })) break;
  }
  return { type: "outage-news-passed-on", source };
};

const waitsFor = ({ steps }: Request, source: string): boolean =>
  steps.some((step) => step.source === source && step.outage != null);
