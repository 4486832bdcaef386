import {
  createSubjectRights,
  type DataSource,
  defineNotifier,
  type Notice,
  orThrow,
  type RequestView,
  type SubjectRightsOptions,
  type Submission,
} from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { simulatedClock } from "@subject-rights/testing";

export const actor = { id: "admin-1", tenant: "halmstrand", roles: ["admin", "tenant-admin"] };

/**
 * Whoever asks a library, and waits for what comes of it. What is tested so are the sources: a store in memory takes a tenth of
 * the time, and none is made anew for each test.
 */
export const askingOf = async (
  sources: readonly DataSource[],
  options: Partial<SubjectRightsOptions> = {},
  clock = simulatedClock(new Date("2026-03-02T09:00:00.000Z")),
) => {
  const sent: Notice[] = [];
  const errors: unknown[] = [];
  const rights = createSubjectRights({
    ...memoryStorage(),
    clock,
    controller: "Halmstrand Lamps",
    sources,
    notifier: defineNotifier({
      id: "kept",
      attachmentLimit: 1_000_000,
      send: async ({ notice }) => void sent.push(notice),
    }),
    addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
    onError: (error) => void errors.push(error),
    ...options,
  });
  orThrow(await rights.start());

  const read = async (requestId: string) => orThrow(await rights.requests.read({ actor, requestId }));
  const until = async (isSo: () => Promise<boolean>, step = 1_000) => {
    while (!(await isSo())) {
      await clock.advance(step);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  return {
    rights,
    clock,
    sent,
    errors,
    until,
    read,
    /** Asks, confirms, and reads it once it is closed or waits for somebody. */
    ask: async (asked: Omit<Submission, "actor">): Promise<RequestView> => {
      const { request } = orThrow(await rights.requests.submit({ actor, ...asked }));
      const confirmation = () =>
        sent.find((notice) => notice.type === "confirmation" && notice.requestId === request.id);
      await until(async () => confirmation() !== undefined);
      const found = confirmation();
      orThrow(
        await rights.requests.acknowledge({ token: found?.type === "confirmation" ? found.token : "" }),
      );
      await until(async () => {
        const { phase, waitingFor } = await read(request.id);
        return phase === "closed" || waitingFor.length > 0;
      });
      return read(request.id);
    },
  };
};
