import { defineNotifier, ResultAsync, type Row } from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
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
    // Each message is sent by one of them.
    expect(new Set(messages().map(({ id }) => id)).size).toBe(24);
    expect(messages()).toHaveLength(24);
    expect(worlds.flatMap(({ errors }) => errors)).toEqual([]);
    await Promise.all(worlds.map(({ rights }) => rights.stop()));
  });

  /** Two processes whose mail server takes its time, and is down until `mail.isDown` is put to false. */
  const overOneMailServer = async (count: number) => {
    const [tables, clock] = [memoryTables(), simulatedClock()];
    const mail = { isDown: true, tries: 0 };
    const accepted: string[] = [];
    const notifier = defineNotifier({
      id: "mail",
      send: async ({ id }) => {
        mail.tries += 1;
        await clock.wait(300);
        if (mail.isDown) throw new Error("no mail today");
        accepted.push(id);
      },
    });
    const open = (seed: number) =>
      createWorld(
        {
          sources: [peopleSource("crm", new Map())],
          notifier,
          randomness: seededRandomness(seed),
          lookEvery: 10_000,
        },
        tables,
        clock,
      );
    const worlds = [await open(1), await open(2)] as const;
    for (let index = 0; index < count; index += 1) {
      const email = `person-${index}@example.org`;
      const asked = { actor: admin, kind: "erasure", category: "customer-data", email } as const;
      unwrap(await worlds[index % 2 === 0 ? 0 : 1].rights.requests.submit(asked));
    }
    const stop = () => Promise.all(worlds.map(({ rights }) => rights.stop()));
    return { worlds, clock, tables, mail, accepted, stop };
  };

  it("send each of many letters once when an outage of mail is over", async () => {
    const { worlds, clock, mail, accepted, stop } = await overOneMailServer(5);
    // Each letter is tried by one of them at a time: as often as its own pauses say.
    await clock.advance(3_600_000);
    const { requests } = unwrap(await worlds[0].rights.requests.list({ actor: admin }));
    expect(mail.tries).toBe(requests.reduce((sum, { messages }) => sum + (messages[0]?.attempts ?? 0), 0));
    mail.isDown = false;
    await clock.advance(2 * 3_600_000);
    expect(accepted).toHaveLength(5);
    expect(new Set(accepted).size).toBe(5);
    // Each process is told of the outage, once.
    const told = worlds.flatMap(({ errors }) => errors);
    expect(told).toMatchObject([{ adapter: "mail" }, { adapter: "mail" }]);
    await stop();
  });

  it("destroy a key at the same moment, and the audit says once that it is", async () => {
    const [tables, clock] = [memoryTables(), simulatedClock()];
    const open = (seed: number) => {
      const storage = memoryStorage({ tables });
      const { keyRing } = storage;
      const slow = async (name: string) => {
        await clock.wait(300);
        return keyRing.destroy(name);
      };
      const options = {
        ...storage,
        keyRing: { ...keyRing, destroy: (name: string) => new ResultAsync(slow(name)) },
        sources: [peopleSource("crm", new Map())],
        randomness: seededRandomness(seed),
        lookEvery: 100,
      };
      return createWorld(options, tables, clock);
    };
    const [first, second] = [await open(1), await open(2)];
    const id = await first.acknowledged("erasure");
    await first.pass(5_000);
    const audit = unwrap(await second.rights.requests.audit({ actor: admin, requestId: id }));
    expect(audit.filter(({ action }) => action === "key-destroyed")).toHaveLength(1);
    expect([first, second].flatMap(({ errors }) => errors)).toEqual([]);
    await Promise.all([first, second].map(({ rights }) => rights.stop()));
  });

  it("leave a letter to the other one once the call of a process that was killed would be over", async () => {
    const [tables, clock] = [memoryTables(), simulatedClock()];
    const sources = [peopleSource("crm", new Map())];
    const never = new Promise<never>(() => undefined);
    let begun = 0;
    const hanging = defineNotifier({
      id: "mail",
      send: () => {
        begun += 1;
        return never;
      },
    });
    // From its first message on nothing of it moves, and no time passes for it.
    const killed = await createWorld({ sources, notifier: hanging }, tables, { ...clock, wait: () => never });
    const asked = {
      actor: admin,
      kind: "erasure",
      category: "customer-data",
      email: "a@example.org",
    } as const;
    const { request } = unwrap(await killed.rights.requests.submit(asked));
    await clock.advance(1_000);
    expect(begun).toBe(1);

    const other = await createWorld({ sources }, tables, clock);
    await clock.advance(58_999);
    expect(other.notifier.sent).toEqual([]);
    expect((await other.read(request.id)).idle).toBeNull();
    await clock.advance(1);
    expect(other.notifier.sent.map(({ id }) => id)).toEqual([`${request.id}/confirmation-1`]);
    await other.rights.stop();
  });
});
