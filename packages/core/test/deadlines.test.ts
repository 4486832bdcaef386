import {
  defineCalendar,
  defineNotifier,
  type RequestView,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource, type World } from "./world.ts";

/** The public holidays of all of Germany that the cases below meet. */
const german: Readonly<Record<string, string>> = {
  "2026-04-06": "Easter Monday",
  "2026-05-01": "Labour Day",
  "2026-12-25": "Christmas Day",
  "2026-12-26": "Boxing Day",
  "2027-01-01": "New Year's Day",
};
const calendar = defineCalendar({ holiday: (day) => german[day] ?? null });
const day = 86_400_000;

/** A request that was received on a day, at noon in Berlin, and waits for its acknowledgement. */
const received = async (on: string, options: Partial<SubjectRightsOptions> = {}) => {
  const world = await createWorld(
    {
      sources: [peopleSource("crm", new Map([[ada, [{}]]]))],
      timeZone: "Europe/Berlin",
      calendar,
      lookEvery: day,
      ...options,
    },
    undefined,
    simulatedClock(new Date(`${on}T11:00:00.000Z`)),
  );
  const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
  const { request } = unwrap(await world.rights.requests.submit(submission));
  await world.settle();
  return { world, requestId: request.id, on: { actor: admin, requestId: request.id } };
};

const remindersOf = ({ notifier }: World) =>
  notifier.sent.flatMap(({ notice, to, at }) =>
    notice.type === "deadline"
      ? [{ to, on: at.slice(0, 10), overdue: notice.overdue, dueOn: notice.dueOn }]
      : [],
  );

const extended = async ({ rights }: World, requestId: string, reason = "the archive is large") =>
  rights.requests.extend({ actor: admin, requestId, reason });

describe("a month from receipt, and three", () => {
  it.each([
    ["2026-03-05", false, "2026-04-06", "2026-06-05"],
    ["2026-03-05", true, "2026-04-07", "2026-06-05"],
    ["2026-08-31", false, "2026-09-30", "2026-11-30"],
    ["2027-01-31", false, "2027-03-01", "2027-04-30"],
    ["2028-01-31", false, "2028-02-29", "2028-05-01"],
    ["2026-11-23", false, "2026-12-23", "2027-02-23"],
    ["2026-11-25", false, "2026-12-25", "2027-02-25"],
    ["2026-11-25", true, "2026-12-28", "2027-02-25"],
    ["2026-12-01", true, "2027-01-04", "2027-03-01"],
    ["2026-12-31", false, "2027-02-01", "2027-03-31"],
    ["2026-02-28", false, "2026-03-30", "2026-05-28"],
    ["2026-04-01", true, "2026-05-04", "2026-07-01"],
  ])("from %s, with public holidays: %s", async (from, hasHolidays, oneMonth, threeMonths) => {
    const { world, requestId } = await received(
      from,
      hasHolidays ? {} : { calendar: defineCalendar({ holiday: () => null }) },
    );
    expect((await world.read(requestId)).deadline).toMatchObject({
      receivedOn: from,
      dueOn: oneMonth,
      extended: false,
    });
    unwrap(await extended(world, requestId));
    await world.settle();
    expect((await world.read(requestId)).deadline).toMatchObject({ dueOn: threeMonths, extended: true });
  });

  it("explains itself, with its legal sources", async () => {
    const { world, requestId } = await received("2026-03-05");
    expect((await world.read(requestId)).deadline.explanation).toBe(
      "Received on 5 March 2026 (Europe/Berlin). One month ends on 5 April 2026 (Art. 12(3) GDPR), which is a Sunday; " +
        "6 April 2026 is Easter Monday. So it is due by the end of the next working day, 7 April 2026 (Art. 3(4) of " +
        "Regulation (EEC, Euratom) No 1182/71).",
    );
  });

  it("names every day that is passed over", async () => {
    const { world, requestId } = await received("2026-11-25");
    expect((await world.read(requestId)).deadline.explanation).toContain(
      "which is Christmas Day; 26 December 2026 is a Saturday, 27 December 2026 is a Sunday. So it is due by",
    );
  });

  it("is counted where the controller is: it may be another day there", async () => {
    const world = await createWorld(
      { sources: [peopleSource("crm", new Map())], timeZone: "Pacific/Auckland" },
      undefined,
      simulatedClock(new Date("2026-06-30T13:00:00.000Z")),
    );
    const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit(submission));
    expect(request.deadline).toMatchObject({
      receivedOn: "2026-07-01",
      // 1 August 2026 is a Saturday. The day of the 3rd ends at midnight in Auckland, twelve hours ahead.
      dueOn: "2026-08-03",
      endsAt: "2026-08-03T12:00:00.000Z",
    });
  });

  it("counts from the receipt that is said, which is not in the future", async () => {
    const { world } = await received("2026-03-05");
    const submission = {
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: "bo@example.org",
    } as const;
    const earlier = await world.rights.requests.submit({
      ...submission,
      receivedAt: "2026-02-27T23:30:00+01:00",
    });
    expect(unwrap(earlier).request.deadline).toMatchObject({
      receivedOn: "2026-02-27",
      dueOn: "2026-03-27",
    });
    for (const receivedAt of ["2026-03-06T00:00:00Z", "yesterday"]) {
      const refused = await world.rights.requests.submit({ ...submission, receivedAt });
      expect(unwrapError(refused)).toMatchObject({
        code: "invalid-input",
        issues: [{ path: "receivedAt" }],
      });
    }
  });

  it("takes no request in while the calendar cannot be asked", async () => {
    const broken = defineCalendar({
      holiday: () => {
        throw new Error("no table of holidays");
      },
    });
    await expect(received("2026-03-05", { calendar: broken })).rejects.toMatchObject({
      cause: { code: "storage-failed", port: "calendar" },
    });
  });

  it("needs a time zone that there is", async () => {
    await expect(received("2026-03-05", { timeZone: "Berlin" })).rejects.toThrow(/timeZone.*no time zone/s);
  });
});

