import { ConfigurationMistake } from "@subject-rights/core";
import type { ConstructorOptions, PgBoss, UpdateQueueOptions } from "pg-boss";

/**
 * For `new PgBoss({ …, ...bossSettings })`: the jobs of a process that was killed are noticed within a second of
 * their last sign of life being too old. With pg-boss's own defaults that takes up to two minutes longer.
 */
export const bossSettings = {
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
  // Costs every sender more than it saves a worker here, which is told by its own process or looks each second.
  useListenNotify: false,
} as const satisfies Partial<ConstructorOptions>;

/** What pg-boss takes at least. A sign of life is given three times as often. */
const heartbeatSeconds = 10;

export const heartbeatEvery = (heartbeatSeconds * 1_000) / 3;

const day = 24 * 3_600;

const settings = {
  heartbeatSeconds,
  // Only what died comes back by itself, and at once. What failed is enqueued anew, for later.
  retryLimit: 1_000_000,
  retryDelay: 0,
  retryBackoff: false,
  // The longest there is. A request that is worked on for longer is handed to somebody else as well: no harm.
  expireInSeconds: day,
  notify: false,
} as const satisfies UpdateQueueOptions;

/**
 * Makes the queue, or brings it up to date. Of one key one job is active at once: that is the policy `singleton`.
 *
 * @throws ConfigurationMistake where there is a queue of this name with another policy
 */
export const makeQueue = async (
  boss: Pick<PgBoss, "createQueue" | "getQueue" | "updateQueue">,
  name: string,
): Promise<void> => {
  const found = await boss.getQueue(name);
  if (found === null) return boss.createQueue(name, { ...settings, policy: "singleton" });
  if (found.policy !== "singleton")
    throw new ConfigurationMistake(
      `pg-boss has a queue "${name}" of policy "${found.policy ?? "standard"}". Give the dispatcher a queue of its own.`,
    );
  await boss.updateQueue(name, settings);
};
