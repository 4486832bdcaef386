import { randomUUID } from "node:crypto";
import {
  createSubjectRights,
  defineDataSource,
  defineNotifier,
  type Notice,
  orThrow,
  type SubjectRights,
} from "@subject-rights/core";
import type { PostgresStorage } from "@subject-rights/postgres";
import type { Contest } from "../../harness/contest.ts";
import type { Timed } from "../../harness/timed.ts";
import { filledAgainstEmpty } from "./filled-against-empty.ts";
import { tenant } from "./samples.ts";

interface Application {
  readonly rights: SubjectRights;
  readonly sent: Map<string, Notice>;
}

/** The library over a storage, with a source and a notifier that cost nothing. */
const applicationOver = ({ migrate: _, ...storage }: PostgresStorage): Application => {
  const sent = new Map<string, Notice>();
  const notifier = defineNotifier({
    id: "kept",
    send: async ({ notice }) => void (notice.type === "confirmation" && sent.set(notice.requestId, notice)),
  });
  const customers = defineDataSource({
    id: "customers",
    title: "Customers",
    holds: ["customer-data"],
    kind: "origin",
    locate: async () => [{ collection: "customers", count: 0 }],
    erase: async () => [{ collection: "customers", outcome: "erased", count: 1 }],
  });
  const addresses = {
    tenantAdmin: () => "admin@halmstrand.example",
    support: () => "support@halmstrand.example",
  };
  const controller = "Halmstrand Lamps";
  return {
    rights: createSubjectRights({ controller, sources: [customers], notifier, addresses, ...storage }),
    sent,
  };
};

/** One request at a time, from its submission to its end; each part is measured on its own. */
const lifeOf = ({ rights, sent }: Application) => {
  const actor = { id: "admin-1", tenant, roles: ["admin"] };
  let took = { submit: 0, acknowledge: 0 };
  const whole: Timed = async () => {
    const began = performance.now();
    const asked = { actor, kind: "erasure", category: "customer-data" } as const;
    const { request } = orThrow(
      await rights.requests.submit({ ...asked, email: `${randomUUID()}@example.org` }),
    );
    const submit = performance.now() - began;
    let acknowledge: number | undefined;
    for await (const event of orThrow(await rights.requests.progress({ actor, requestId: request.id }))) {
      const confirmation = sent.get(request.id);
      if (
        confirmation?.type === "confirmation" &&
        event.type === "message" &&
        event.message.status === "sent"
      ) {
        sent.delete(request.id);
        const asks = performance.now();
        orThrow(await rights.requests.acknowledge({ token: confirmation.token }));
        acknowledge = performance.now() - asks;
      }
      if (event.type === "closed" && event.outcome !== "completed")
        throw new Error(`It ended ${event.outcome}.`);
    }
    if (acknowledge === undefined) throw new Error("No confirmation arrived.");
    took = { submit, acknowledge };
    return undefined;
  };
  return { whole, submit: async () => took.submit, acknowledge: async () => took.acknowledge };
};

/** Submission, acknowledgement and all the rest, with the runner of core working. */
export const wholeLibrary = async (
  empty: PostgresStorage,
  filled: PostgresStorage,
): Promise<{ readonly contests: readonly Contest[]; stop(): Promise<void> }> => {
  const applications = [applicationOver(empty), applicationOver(filled)] as const;
  for (const { rights } of applications) orThrow(await rights.start());
  const [baseline, measured] = [lifeOf(applications[0]), lifeOf(applications[1])];
  const titles = {
    whole: "a whole erasure, until it is closed",
    submit: "of it: submit",
    acknowledge: "of it: acknowledge",
  } as const;
  return {
    // The first runs it; the others tell what it measured on the way.
    contests: (Object.keys(titles) as (keyof typeof titles)[]).map((part) =>
      filledAgainstEmpty(titles[part], baseline[part], measured[part]),
    ),
    stop: async () => {
      for (const { rights } of applications) await rights.stop();
    },
  };
};