describe("the operator", () => {
  it("is reminded a week and two days before, and when it is over", async () => {
    const { world } = await received("2026-03-05", { rules: { acknowledgement: { lapsesAfter: 90 * day } } });
    await world.pass(40 * day);
    const to = "support@northwind.example";
    expect(remindersOf(world)).toEqual([
      { to, on: "2026-03-30", overdue: false, dueOn: "2026-04-07" },
      { to, on: "2026-04-04", overdue: false, dueOn: "2026-04-07" },
      { to, on: "2026-04-07", overdue: true, dueOn: "2026-04-07" },
    ]);
  });

  it("is told once of several reminders that were missed", async () => {
    const { world, on } = await received("2026-03-05", {
      rules: { acknowledgement: { lapsesAfter: 90 * day } },
    });
    await world.rights.stop();
    await world.clock.advance(40 * day);
    const next = await createWorld({ ...world.options }, world.tables, world.clock);
    await next.settle();
    expect(remindersOf(world)).toMatchObject([{ overdue: true, dueOn: "2026-04-07" }]);
    const audit = unwrap(await next.rights.requests.audit(on));
    expect(audit.map(({ action }) => action)).toContain("overdue");
  });

  it("sees what is overdue, and what will be", async () => {
    const { world } = await received("2026-03-05", { rules: { acknowledgement: { lapsesAfter: 90 * day } } });
    const { overdue, due } = world.rights.requests;
    const ids = ({ requests }: { readonly requests: readonly RequestView[] }) => requests.length;
    expect(ids(unwrap(await overdue({ actor: admin })))).toBe(0);
    expect(ids(unwrap(await due({ actor: admin, within: 33 })))).toBe(0);
    expect(ids(unwrap(await due({ actor: admin, within: 34 })))).toBe(1);
    await world.pass(34 * day);
    expect(ids(unwrap(await overdue({ actor: admin })))).toBe(1);
    expect(unwrapError(await due({ actor: admin, within: -1 })).code).toBe("invalid-input");
  });

  it("is not reminded again by a clock that was set back", async () => {
    const { world, requestId } = await received("2026-03-05", {
      rules: { acknowledgement: { lapsesAfter: 90 * day } },
    });
    const { dueOn } = (await world.read(requestId)).deadline;
    await world.pass(28 * day);
    expect(remindersOf(world)).toHaveLength(1);
    await world.rights.stop();
    const before = simulatedClock(new Date("2026-03-20T11:00:00.000Z"));
    const next = await createWorld({ ...world.options, clock: before }, world.tables, before);
    await next.pass(14 * day);
    expect(remindersOf(world)).toHaveLength(1);
    expect((await next.read(requestId)).deadline.dueOn).toBe(dueOn);
  });

  it("is not reminded of what is done", async () => {
    const { world, requestId } = await received("2026-03-05");
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(40 * day);
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(remindersOf(world)).toEqual([]);
  });
});

