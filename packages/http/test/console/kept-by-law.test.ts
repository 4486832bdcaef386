import { type CollectionOutcome, createSubjectRights, defineDataSource, orThrow } from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";
import { simulatedClock } from "@subject-rights/testing";
import { expect, it } from "vitest";
import { createHandler } from "../../src/index.ts";
import { actors } from "./support/office.ts";

it("never says that nothing is there beside what is kept", async () => {
  const clock = simulatedClock(new Date("2026-01-05T09:00:00.000Z"));
  let isErased = false;
  const retained = { outcome: "retained", reason: "§ 147 AO", until: "2034-12-31" } as const;
  const books = defineDataSource({
    id: "books",
    title: "The books",
    holds: ["customer-data"],
    kind: "origin",
    locate: async () => [
      { collection: "orders", count: isErased ? 3 : 5 },
      { collection: "carts", count: isErased ? 0 : 1 },
    ],
    erase: async (): Promise<CollectionOutcome[]> => {
      const count = isErased ? 0 : 2;
      isErased = true;
      return [
        ...(count === 0 ? [] : [{ collection: "orders", outcome: "erased", count } as const]),
        { collection: "orders", count: 3, ...retained },
        { collection: "carts", outcome: "erased", count: 1 },
      ];
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
  });
  orThrow(await rights.start());
  const actor = actors.boss;
  const submission = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
  const { request } = orThrow(await rights.requests.submit(submission));
  await clock.advance(0);
  const [letter] = notifier.sent;
  if (letter?.notice.type !== "confirmation") throw new Error("there is no confirmation");
  orThrow(await rights.requests.acknowledge({ token: letter.notice.token }));
  await clock.advance(86_400_000);

  const handler = createHandler({ rights, authenticate: () => actor });
  const textOf = async (path: string) =>
    (await (await handler(new Request(`http://localhost/console/requests/${request.id}${path}`))).text())
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll(/\s+/g, " ");
  expect(await textOf("")).toContain(
    "orders Asked afterwards: nothing is left but what is kept by law (3) The books carts Asked afterwards: nothing is there",
  );
  expect(await textOf("/evidence")).toContain(
    "orders : Asked afterwards: nothing is left but what is kept by law (3) carts : Asked afterwards: nothing is there",
  );
  await rights.stop();
});
