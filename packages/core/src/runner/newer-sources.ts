import type { SourceStatusStore } from "../bridge/define-source-status-store.ts";
import { type Instant, instant, later } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import { orThrow } from "../result.ts";
import { keepLooking } from "./dispatcher/keep-looking.ts";
import type { RegisteredSources } from "./served.ts";

/** Rows of no tenant say which sources some process has registered: `refreshedAt` since when, `at` when it last said so. */
const noTenant = "";

/** Sources that newer code knows, while this process is there. */
export interface NewerSources {
  /**
   * Says which sources are registered here, now and again and again, for processes of older code.
   *
   * @throws StorageFailed where it could not be said
   */
  tell(stop: AbortSignal): Promise<void>;
  /**
   * Whether another process has registered a source, since this one began, that is not known here: then no request gets to
   * its end here, or it would get there without that source.
   *
   * @throws StorageFailed
   */
  areThere(): Promise<boolean>;
}

interface Parts {
  readonly sourceStatusStore: SourceStatusStore;
  readonly sources: RegisteredSources;
  readonly clock: Clock;
  /** Milliseconds between two looks. */
  readonly lookEvery: number;
  readonly onError: (error: unknown) => void;
}

export const newerSourcesOf = ({
  sourceStatusStore,
  sources,
  clock,
  lookEvery,
  onError,
}: Parts): NewerSources => {
  let beganAt: Instant | null = null;
  /** Whoever has not said so for longer is gone: that code was taken back. */
  const lasts = 3 * lookEvery;

  const said = async () => orThrow(await sourceStatusStore.list({ tenant: noTenant }));

  const say = async (stop: AbortSignal): Promise<void> => {
    const before = await said();
    const at = instant(clock.now());
    for (const source of sources.ids) {
      if (stop.aborted) return;
      const known = before.find((row) => row.source === source);
      const since = known !== undefined && later(known.at, lasts) >= at ? known.refreshedAt : null;
      const row = { tenant: noTenant, source, status: "succeeded", problem: null, at } as const;
      orThrow(await sourceStatusStore.put({ ...row, refreshedAt: since ?? at }));
    }
  };

  return {
    tell: async (stop) => {
      beganAt = instant(clock.now());
      await say(stop);
      void keepLooking({ clock, every: lookEvery, look: () => say(stop), onError }, stop);
    },
    areThere: async () => {
      const began = beganAt;
      if (began === null) return false;
      const now = instant(clock.now());
      return (await said()).some(
        ({ source, at, refreshedAt }) =>
          !sources.has(source) && refreshedAt !== null && refreshedAt > began && later(at, lasts) >= now,
      );
    },
  };
};
