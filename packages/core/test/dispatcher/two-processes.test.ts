import type { Row } from "@subject-rights/core";
import { memoryTables } from "@subject-rights/memory";
import { seededRandomness, simulatedClock, unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { admin, createWorld, peopleSource } from "../world.ts";

describe("two processes on one store, each with a dispatcher within it", () => {
  it("do each request once, whoever finds it", async () => {
    const [tables, clock] = [memoryTables(), simulatedClock()];
    const emails = Array.from({ length: 12 }, (_, index) => `person-${index}@example.org`);
    const people = new Map<string, Row[]>(emails.map((email) => [email, [{ email }]]));
    const erasures: string[] = [];
    const open = (seed: number) =>
      createWorld(
        {
          sources: [
            peopleSource("crm", people, {
              erase: async (subject) => {
                // It takes its time, in which the other process finds the same request.
                await clock.wait(300);
                const [email = ""] = subject.values("email");
                erasures.push(email);
                const outcome = people.delete(email)
                  ? ({ outcome: "erased", count: 1 } as const)
                  : ({ outcome: "absent" } as const);
                return [{ collection: "people", ...outcome }];
              },
            }),
          ],
          randomness: seededRandomness(seed),
          lookEvery: 100,
        },
        tables,
        clock,
      );
    const [first, second] = [await open(1), await open(2)];
    const worlds = [first, second];

    for (const [index, email] of emails.entries()) {
      const { rights } = index % 2 === 0 ? first : second;
      const submission = { actor: admin, kind: "erasure", category: "customer-data", email } as const;
      unwrap(await rights.requests.submit(submission));
    }
    await first.pass(2_000);
    const messages = () => worlds.flatMap(({ notifier }) => notifier.sent);
    const tokens = new Set(
      messages().flatMap(({ notice }) => (notice.type === "confirmation" ? [notice.token] : [])),
    );
    expect(tokens.size).toBe(12);
    for (const token of tokens) unwrap(await first.rights.requests.acknowledge({ token }));
    await first.pass(20_000);

    const { requests } = unwrap(await first.rights.requests.list({ actor: admin }));
    expect(requests.map(({ outcome }) => outcome)).toEqual(Array(12).fill("completed"));
    expect([...people.keys()]).toEqual([]);
    // They were at the same requests, so something was there to be kept apart.
    expect(erasures.length).toBeGreaterThan(12);
    for (const entries of tables.audit.values()) {
      expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
      expect(entries.filter(({ action }) => action === "closed").length).toBe(1);
    }
    // What both have sent is the same message, and other sides know it again.
    expect(new Set(messages().map(({ id }) => id)).size).toBe(24);
    expect(worlds.flatMap(({ errors }) => errors)).toEqual([]);
    await Promise.all(worlds.map(({ rights }) => rights.stop()));
  });
});
