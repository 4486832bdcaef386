import { type CollectionOutcome, createSubjectRights, defineDataSource, orThrow } from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { simulatedClock } from "@subject-rights/testing";
import { expect, it } from "vitest";
import { createHandler } from "../../src/index.ts";
import { actors } from "./support/office.ts";

const day = 86_400_000;

it("what was answered, and is opened again when a duty to keep ends, is not overdue", async () => {
  const clock = simulatedClock(new Date("2026-01-05T09:00:00.000Z"));
  const kept: CollectionOutcome = {
    collection: "invoices",
    outcome: "retained",
    count: 1,
    reason: "§ 147 AO",
    until: "2026-02-10",
  };
  const books = defineDataSource({
    id: "books",
    title: "The books",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["customer-number", "email"],
    identify: async () => [{ type: "customer-number", value: "1" }],
    locate: async () => [{ collection: "invoices", count: 1 }],
    erase: async () => {
      if (clock.now().toISOString() > "2026-02-10") throw new Error("the archive is closed for good");
      return [kept];
    },
  });
  const notifier = memoryNotifier();
  const rights = createSubjectRights({
    ...memoryStorage(),
    controller: "Northwind Lamps",
    sources: [books],
    notifier,
    addresses: { tenantAdmin: () => "admin@example.org", support: () => "support@example.org" },
    clock,
    lookEvery: day / 2,
  });
  orThrow(await rights.start());
  const actor = actors.boss;
  const submission = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const { request } = orThrow(await rights.requests.submit(submission));
  await clock.advance(0);
  const [letter] = notifier.sent;
  if (letter?.notice.type !== "confirmation") throw new Error("there is no confirmation");
  orThrow(await rights.requests.acknowledge({ token: letter.notice.token }));
  await clock.advance(day);
  expect(orThrow(await rights.requests.read({ actor, requestId: request.id })).outcome).toBe(
    "completed-with-exceptions",
  );
  // The duty ends after the deadline, and the source that kept it does not work any more.
  await clock.advance(40 * day);
  const again = orThrow(await rights.requests.read({ actor, requestId: request.id }));
  expect([again.outcome, again.waitingFor[0]?.for]).toEqual([null, "source"]);

  const handler = createHandler({ rights, authenticate: () => actor });
  for (const path of ["/console/requests", `/console/requests/${request.id}`]) {
    const page = await (await handler(new Request(`http://localhost${path}`))).text();
    expect(page).toContain("Answered; opened again");
    expect(page).not.toContain("overdue");
  }
  await rights.stop();
});
