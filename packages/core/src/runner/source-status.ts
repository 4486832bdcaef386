import type { Call } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import { CallFailed, type StorageFailed } from "../errors.ts";
import { type Instant, instant } from "../instant.ts";
import type { StoredSourceStatus } from "../ports/source-status-store.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { SourceStatus } from "../request/steps.ts";
import { err, errAsync, okAsync, type ResultAsync } from "../result.ts";
import type { Services } from "./services.ts";

type StatusServices = Pick<Services, "sourceStatusStore" | "clock">;

const neverRefreshed = { status: "pending", problem: null, refreshedAt: null } as const;
const succeeded = { status: "succeeded", problem: null, refreshedAt: null } as const;

/** Keeps what the Data Sources page shows of a source; that it worked, where nothing else is said. */
export const keepStatus = (
  { sourceStatusStore, clock }: StatusServices,
  tenant: string,
  source: string,
  status: Pick<StoredSourceStatus, "status" | "problem" | "refreshedAt"> = succeeded,
): ResultAsync<void, StorageFailed> =>
  sourceStatusStore.put({ tenant, source, ...status, at: instant(clock.now()) });

/**
 * Refreshes a copy, and keeps what the Data Sources page shows of it.
 *
 * @param guard asked right before it is refreshed; where it says no, the page shows what it did before
 */
export const refreshSource = <No = never>(
  services: StatusServices,
  source: DataSource,
  call: Call,
  guard: () => ResultAsync<void, No | StorageFailed> = () => okAsync(undefined),
): ResultAsync<void, CallFailed | StorageFailed | No> => {
  const { id } = source.descriptor;
  const { refresh } = source;
  if (refresh === null) return errAsync(new CallFailed(id, "not-supported", false));
  // Nothing is begun, and how it stands stays as it is.
  if (call.signal.aborted) return errAsync(new CallFailed(id, "interrupted", true));
  const put = (status: SourceStatus, problem: ProblemCode | null, refreshedAt: Instant | null) =>
    keepStatus(services, call.tenant, id, { status, problem, refreshedAt });
  return services.sourceStatusStore.list({ tenant: call.tenant }).andThen((known) => {
    const before = known.find(({ source }) => source === id) ?? neverRefreshed;
    const asBefore = (error: No | StorageFailed) =>
      put(before.status, before.problem, before.refreshedAt).andThen(() => err(error));
    return put("running", null, before.refreshedAt)
      .andThen(() => guard().orElse(asBefore))
      .andThen(() =>
        refresh(call)
          .andThen(() => put("succeeded", null, instant(services.clock.now())))
          .orElse((error) =>
            error instanceof CallFailed
              ? put("warning", error.problem, before.refreshedAt).andThen(() => err<void, CallFailed>(error))
              : err(error),
          ),
      );
  });
};
