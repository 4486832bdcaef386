/**
 * On time, approved, held, proven, and it stays erased: a guest of a hotel asks to be erased. Each step is one that a
 * data protection officer asks about.
 */
import { type Actor, createSubjectRights, orThrow, type RequestView } from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { screenOn } from "../screen/screen.ts";
import { bothStores, type Stores } from "../story/both-stores.ts";
import { type Guest, guestBook } from "../story/guest-book.ts";
import { placeOf } from "../story/place.ts";
import { until } from "../story/until.ts";

const screen = screenOn(process.stdout);
const clerk: Actor = { id: "clerk-1", roles: ["admin"], tenant: "halmstrand" };
const officer: Actor = { id: "officer-1", roles: ["admin"], tenant: "halmstrand" };
const ada = "ada@example.org";
const byEmail = [{ type: "email", value: ada }];

const story = async (stores: Stores): Promise<void> => {
  const guests: Guest[] = [
    { email: ada, table: "bookings" },
    { email: ada, table: "invoices" },
    { email: "bo@example.org", table: "bookings" },
  ];
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...stores,
    controller: "Hotel Halmstrand",
    sources: [guestBook(guests)],
    notifier,
    addresses: {
      tenantAdmin: () => "privacy@halmstrand.example",
      support: () => "support@halmstrand.example",
    },
    timeZone: "Europe/Berlin",
    needsApproval: ({ kind }) => kind === "erasure",
  });
  orThrow(await rights.start());
  const asked = { actor: clerk, kind: "erasure", category: "customer-data", email: ada } as const;
  const { request } = orThrow(await rights.requests.submit(asked));
  const on = { actor: officer, requestId: request.id };
  const when = (isSo: (view: RequestView) => boolean): Promise<RequestView> =>
    until(async () => {
      const view = orThrow(await rights.requests.read(on));
      return isSo(view) ? view : null;
    });
  screen.fact("due on", request.deadline.explanation);

  const confirmation = await until(async () => {
    const notice = notifier.sent.find(({ notice: each }) => each.type === "confirmation")?.notice;
    return notice?.type === "confirmation" ? notice.token : null;
  });
  orThrow(await rights.requests.acknowledge({ token: confirmation }));
  await when(({ waitingFor }) => waitingFor.some((each) => each.for === "approval"));
  const { plan, hash } = orThrow(await rights.requests.preview(on));
  for (const { collections } of plan.sources) {
    for (const each of collections ?? [])
      screen.fact(`plan, ${each.collection}`, `${each.count} ${each.becomes}`);
  }
  const own = await rights.requests.approve({ ...on, actor: clerk, plan: hash });
  screen.fact("the clerk agrees", own.isErr() ? own.error.code : "done");

  const { hold } = orThrow(
    await rights.holds.place({ actor: officer, identifiers: byEmail, reason: "a claim in court" }),
  );
  orThrow(await rights.requests.approve({ ...on, plan: hash }));
  await when(({ waitingFor }) => waitingFor.some((each) => each.for === "hold"));
  screen.fact("the officer agrees", "but a hold stands: nothing is erased yet");
  orThrow(await rights.holds.lift({ actor: officer, holdId: hold.id, reason: "settled" }));

  const { outcome, grades } = await when(({ phase }) => phase === "closed");
  screen.fact("the hold is lifted", String(outcome));
  for (const { collection, grade, retained } of grades) {
    screen.fact(
      `proof, ${collection}`,
      `${grade ?? "nothing was erased"}${retained > 0 ? `, ${retained} kept by law` : ""}`,
    );
  }
  await when(({ messages }) => messages.every(({ status }) => status !== "due"));
  for (const { to, notice } of notifier.sent) screen.fact("a letter", `${notice.type}, to ${to}`);

  const mayTakeIn = orThrow(await rights.suppressions.mayTakeIn({ actor: officer, identifiers: byEmail }));
  screen.fact("import her again?", mayTakeIn ? "yes" : "no");
  guests.push({ email: ada, table: "bookings" });
  const since = {
    actor: officer,
    category: "customer-data",
    since: new Date(Date.now() - 3_600_000),
  } as const;
  const looked = orThrow(await rights.suppressions.replay(since));
  screen.fact("a restored backup", `brings back ${looked.found} rows of somebody who was erased`);
  const done = orThrow(await rights.suppressions.replay({ ...since, dryRun: false }));
  screen.fact(
    "after the replay",
    `bookings of hers: ${guests.filter(({ email, table }) => email === ada && table === "bookings").length}, sweep ${done.sweep?.status}`,
  );
  if (mayTakeIn || own.isOk() || guests.length !== 2) throw new Error("The story went another way.");
  await rights.stop();
};

const { folder } = await placeOf("trust");
for await (const { name, stores } of bothStores(folder)) {
  screen.heading(`A guest asks to be erased; everything is kept in ${name}`);
  await story(stores);
}
