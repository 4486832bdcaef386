import type { Instant } from "../instant.ts";
import type { Outcome, Phase } from "../request/phases.ts";
import type { Waiting } from "../request/waiting.ts";
import type { MessageProgress, RequestView, SourceProgress } from "./view.ts";

/** Something that changed about a request: for a bar, a log, a page. Holds nothing personal. */
export type ProgressEvent =
  | { readonly type: "phase"; readonly phase: Phase }
  | { readonly type: "source"; readonly source: SourceProgress }
  | { readonly type: "message"; readonly message: MessageProgress }
  /** It waits for something that does not come by itself; empty when that is over. */
  | { readonly type: "waiting"; readonly for: readonly Waiting[] }
  /** Nothing is under way until then, by itself; null: until a person does something. */
  | { readonly type: "idle"; readonly until: Instant | null }
  | { readonly type: "closed"; readonly outcome: Outcome };

/** What changed from one view to the next; everything, where there is none before. */
export const progressBetween = (before: RequestView | null, now: RequestView): ProgressEvent[] => {
  const events: ProgressEvent[] = [];
  const differ = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  if (before?.phase !== now.phase) events.push({ type: "phase", phase: now.phase });
  for (const source of now.sources) {
    const known = before?.sources.find(({ id }) => id === source.id);
    if (differ(known, source)) events.push({ type: "source", source });
  }
  for (const message of now.messages) {
    const known = before?.messages.find(({ id }) => id === message.id);
    if (differ(known, message)) events.push({ type: "message", message });
  }
  if (differ(before?.waitingFor ?? [], now.waitingFor)) events.push({ type: "waiting", for: now.waitingFor });
  if (now.idle !== null && now.outcome === null && differ(before?.idle, now.idle)) {
    events.push({ type: "idle", until: now.idle.until });
  }
  if (now.outcome !== null && (before?.outcome ?? null) === null) {
    events.push({ type: "closed", outcome: now.outcome });
  }
  return events;
};