describe("an extension", () => {
  it("is told to the address on record, with its reasons, and counts from then on", async () => {
    const { world, requestId } = await received("2026-03-05");
    unwrap(await extended(world, requestId));
    expect((await world.read(requestId)).deadline.extended).toBe(false);
    await world.settle();
    const [message] = world.notifier.sent.filter(({ notice }) => notice.type === "extension");
    expect(message).toMatchObject({
      to: "tenant-admin@northwind.example",
      notice: { originalDueOn: "2026-04-07", dueOn: "2026-06-05", reasons: "the archive is large" },
    });
    const { explanation } = (await world.read(requestId)).deadline;
    expect(explanation).toContain("Three months end on 5 June 2026 (extended under Art. 12(3) GDPR");
  });

  it("is possible once, within the first month, and with a reason that names nobody", async () => {
    const { world, requestId } = await received("2026-03-05");
    for (const reason of ["", "because of ada@example.org"]) {
      expect(unwrapError(await extended(world, requestId, reason)).code).toBe("invalid-input");
    }
    unwrap(await extended(world, requestId));
    expect(unwrapError(await extended(world, requestId)).code).toBe("not-possible-now");
    const late = await received("2026-03-05", { rules: { acknowledgement: { lapsesAfter: 90 * day } } });
    await late.world.pass(34 * day);
    expect(unwrapError(await extended(late.world, late.requestId)).code).toBe("not-possible-now");
  });

  it("does not count where the person could not be told in time", async () => {
    let isDown = false;
    const sent: string[] = [];
    const notifier = defineNotifier({
      id: "post",
      send: async ({ notice }) => {
        if (isDown) throw new Error("the mail server is down");
        sent.push(notice.type);
      },
    });
    const rules = { acknowledgement: { lapsesAfter: 90 * day } };
    const { world, requestId, on } = await received("2026-03-05", { rules, notifier });
    await world.pass(33 * day);
    isDown = true;
    unwrap(await extended(world, requestId));
    await world.pass(day);
    isDown = false;
    await world.pass(day);
    // Nobody is told a last day that is none; support is, that the true one is over.
    expect(sent).not.toContain("extension");
    expect(sent).toContain("deadline");
    expect((await world.read(requestId)).deadline).toMatchObject({ extended: false, dueOn: "2026-04-07" });
    const audit = unwrap(await world.rights.requests.audit(on));
    expect(audit.map(({ action }) => action)).toContain("extension-too-late");
  });
});

describe("while it is in doubt who asks", () => {
  it("the clock stands still, nothing is begun, and nothing is late", async () => {
    const { world, requestId, on } = await received("2026-03-05");
    const { suspend, resume, overdue } = world.rights.requests;
    unwrap(await suspend({ ...on, reason: "another address than on record" }));
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.pass(50 * day);
    const standing = await world.read(requestId);
    expect(standing).toMatchObject({ phase: "acknowledged", waitingFor: [{ for: "identity" }] });
    expect(standing.deadline.suspendedSince).toBe("2026-03-05T11:00:00.000Z");
    expect(remindersOf(world)).toEqual([]);
    expect(unwrap(await overdue({ actor: admin })).requests).toEqual([]);
    unwrap(await resume(on));
    await world.settle();
    const { outcome, deadline } = await world.read(requestId);
    expect(outcome).toBe("completed");
    // 5 April and 50 days are 25 May 2026, a Monday.
    expect(deadline).toMatchObject({ dueOn: "2026-05-25", suspendedSince: null });
    expect(deadline.explanation).toContain(
      "From 5 March 2026 to 24 April 2026 it was in doubt who asks (Art. 12(6) GDPR).",
    );
    expect(deadline.explanation).toContain(
      "One month, and 50 days in which the clock stood still, end on 25 May 2026",
    );
  });

  it("may be more than once, and is begun and ended once each", async () => {
    const { world, requestId, on } = await received("2026-03-05");
    const { suspend, resume } = world.rights.requests;
    expect(unwrapError(await resume(on)).code).toBe("not-possible-now");
    for (const days of [2, 3]) {
      unwrap(await suspend({ ...on, reason: "who is it" }));
      expect(unwrapError(await suspend({ ...on, reason: "who is it" })).code).toBe("not-possible-now");
      await world.pass(days * day);
      unwrap(await resume(on));
    }
    // 5 April and 5 days are 10 April 2026, a Friday.
    expect((await world.read(requestId)).deadline.dueOn).toBe("2026-04-10");
  });
});
