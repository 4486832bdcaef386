import { type RequestView, ResultAsync } from "@subject-rights/core";
import { furtherSources, type Happening, type SourceName } from "../story/story.ts";
import { newRow } from "../world/company.ts";
import type { Stop } from "../world/history.ts";
import { bytesOf } from "../world/package.ts";
import { launch, processAt, type World } from "../world/processes.ts";
import { acting, type Coded } from "./acting.ts";
import { addressOf, admin, confirm, oblige, viewsIn } from "./people.ts";

const all: readonly SourceName[] = ["accounts", ...furtherSources];

/** @param chosen the request that it happens to, where that is known */
export const bringAbout = async (world: World, happening: Happening, chosen?: RequestView): Promise<void> => {
  const { history, ledger, clock, company, mail } = world;
  const at = () => clock.now().getTime();
  const viewAt = async (which: number): Promise<RequestView | undefined> => {
    if (chosen !== undefined) return chosen;
    const views = await viewsIn(world);
    return views[which % Math.max(1, views.length)];
  };
  const stop = async (what: Stop["what"], person: number, requestId: string | null): Promise<void> => {
    // What had looked right before it gets to where it is.
    await clock.advance(0);
    history.stops.push({ what, person, requestId, from: ledger.next(), until: null });
  };
  const release = (matches: (stop: Stop) => boolean): void => {
    for (const each of history.stops) if (each.until === null && matches(each)) each.until = ledger.next();
  };

  switch (happening.what) {
    case "ask": {
      const { kind, person, address } = happening;
      // Who was asked may end before they answer, and the request is there all the same.
      world.asking = { kind, person, address };
      await acting(world, ({ requests }) =>
        requests.submit({ actor: admin, kind, category: "customer-data", email: addressOf(person, address) }),
      );
      return;
    }
    case "confirm": {
      const view = await viewAt(happening.which);
      if (view !== undefined) await confirm(world, view.id);
      return;
    }
    case "oblige":
      return oblige(world);
    case "answer-wrongly": {
      const view = await viewAt(happening.which);
      const task = view?.waitingFor.find((waiting) => waiting.for === "task");
      if (view === undefined || task === undefined) return;
      const answer = (["done", "not-there", "cannot"] as const)[happening.which % 3] ?? "done";
      await acting(world, ({ requests }) =>
        requests.answerTask({
          actor: admin,
          requestId: view.id,
          source: task.source,
          answer,
          note: "as asked",
        }),
      );
      return;
    }
    case "hold": {
      const { person } = happening;
      let placed: string | undefined;
      await acting(
        world,
        ({ holds }) =>
          holds.place({
            actor: admin,
            identifiers: [{ type: "email", value: addressOf(person, 0) }],
            reason: "a claim",
          }),
        ({ hold, notAsked }) => {
          // Who could not be asked may know them by other names: those the hold does not have.
          history.holds.set(hold.id, person);
          if (notAsked.length === 0) placed = hold.id;
        },
      );
      if (placed !== undefined) await stop("hold", person, placed);
      return;
    }
    case "fetch": {
      const view = await viewAt(happening.which);
      if (view !== undefined) await fetch(world, view.id);
      return;
    }
    case "lift":
      for (const [hold, person] of history.holds) if (person === happening.person) await lift(world, hold);
      return;
    case "sweep": {
      const { person } = happening;
      if (!history.swept.has(person)) history.swept.set(person, ledger.next());
      await acting(world, ({ sweeps }) =>
        sweeps.eraseMany({
          actor: admin,
          reason: "retention",
          category: "customer-data",
          async *people(cursor) {
            if (cursor !== null) return;
            yield {
              people: [{ identifiers: [{ type: "email", value: addressOf(person, 0) }] }],
              cursor: "1",
            };
          },
        }),
      );
      return;
    }
    case "replay":
      await acting(world, ({ suppressions }) =>
        suppressions.replay({ actor: admin, since: new Date(0), category: "customer-data", dryRun: false }),
      );
      return;
    case "refill": {
      const source = all[happening.source] ?? "accounts";
      company[source].push(newRow(happening.person, 0, { since: ledger.next() }));
      return;
    }
    case "mail-down":
    case "mail-forgets":
    case "mail-up":
      mail.isDown = happening.what === "mail-down";
      mail.forgets = happening.what === "mail-forgets";
      return;
    case "source-down":
      return void world.down.add(all[happening.source] ?? "accounts");
    case "source-up":
      return void world.down.delete(all[happening.source] ?? "accounts");
    case "add":
    case "remove": {
      const source = all[happening.source] ?? "accounts";
      if (source === "accounts") return;
      if (happening.what === "add") world.registered.add(source);
      else world.registered.delete(source);
      // One process after the other gets the new code; the others go on with the old.
      const process = await processAt(world, happening.process);
      await process.life.alive(process.rights.stop());
      world.processes[world.processes.indexOf(process)] = await launch(world);
      return;
    }
    case "die": {
      const process = await processAt(world, happening.process);
      process.life.dieAfter(happening.effects);
      return;
    }
    case "jump":
      clock.set(new Date(at() + happening.by));
      return;
    default: {
      const view = await viewAt(happening.which);
      if (view !== undefined)
        await toRequest(world, happening.what, view, happening.which, { stop, release });
    }
  }
};

