/**
 * On time: a request that comes in before Christmas. By when it has to be answered and why, who is reminded, what
 * happens while it is in doubt who asks, and how the period is extended. The clock is put forward.
 */
import {
  type Actor,
  createSubjectRights,
  defineDataSource,
  orThrow,
  type RequestView,
} from "@subject-rights/core";
import { holidayCalendar } from "@subject-rights/holidays";
import { memoryNotifier } from "@subject-rights/memory";
import { screenOn } from "../screen/screen.ts";
import { bothStores, type Stores } from "../story/both-stores.ts";
import { movableClock } from "../story/movable-clock.ts";
import { placeOf } from "../story/place.ts";
import { until } from "../story/until.ts";

const screen = screenOn(process.stdout);
const actor: Actor = { id: "officer-1", roles: ["admin", "tenant-admin"], tenant: "halmstrand" };

/** Paper, in a cellar: it is erased by hand, and whoever does that takes their time. */
const archive = defineDataSource({
  id: "archive",
  title: "Archive",
  holds: ["customer-data"],
  kind: "origin",
  owner: "cellar@halmstrand.example",
});

const story = async (stores: Stores): Promise<void> => {
  const clock = movableClock("2026-11-25T15:00:00.000Z");
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...stores,
    controller: "Halmstrand Lamps",
    sources: [archive],
    notifier,
    addresses: {
      tenantAdmin: () => "privacy@halmstrand.example",
      support: () => "support@halmstrand.example",
    },
    // Where the controller is, and when it is closed there by law: here, in Bavaria.
    timeZone: "Europe/Berlin",
    calendar: holidayCalendar({ country: "DE", state: "BY" }),
    clock,
  });
  orThrow(await rights.start());
  const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const { request } = orThrow(await rights.requests.submit(asked));
  const on = { actor, requestId: request.id };
  const read = async (): Promise<RequestView> => orThrow(await rights.requests.read(on));
  screen.say(request.deadline.explanation);
  const confirmation = await until(async () =>
    notifier.sent.find(({ notice }) => notice.type === "confirmation"),
  );
  if (confirmation.notice.type === "confirmation") {
    orThrow(await rights.requests.acknowledge({ token: confirmation.notice.token }));
  }

  screen.heading("A week before");
  clock.moveTo("2026-12-21T08:00:00.000Z");
  const reminder = await until(async () => notifier.sent.find(({ notice }) => notice.type === "deadline"));
  screen.fact(
    "reminded",
    `${reminder.to}, of ${reminder.notice.type === "deadline" && reminder.notice.dueOn}`,
  );
  const { requests: due } = orThrow(await rights.requests.due({ actor, within: 8 }));
  screen.fact("due in eight days", due.map(({ deadline }) => deadline.dueOn).join(", "));

  screen.heading("It is in doubt who asks, for four days");
  orThrow(await rights.requests.suspend({ ...on, reason: "the address is not the one on record" }));
  clock.moveTo("2026-12-25T08:00:00.000Z");
  orThrow(await rights.requests.resume(on));
  const { deadline: moved } = await read();
  screen.fact("due on", moved.dueOn);
  screen.say(moved.explanation);

  screen.heading("There are many requests: the period is extended, and the person is told");
  orThrow(await rights.requests.extend({ ...on, reason: "we have received very many requests" }));
  const letter = await until(async () => notifier.sent.find(({ notice }) => notice.type === "extension"));
  if (letter.notice.type === "extension") {
    screen.fact("the letter says", `${letter.notice.originalDueOn} becomes ${letter.notice.dueOn}`);
  }
  const extended = await until(async () => {
    const view = await read();
    return view.deadline.extended ? view : null;
  });
  screen.say(extended.deadline.explanation);
  const again = await rights.requests.extend({ ...on, reason: "and still more" });
  screen.fact("a second time", again.isErr() ? again.error.code : "extended");

  screen.heading("Nobody has acted");
  clock.moveTo("2027-03-15T08:00:00.000Z");
  const { requests: overdue } = orThrow(await rights.requests.overdue({ actor }));
  screen.fact("overdue", overdue.map(({ deadline }) => `since ${deadline.dueOn}`).join(", ") || "nothing");
  if (moved.dueOn !== "2026-12-29" || again.isOk() || overdue.length !== 1) {
    throw new Error("The story went another way.");
  }
  await rights.stop();
};

const { folder } = await placeOf("deadlines");
for await (const { name, stores } of bothStores(folder)) {
  screen.heading(`Somebody asks to be erased on 25 November; everything is kept in ${name}`);
  await story(stores);
}
