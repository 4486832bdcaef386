import type {
  Actor,
  AuditEntry,
  HoldError,
  HoldView,
  PlanPreview,
  ReadError,
  RequestView,
} from "@subject-rights/core";
import { err, ok, type Result } from "@subject-rights/core";
import type { ConsoleContext, Visitor } from "../console.ts";
import type { Me } from "../parts/who.ts";

/** Everything that the page of a request shows. */
export interface LoadedRequest {
  readonly request: RequestView;
  readonly preview: PlanPreview;
  readonly entries: readonly AuditEntry[];
  /** The holds that stop it, by id; empty where the visitor may not read them. */
  readonly holds: ReadonlyMap<string, HoldView>;
  readonly me: Me;
}

export const loadRequest = async (
  { rights }: ConsoleContext,
  { actor, may }: Visitor,
  requestId: string,
): Promise<Result<LoadedRequest, ReadError | HoldError>> => {
  const input = { actor, requestId };
  // One after the other: a request that is not there is asked for once, and its audit is at least as new as its record.
  const request = await rights.requests.read(input);
  if (request.isErr()) return err(request.error);
  const preview = await rights.requests.preview(input);
  if (preview.isErr()) return err(preview.error);
  const entries = await rights.requests.audit(input);
  if (entries.isErr()) return err(entries.error);
  const holds = may("read-holds") ? await holdsOf(rights, actor, request.value) : ok(new Map());
  if (holds.isErr()) return err(holds.error);
  return ok({
    request: request.value,
    preview: preview.value,
    entries: entries.value,
    holds: holds.value,
    // A page does without the word "you".
    me: (await rights.recordedAs({ actor })).match(
      (name) => [name, actor.id],
      () => [actor.id],
    ),
  });
};

const holdsOf = async (
  rights: ConsoleContext["rights"],
  actor: Actor,
  { waitingFor }: RequestView,
): Promise<Result<ReadonlyMap<string, HoldView>, HoldError>> => {
  const found = new Map<string, HoldView>();
  for (const waiting of waitingFor) {
    if (waiting.for !== "hold") continue;
    const read = await rights.holds.read({ actor, holdId: waiting.hold });
    if (read.isErr()) return err(read.error);
    found.set(waiting.hold, read.value);
  }
  return ok(found);
};
