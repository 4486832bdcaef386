import { createHash } from "node:crypto";
import type { WakeUp } from "@subject-rights/core";
import { z } from "zod";

/** All that a job holds: whom to wake, and when. Nothing personal. */
const jobSchema = z.object({
  tenant: z.string(),
  requestId: z.string(),
  runAt: z.string(),
  /** Times in a row that its handler threw. */
  failures: z.number().int().nonnegative().default(0),
});

export interface ReadJob {
  readonly wakeUp: WakeUp;
  readonly failures: number;
}

export const writeJob = ({ tenant, id, runAt }: WakeUp, failures: number): object => ({
  tenant,
  requestId: id,
  runAt,
  ...(failures > 0 && { failures }),
});

/** @throws ZodError for what somebody else has put into the queue */
export const readJob = (data: unknown): ReadJob => {
  const { tenant, requestId, runAt, failures } = jobSchema.parse(data);
  return { wakeUp: { tenant, id: requestId, runAt }, failures };
};

/** An entry of an index in PostgreSQL has 2,704 bytes at most. */
const longestKey = 500;

/** A key that fits. Two that differ stay two. */
export const singletonKeyOf = (dedupeKey: string): string =>
  dedupeKey.length <= longestKey ? dedupeKey : createHash("sha256").update(dedupeKey).digest("hex");
