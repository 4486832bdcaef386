import type { Actor, RequestView } from "@subject-rights/core";
import { addressesOf, whoIs } from "../world/company.ts";
import { isStill, processAt, type World } from "../world/processes.ts";
import { acting } from "./acting.ts";

export const admin: Actor = { id: "admin-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const approver: Actor = { id: "admin-2", tenant: "northwind", roles: ["admin", "tenant-admin"] };

/** All requests as they stand; empty where whoever was asked has died over it. */
export const viewsIn = async (world: World): Promise<readonly RequestView[]> => {
  const { rights, life } = await processAt(world, 0);
  const answer = isStill(world) ? undefined : await life.alive(rights.requests.list({ actor: admin }));
  if (answer === undefined) return isStill(world) ? [] : viewsIn(world);
  if (answer.isErr()) {
    world.history.surprises.push(`a list of requests: ${answer.error.code}`);
    return [];
  }
  if (answer.value.damaged.length > 0) world.history.surprises.push("a record cannot be read");
  return answer.value.requests;
};

/** Acknowledges with the newest token that was sent for a request. */
export const confirm = async (world: World, requestId: string): Promise<void> => {
  const { history, mail, ledger } = world;
  const letter = mail.inbox.sent.findLast(
    ({ notice }) => notice.type === "confirmation" && notice.requestId === requestId,
  );
  if (letter?.notice.type !== "confirmation") return;
  const { token } = letter.notice;
  const asked = history.asked.get(requestId);
  const before = ledger.next();
  // Whoever calls may never see an answer.
  if (asked !== undefined) asked.confirmedFrom ??= before;
  const answer = await acting(world, ({ requests }) => requests.acknowledge({ token }));
  if (answer === "failed" && asked?.confirmedFrom === before) asked.confirmedFrom = null;
};

/** Everybody does what they are asked for. */
export const oblige = async (world: World): Promise<void> => {
  for (const view of await viewsIn(world)) await obligeFor(world, view);
};

/** Whether what is asked about is the person's alone, as whoever knows them can tell; undefined where nothing is asked. */
const isOwn = async (world: World, requestId: string, decision: string): Promise<boolean | undefined> => {
  let isTheirs: boolean | undefined;
  const person = world.history.asked.get(requestId)?.person;
  await acting(
    world,
    ({ requests }) => requests.reveal({ actor: admin, requestId }),
    ({ undecided }) => {
      const asked = undecided.find((each) => each.decision === decision);
      if (asked !== undefined) isTheirs = whoIs([asked.identifier]) === person;
    },
  );
  return isTheirs;
};

const obligeFor = async (world: World, view: RequestView): Promise<void> => {
  const { company, history, registered } = world;
  const on = { actor: admin, requestId: view.id };
  const asked = history.asked.get(view.id);
  for (const waiting of view.waitingFor) {
    switch (waiting.for) {
      case "acknowledgement":
        await confirm(world, view.id);
        break;
      case "decision": {
        const isTheirs = await isOwn(world, view.id, waiting.decision);
        if (isTheirs === undefined) break;
        await acting(world, ({ requests }) =>
          requests.decideIdentifier({
            ...on,
            decision: waiting.decision,
            answer: isTheirs ? "same-person" : "somebody-else",
            reason: isTheirs ? "it is theirs" : "others have it as well",
          }),
        );
        break;
      }
      case "task": {
        const { papers } = company;
        papers.splice(0, papers.length, ...papers.filter(({ person }) => person !== asked?.person));
        await acting(world, ({ requests }) =>
          requests.answerTask({ ...on, source: waiting.source, answer: "done", note: "shredded" }),
        );
        break;
      }
      case "approval":
        if (!history.approved.has(view.id)) history.approved.set(view.id, world.ledger.next());
        await acting(world, ({ requests }) =>
          requests.approve({ ...on, actor: approver, plan: waiting.plan }),
        );
        break;
      case "source": {
        const isRegistered = [...registered].some((name) => name === waiting.source);
        history.againOnPurpose.add(view.id);
        // A copy is filled again and again from an origin that somebody has given up.
        const isHopeless =
          !isRegistered ||
          view.sources.some(({ kind, settlement }) => kind === "origin" && settlement !== null);
        await acting(world, ({ requests }) =>
          isHopeless
            ? requests.settleSource({ ...on, source: waiting.source, reason: "beyond reach" })
            : requests.retrySource({ ...on, source: waiting.source }),
        );
        break;
      }
      case "message":
        history.againOnPurpose.add(view.id);
        await acting(world, ({ requests }) => requests.resendMessage({ ...on, message: waiting.message }));
        break;
      default:
        break;
    }
  }
};

/** The address that somebody asks under. */
export const addressOf = (person: number, address: 0 | 1): string => addressesOf(person)[address];
