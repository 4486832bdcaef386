import type { Broken } from "../describe-suite.ts";
import type { Fault } from "./world.ts";

export const auditingFaults: readonly Broken<Fault>[] = [
  {
    fault: "the audit is ordered as text",
    how: ({ good }) => ({
      audit: async (key) =>
        (await good.audit(key)).sort((one, other) =>
          String(one.sequence) < String(other.sequence) ? -1 : 1,
        ),
    }),
    caughtBy: ["audit: every entry as it was, in order"],
  },
  {
    fault: "the audit drops what is null",
    how: ({ good }) => ({
      audit: async (key) =>
        (await good.audit(key)).map((entry) => ({
          ...entry,
          detail: Object.fromEntries(Object.entries(entry.detail).filter(([, value]) => value !== null)),
        })),
    }),
    caughtBy: ["audit: every entry as it was, in order"],
  },
  {
    fault: "a commit that says nothing is audited as well",
    how: ({ good }) => ({
      commit: ({ entries, ...input }) =>
        good.commit({
          ...input,
          entries:
            entries.length > 0
              ? entries
              : [
                  {
                    tenant: input.request.tenant,
                    requestId: input.request.id,
                    sequence: input.expectedVersion + 1,
                    at: input.request.receivedAt,
                    actor: "store",
                    action: "changed",
                    source: null,
                    detail: {},
                    hash: "of nothing",
                  },
                ],
        }),
    }),
    caughtBy: ["audit: a commit without entries adds none"],
  },
  {
    fault: "the audit is found by the id alone",
    how: ({ good, tables }) => ({
      async audit(key) {
        await good.audit(key);
        return [...tables.audit.values()].flat().filter(({ requestId }) => requestId === key.id);
      },
    }),
    caughtBy: ["audit: requests and tenants are apart"],
  },
  {
    fault: "no audit is an error",
    how: ({ good }) => ({
      async audit(key) {
        const entries = await good.audit(key);
        if (entries.length === 0) throw new Error("no rows");
        return entries;
      },
    }),
    caughtBy: ["audit: a request that is not there has none, and that is no error"],
  },
];