/** Whoever got a link to their package follows it. */
const fetch = async (world: World, requestId: string): Promise<void> => {
  const { history, ledger, clock } = world;
  const letter = history.delivered.findLast(
    ({ message: { notice } }) => notice.type === "delivery" && notice.requestId === requestId,
  );
  const notice = letter?.message.notice;
  if (notice?.type !== "delivery" || notice.url === null) return;
  const { sha256, url, expiresAt } = notice;
  const token = url.slice(url.lastIndexOf("/") + 1);
  await acting(
    world,
    ({ packages }) =>
      packages
        .download({ token })
        .andThen((fetched) => ResultAsync.fromPromise(bytesOf(fetched.read()), (thrown) => thrown as Coded)),
    (zip) => {
      history.handedOut.push({
        moment: ledger.next(),
        at: clock.now().getTime(),
        until: Date.parse(expiresAt),
        requestId,
        sha256,
        zip,
      });
    },
  );
};

const lift = async (world: World, holdId: string): Promise<void> => {
  for (const stop of world.history.stops) if (stop.requestId === holdId) stop.until ??= world.ledger.next();
  await acting(world, ({ holds }) => holds.lift({ actor: admin, holdId, reason: "over" }));
  world.history.holds.delete(holdId);
};

/** Also those of which nobody has heard, because whoever placed them has ended over it. */
export const liftAll = async (world: World): Promise<void> => {
  let ids: string[] = [];
  await acting(
    world,
    ({ holds }) => holds.list({ actor: admin, open: true }),
    ({ holds }) => {
      ids = holds.map(({ id }) => id);
    },
  );
  for (const id of ids) await lift(world, id);
};

/** One whose process has died keeps whom it was at until somebody goes on with it, or stops it. */
export const stopSweeps = async (world: World): Promise<void> => {
  let ids: string[] = [];
  await acting(
    world,
    ({ sweeps }) => sweeps.list({ actor: admin }),
    ({ sweeps }) => {
      ids = sweeps.flatMap(({ id, status }) => (status === "running" ? [id] : []));
    },
  );
  for (const sweepId of ids) await acting(world, ({ sweeps }) => sweeps.stop({ actor: admin, sweepId }));
};

interface Stops {
  readonly stop: (what: Stop["what"], person: number, requestId: string | null) => Promise<void>;
  readonly release: (matches: (stop: Stop) => boolean) => void;
}

const toRequest = async (
  world: World,
  what: Extract<Happening, { which: number }>["what"],
  view: RequestView,
  which: number,
  { stop, release }: Stops,
): Promise<void> => {
  const { history } = world;
  const on = { actor: admin, requestId: view.id };
  const asked = history.asked.get(view.id);
  const person = asked?.person ?? -1;
  const source = view.sources[which % Math.max(1, view.sources.length)]?.id ?? "accounts";
  const isOfRequest = (each: Stop) => each.what === "suspended" && each.requestId === view.id;
  switch (what) {
    case "retry":
      history.againOnPurpose.add(view.id);
      await acting(world, ({ requests }) => requests.retrySource({ ...on, source }));
      return;
    case "settle":
      await acting(world, ({ requests }) => requests.settleSource({ ...on, source, reason: "beyond reach" }));
      return;
    case "cancel":
    case "decline": {
      const done = await acting(world, ({ requests }) => requests[what]({ ...on, reason: "not founded" }));
      if (done === "done") await stop("ended", person, view.id);
      return;
    }
    case "suspend": {
      const done = await acting(world, ({ requests }) =>
        requests.suspend({ ...on, reason: "who asks is unclear" }),
      );
      if (done === "done") await stop("suspended", person, view.id);
      return;
    }
    case "resume":
      release(isOfRequest);
      await acting(world, ({ requests }) => requests.resume(on));
      return;
    case "extend":
      await acting(world, ({ requests }) => requests.extend({ ...on, reason: "there is much of it" }));
      return;
    case "put-first":
      if (asked !== undefined) asked.isPutFirst = true;
      await acting(world, ({ requests }) => requests.putFirst({ ...on, reason: "it is urgent" }));
      return;
    case "reissue":
      history.againOnPurpose.add(view.id);
      await acting(world, ({ requests }) => requests.resendConfirmation(on));
      return;
    case "resend": {
      const message = view.messages[which % Math.max(1, view.messages.length)]?.id ?? "";
      history.againOnPurpose.add(view.id);
      await acting(world, ({ requests }) => requests.resendMessage({ ...on, message }));
      return;
    }
    default:
      return;
  }
};
