import { orThrow } from "../result.ts";
import type { Services } from "../runner/services.ts";
import { type Checkpointing, makeCheckpoints } from "./make-checkpoint.ts";

const tenantsAtOnce = 100;

/** Null where there are no checkpoints. */
export const checkpointing = (services: Services): Checkpointing | null => {
  const { checkpointStore, evidenceSigner } = services;
  return checkpointStore === null || evidenceSigner === null
    ? null
    : { ...services, checkpointStore, evidenceSigner };
};

/** Puts all audits under checkpoints, again and again. */
export const keepCheckpoints = async (
  services: Checkpointing,
  every: number,
  stop: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> => {
  while (!stop.aborted) {
    await checkpointAll(services, onError).catch(onError);
    await services.clock.wait(every, stop).catch(() => undefined);
  }
};

/** Each tenant once: what grows meanwhile comes under the next. */
const checkpointAll = async (services: Checkpointing, onError: (error: unknown) => void): Promise<void> => {
  const done = new Set<string>();
  for (;;) {
    const tenants = orThrow(await services.checkpointStore.tenants({ limit: tenantsAtOnce + done.size }));
    const next = tenants.filter((tenant) => !done.has(tenant));
    if (next.length === 0) return;
    for (const tenant of next) {
      done.add(tenant);
      // One tenant's trouble is no reason to leave the others out.
      await makeCheckpoints(services, tenant).catch(onError);
    }
  }
};
