import {
  type ApplicationUser,
  defineUserDirectory,
  type Row,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { admin, createWorld, peopleSource, type World } from "./world.ts";

/** In small letters it is `i̇lker@example.org`, with a dot of its own: another mailbox. */
const given = "İlker@Example.org";
const folded = "i̇lker@example.org";
const byThePerson: Partial<SubjectRightsOptions> = { acknowledgedBy: "data-subject" };

const lettersOf = (world: World, ...types: readonly string[]): string[] =>
  world.notifier.sent.filter(({ notice }) => types.includes(notice.type)).map(({ to }) => to);

describe("a letter", () => {
  const held = () => new Map<string, Row[]>([[folded, [{}]]]);

  it("goes to the address as it was given, which is asked for in small letters", async () => {
    const people = held();
    const world = await createWorld({ sources: [peopleSource("crm", people)], ...byThePerson });
    await world.acknowledged("erasure", given);
    await world.settle();
    expect(people.size).toBe(0);
    expect(lettersOf(world, "confirmation", "completion")).toEqual([given, given]);
  });

  it("goes there also where the application answers with what it was asked about, or in letters of its own", async () => {
    for (const [answer, to] of [
      [(email: string) => email, given],
      [() => "İlker.Private@example.org", "İlker.Private@example.org"],
    ] as const) {
      const asked: string[] = [];
      const world = await createWorld({
        sources: [peopleSource("crm", held())],
        ...byThePerson,
        addresses: {
          tenantAdmin: () => "Admin@Northwind.example",
          support: () => "Support@Northwind.example",
          dataSubject: ({ email }) => {
            asked.push(email);
            return answer(email);
          },
        },
      });
      await world.acknowledged("erasure", given);
      await world.settle();
      expect([...new Set(asked)]).toEqual([folded]);
      expect(lettersOf(world, "confirmation", "completion")).toEqual([to, to]);
    }
  });

  it("goes to a user as the list of users has them", async () => {
    const user: ApplicationUser = { id: "7", email: given, roles: [], administrator: false };
    const [users, people] = [[user], held()];
    const source = peopleSource("application", people, {
      holds: ["user-data"],
      erase: async () => {
        users.length = 0;
        people.clear();
        return [{ collection: "people", outcome: "erased", count: 1 }];
      },
    });
    const world = await createWorld({
      sources: [source],
      ...byThePerson,
      users: defineUserDirectory({ list: async () => ({ users }) }),
    });
    unwrap(await world.rights.users.remove({ actor: admin, userIds: ["7"] }));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: world.token() }));
    await world.settle();
    expect(lettersOf(world, "confirmation", "completion")).toEqual([given, given]);
  });

  it("names the person as given to whoever looks them up by hand, and goes there as handed in", async () => {
    const owner = "Archive@Northwind.example";
    const noCode: object = { erase: undefined };
    const paper = peopleSource("paper", held(), { owner, ...noCode });
    const world = await createWorld({ sources: [paper], ...byThePerson });
    await world.acknowledged("erasure", given);
    await world.settle();
    const [task] = world.notifier.sent.filter(({ notice }) => notice.type === "manual-task");
    expect(task).toMatchObject({
      to: owner,
      notice: { subject: given, identifiers: [{ type: "email", value: given }] },
    });
  });
});
