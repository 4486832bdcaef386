import type { Call } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import { CallFailed, type StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { StoredSourceStatus } from "../ports/source-status-store.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { SourceStatus } from "../request/steps.ts";
import { err, errAsync, ok, type ResultAsync } from "../result.ts";
import type { Services } from "./services.ts";

type StatusServices = Pick<Services, "sourceStatusStore" | "clock">;

const succeeded = { status: "succeeded", problem: null, refreshedAt: null } as const;

/** Keeps what the Data Sources page shows of a source; that it worked, where nothing else is said. */
export const keepStatus = (
  { sourceStatusStore, clock }: StatusServices,
  tenant: string,
  source: string,
  status: Pick<StoredSourceStatus, "status" | "problem" | "refreshedAt"> = succeeded,
): ResultAsync<void, StorageFailed> =>
  sourceStatusStore.put({ tenant, source, ...status, at: instant(clock.now()) });

/** Refreshes a copy, and keeps what the Data Sources page shows of it. */
export const refreshSource = (
  services: StatusServices,
  source: DataSource,
  call: Call,
): ResultAsync<void, CallFailed | StorageFailed> => {
  const { id } = source.descriptor;
  const { refresh } = source;
  if (refresh === null) return errAsync(new CallFailed(id, "not-supported", false));
  const put = (status: SourceStatus, problem: ProblemCode | null, refreshedAt: Instant | null) =>
    keepStatus(services, call.tenant, id, { status, problem, refreshedAt });
  return services.sourceStatusStore
    .list({ tenant: call.tenant })
    .map((known) => known.find(({ source }) => source === id)?.refreshedAt ?? null)
    .andThen((refreshedBefore) =>
      put("running", null, refreshedBefore)
        .andThen(() => refresh(call))
        .andThen(() => put("succeeded", null, instant(services.clock.now())))
        .orElse((error) =>
          error instanceof CallFailed
            ? put("warning", error.problem, refreshedBefore).andThen(() => err<void, CallFailed>(error))
            : err(error),
        ),
    )
    .andThen(() => ok(undefined));
};
