import type { Call } from "../bridge/call.ts";
import type { DataSource } from "../bridge/define-data-source.ts";
import { CallFailed, type StorageFailed } from "../errors.ts";
import { instant } from "../instant.ts";
import type { ProblemCode } from "../request/problems.ts";
import type { SourceStatus } from "../request/steps.ts";
import { err, errAsync, ok, type ResultAsync } from "../result.ts";
import type { Services } from "./services.ts";

/** Refreshes a copy, and keeps what the Data Sources page shows of it. */
export const refreshSource = (
  services: Pick<Services, "sourceStatusStore" | "clock">,
  source: DataSource,
  call: Call,
): ResultAsync<void, CallFailed | StorageFailed> => {
  const { id } = source.descriptor;
  const { refresh } = source;
  if (refresh === null) return errAsync(new CallFailed(id, "not-supported", false));
  const put = (status: SourceStatus, problem: ProblemCode | null, refreshedAt: string | null) =>
    services.sourceStatusStore.put({
      tenant: call.tenant,
      source: id,
      status,
      problem,
      at: instant(services.clock.now()),
      refreshedAt,
    });
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
