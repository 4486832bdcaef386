/**
 * Kept by law, and then finished: invoices stay for eight years, and the person is told. When the day comes the same
 * request opens again for just that part. The clock is put forward.
 */
import { type Actor, createSubjectRights, orThrow, type RequestView } from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { screenOn } from "../screen/screen.ts";
import { bothStores, type Stores } from "../story/both-stores.ts";
import { type Guest, guestBook } from "../story/guest-book.ts";
import { movableClock } from "../story/movable-clock.ts";
import { placeOf } from "../story/place.ts";
import { until } from "../story/until.ts";

const screen = screenOn(process.stdout);
const actor: Actor = { id: "officer-1", roles: ["admin"], tenant: "halmstrand" };
const ada = "ada@example.org";

const story = async (stores: Stores): Promise<void> => {
  const clock = movableClock("2026-11-25T15:00:00.000Z");
  const guests: Guest[] = [
    { email: ada, table: "bookings" },
    { email: ada, table: "invoices" },
  ];
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...stores,
    controller: "Hotel Halmstrand",
    sources: [guestBook(guests, clock)],
    notifier,
    addresses: {
      tenantAdmin: () => "privacy@halmstrand.example",
      support: () => "support@halmstrand.example",
    },
    timeZone: "Europe/Berlin",
    clock,
  });
  orThrow(await rights.start());
  const asked = { actor, kind: "erasure", category: "customer-data", email: ada } as const;
  const { request } = orThrow(await rights.requests.submit(asked));
  const on = { actor, requestId: request.id };
  const closed = (times: number): Promise<RequestView> =>
    until(async () => {
      const view = orThrow(await rights.requests.read(on));
      const audit = orThrow(await rights.requests.audit(on));
      const isOver = audit.filter(({ action }) => action === "closed").length === times;
      return isOver && view.messages.every(({ status }) => status !== "due") ? view : null;
    });
  const confirmation = await until(async () =>
    notifier.sent.find(({ notice }) => notice.type === "confirmation"),
  );
  if (confirmation.notice.type === "confirmation") {
    orThrow(await rights.requests.acknowledge({ token: confirmation.notice.token }));
  }

  const kept = await closed(1);
  screen.fact("ended as", String(kept.outcome));
  for (const outcome of kept.sources.flatMap(({ outcomes }) => outcomes)) {
    screen.fact(
      outcome.collection,
      outcome.outcome === "retained" ? `kept until ${outcome.until}: ${outcome.reason}` : outcome.outcome,
    );
  }
  const told = notifier.sent.find(({ notice }) => notice.type === "completion");
  screen.fact("a letter", `says so, to ${told?.to}`);
  screen.fact("opens again", String(kept.reopensAt));

  screen.heading("On the day after, the invoices may go");
  clock.moveTo("2035-01-02T08:00:00.000Z");
  const done = await closed(2);
  screen.fact("ended as", String(done.outcome));
  screen.fact("invoices of hers", String(guests.length));
  const { findings } = orThrow(await rights.audit.verify(on));
  screen.fact("the audit", findings.length === 0 ? "one chain, from the request to this day" : "broken");
  if (kept.outcome !== "completed-with-exceptions" || done.outcome !== "completed" || guests.length > 0) {
    throw new Error("The story went another way.");
  }
  await rights.stop();
};

const { folder } = await placeOf("retention");
for await (const { name, stores } of bothStores(folder)) {
  screen.heading(`A guest is erased, but for invoices; everything is kept in ${name}`);
  await story(stores);
}
