import { type KeyRing, orThrow, ResultAsync, type Row, type SubjectRights } from "@subject-rights/core";
import { memoryStorage, memoryTables } from "@subject-rights/memory";
import { seededRandomness, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, admin, copyOfPeople, createWorld, peopleSource } from "./world.ts";

const bo = "bo@example.org";
const email = (value: string) => ({ type: "email", value });
const listKey = "suppressions/northwind";

/**
 * Two processes over one store. What the other does happens between two looks of this one: when it looks for a key of that
 * name first.
 */
const twoProcesses = async (erase?: () => Promise<never>) => {
  const tables = memoryTables();
  const held = new Map<string, Row[]>([
    [ada, [{}]],
    [bo, [{}]],
  ]);
  const mirror = new Map(held);
  const down = { is: false };
  const sources = () => [
    peopleSource("crm", held, erase && { erase }),
    copyOfPeople("mirror", mirror, held, {
      ...(erase === undefined && {
        refresh: async () => {
          if (down.is) throw new Error("down");
          mirror.clear();
          for (const [name, rows] of held) mirror.set(name, rows);
        },
      }),
    }),
  ];
  const other = await createWorld({ sources: sources(), randomness: seededRandomness(2) }, tables);
  const inner = memoryStorage({ tables }).keyRing;
  let due: { readonly name: string; readonly act: () => Promise<unknown> } | null = null;
  const done = async (name: string): Promise<void> => {
    if (due === null || !name.startsWith(due.name)) return;
    const { act } = due;
    due = null;
    await act();
  };
  /** What was looked for before the other process came, but for the key of a sweep, which is read behind its record. */
  const around = <Value, Failure>(name: string, ask: () => ResultAsync<Value, Failure>) =>
    name.startsWith("sweep/")
      ? ResultAsync.fromSafePromise(done(name)).andThen(ask)
      : ask().andThen((value) => ResultAsync.fromSafePromise(done(name).then(() => value)));
  const keyRing: KeyRing = {
    ...inner,
    use: (name) => around(name, () => inner.use(name)),
    useAll: (name) => around(name, () => inner.useAll(name)),
  };
  const world = await createWorld({ sources: sources(), keyRing }, tables, other.clock);
  const meanwhile = (name: string, act: (rights: SubjectRights) => Promise<unknown>) => {
    due = { name, act: () => act(other.rights) };
  };
  return { world, other, held, mirror, down, meanwhile, isDone: () => due === null };
};

const sweep = async ({ sweeps }: SubjectRights, person: string) => {
  const running = orThrow(
    await sweeps.eraseMany({
      actor: admin,
      reason: "retention",
      category: "customer-data",
      people: async function* () {
        yield { people: [{ identifiers: [email(person)] }], cursor: "end" };
      },
    }),
  );
  return orThrow(await running.end());
};

const submission = { actor: admin, kind: "erasure", category: "customer-data" } as const;

describe("a key that another process makes between two looks", () => {
  it("is not lost: that of the list, at a tenant's first two sweeps", async () => {
    const { world, held, meanwhile, isDone } = await twoProcesses();
    meanwhile(listKey, (rights) => sweep(rights, bo));
    expect(await sweep(world.rights, ada)).toMatchObject({ status: "completed", counts: { erased: 1 } });
    expect(isDone() && held.size).toBe(0);
  });

  it("is not lost: that of pseudonyms, at a tenant's first two requests", async () => {
    const { world, meanwhile, isDone } = await twoProcesses();
    meanwhile("pseudonyms/", async (rights) =>
      orThrow(await rights.requests.submit({ ...submission, email: bo })),
    );
    unwrap(await world.rights.requests.submit({ ...submission, email: ada }));
    expect(isDone()).toBe(true);
  });

  it("is looked up by, where it is a further one of the list", async () => {
    const { world, other, meanwhile, isDone } = await twoProcesses();
    const { suppressions } = world.rights;
    orThrow(await other.rights.requests.submit({ ...submission, email: ada }));
    await other.settle();
    orThrow(await other.rights.requests.acknowledge({ token: other.token() }));
    await other.settle();
    const rotate = async (rights: SubjectRights) =>
      orThrow(await rights.suppressions.rotate({ actor: admin }));
    const about = { actor: admin, identifiers: [email(ada)] };
    meanwhile(listKey, rotate);
    expect(unwrap(await suppressions.mayTakeIn(about))).toBe(false);
    meanwhile(listKey, rotate);
    expect(unwrap(await suppressions.renew({ actor: admin }))).toBe(0);
    const since = new Date(world.clock.now().getTime() - 1_000);
    meanwhile(listKey, rotate);
    const replay = { actor: admin, category: "customer-data", since } as const;
    expect(unwrap(await suppressions.replay(replay)).found).toBe(0);
    // A copy is made and put back at the same time.
    const copied = async function* () {
      await rotate(other.rights);
      yield* other.rights.suppressions.copy({ actor: admin });
    };
    expect(unwrap(await suppressions.restore({ actor: admin, suppressions: copied() }))).toBe(1);
    meanwhile(listKey, rotate);
    expect(unwrap(await suppressions.lift({ ...about, reason: "wants to be back" }))).toBe(1);
    expect(isDone() && unwrap(await suppressions.mayTakeIn(about))).toBe(true);
  });
});

describe("the key of a sweep that another process ends between two looks", () => {
  const down = async (): Promise<never> => {
    throw new Error("down");
  };
  const settled = async (rights: SubjectRights, sweepId: string) =>
    orThrow(await rights.sweeps.settle({ actor: admin, sweepId, reason: "seen to by hand" }));

  it("is not lost: there is nothing left to go on with", async () => {
    const { world, meanwhile, isDone } = await twoProcesses(down);
    const { id: sweepId, counts } = await sweep(world.rights, ada);
    expect(counts.leftBehind).toBe(1);
    meanwhile("sweep/", (rights) => settled(rights, sweepId));
    const retried = await world.rights.sweeps.retry({ actor: admin, sweepId });
    expect(isDone() && unwrapError(retried).code).toBe("not-possible-now");
  });

  it("keeps no copy from being filled anew", async () => {
    const { world, mirror, held, down: mirrorDown, meanwhile, isDone } = await twoProcesses();
    mirrorDown.is = true;
    const { id: sweepId, counts } = await sweep(world.rights, ada);
    expect(counts.leftBehind + counts.waiting).toBe(1);
    mirrorDown.is = false;
    const on = { actor: admin, identifiers: [email(bo)], reason: "a lawsuit" };
    unwrap(await world.rights.holds.place(on));
    meanwhile("sweep/", (rights) => settled(rights, sweepId));
    unwrap(await world.rights.sources.refresh({ actor: admin, source: "mirror" }));
    expect(isDone() && [...mirror.keys()]).toEqual([...held.keys()]);
  });
});
