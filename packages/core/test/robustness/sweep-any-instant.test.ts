import {
  type Category,
  type CollectionOutcome,
  createSubjectRights,
  type DataSource,
  type DataSourceDefinition,
  defineDataSource,
  type Identifier,
  orThrow,
  type PeopleStream,
  type Subject,
  type SubjectRights,
  type SweepView,
} from "@subject-rights/core";
import { MemoryTransaction, memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { type Gate, gatedStorage, open } from "@subject-rights/simulation";
import { seededRandomness, simulatedClock } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { ada, admin } from "../world.ts";

/** Every step, or one in five. */
const stride = inject("isThorough") ? 1 : 19;

const eve = "eve@example.org";
const stays = "bob@example.org";
const atWork: Readonly<Record<string, string>> = { [ada]: "ada@work.example", [eve]: "eve@work.example" };
const email = (value: string): Identifier => ({ type: "email", value });

/** What outlives a process. Only the accounts know which two addresses are one person's, and whose time has come. */
interface Scene {
  readonly accounts: Set<string>;
  readonly shop: Set<string>;
  readonly mirror: Set<string>;
  readonly tables: ReturnType<typeof memoryTables>;
  readonly clock: ReturnType<typeof simulatedClock>;
  /** Which sources work in the store's transaction. */
  readonly joined: readonly string[];
  readonly hasCopy: boolean;
  /** Whether the accounts cannot say who somebody is. */
  isDown: boolean;
}

const newScene = (joined: readonly string[], hasCopy: boolean): Scene => ({
  accounts: new Set([ada, eve, stays]),
  shop: new Set([...Object.values(atWork), stays]),
  mirror: new Set([...Object.values(atWork), stays]),
  tables: memoryTables(),
  clock: simulatedClock(),
  joined,
  hasCopy,
  isDown: false,
});

const sourceOver = (
  { joined }: Scene,
  gate: Gate,
  id: string,
  held: Set<string>,
  more: Partial<DataSourceDefinition> = {},
): DataSource => {
  const drafts = new WeakMap<MemoryTransaction, ReadonlySet<string>>();
  const seen = (transaction: unknown) =>
    (transaction instanceof MemoryTransaction ? drafts.get(transaction) : undefined) ?? held;
  return defineDataSource({
    id,
    title: `The ${id}`,
    holds: ["customer-data"],
    kind: "origin",
    joins: (handle) => joined.includes(id) && handle instanceof MemoryTransaction,
    locate: (subject, { transaction }) =>
      gate(`${id}.locate`, async () => [
        {
          collection: "people",
          count: subject.values("email").filter((each) => seen(transaction).has(each)).length,
        },
      ]),
    erase: (subject, { transaction }) =>
      gate(`${id}.erase`, async (): Promise<CollectionOutcome[]> => {
        const before = seen(transaction);
        const rest = new Set([...before].filter((each) => !subject.values("email").includes(each)));
        const erase = () => {
          for (const each of subject.values("email")) held.delete(each);
        };
        if (transaction instanceof MemoryTransaction) {
          drafts.set(transaction, rest);
          transaction.whenStored(erase);
        } else erase();
        const count = before.size - rest.size;
        return [
          count > 0
            ? { collection: "people", outcome: "erased", count }
            : { collection: "people", outcome: "absent" },
        ];
      }),
    ...more,
  });
};

const sourcesOf = (scene: Scene, gate: Gate): DataSource[] => {
  const { accounts, shop, mirror, hasCopy } = scene;
  const identify = (subject: Subject) =>
    gate("accounts.identify", async () => {
      if (scene.isDown) throw new Error("down");
      return subject
        .values("email")
        .flatMap((each) => (accounts.has(each) ? email(atWork[each] ?? each) : []));
    });
  return [
    sourceOver(scene, gate, "accounts", accounts, { identify }),
    sourceOver(scene, gate, "shop", shop),
    ...(hasCopy
      ? [
          sourceOver(scene, gate, "mirror", mirror, {
            kind: "copy",
            refresh: () =>
              gate("mirror.refresh", async () => {
                for (const each of mirror) if (!shop.has(each)) mirror.delete(each);
              }),
          }),
        ]
      : []),
  ];
};

let launched = 0;

const launch = (scene: Scene, gate: Gate): SubjectRights => {
  const { tables, clock } = scene;
  launched += 1;
  const randomness = seededRandomness(launched);
  return createSubjectRights({
    controller: "Northwind Lamps",
    sources: sourcesOf(scene, gate),
    notifier: memoryNotifier(),
    addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "support@northwind.example" },
    ...gatedStorage(memoryStorage({ tables, randomness }), gate),
    randomness,
    clock,
  });
};

/** Those who are in the accounts now: whoever is erased there is named no more. */
const overdue = ({ accounts }: Scene): PeopleStream =>
  async function* (cursor) {
    const people = [ada, eve].filter((each) => accounts.has(each));
    if (cursor === null && people.length > 0) {
      yield { people: people.map((each) => ({ identifiers: [email(each)] })), cursor: "1" };
    }
  };

const category: Category = "customer-data";

/** One process that begins the sweep, or goes on with it. */
const run = async (scene: Scene, rights: SubjectRights): Promise<SweepView | undefined> => {
  const { sweeps } = rights;
  const people = overdue(scene);
  const [known] = [...scene.tables.sweeps.values()];
  if (known === undefined) {
    const order = { actor: admin, reason: "retention", category, people } as const;
    return orThrow(await orThrow(await sweeps.eraseMany(order)).end());
  }
  const on = { actor: admin, sweepId: known.id };
  const { status } = orThrow(await sweeps.read(on));
  if (status === "completed" || status === "completed-with-exceptions") return undefined;
  return orThrow(await orThrow(await sweeps.goOn({ ...on, people })).end());
};

/** Works until the step of this number, at which the process ends for good. @returns the steps that it came to */
const killedAt = async (
  scene: Scene,
  killAt: number,
  work: (scene: Scene, rights: SubjectRights) => Promise<unknown> = run,
): Promise<readonly string[]> => {
  const steps: string[] = [];
  const never = new Promise<never>(() => undefined);
  const { promise: death, resolve: die } = Promise.withResolvers<void>();
  const step = async (name: string): Promise<void> => {
    if (steps.length >= killAt) return never;
    steps.push(name);
    if (steps.length < killAt) return;
    die();
    return never;
  };
  const gate: Gate = async (name, effect) => {
    await step(name);
    const answer = await effect();
    await step(name);
    return answer;
  };
  await Promise.race([work(scene, launch(scene, gate)), death]);
  return steps;
};

const expectEverybodyGone = async (scene: Scene): Promise<void> => {
  const { accounts, shop, mirror, hasCopy, tables } = scene;
  const [sweep] = [...tables.sweeps.values()];
  if (sweep === undefined) throw new Error("nobody has begun it");
  const rights = launch(scene, open);
  const view = orThrow(await rights.sweeps.read({ actor: admin, sweepId: sweep.id }));
  expect(view).toMatchObject({ status: "completed", counts: { waiting: 0, leftBehind: 0 } });
  expect(view.counts.erased + view.counts.absent).toBe(2);
  expect([[...accounts], [...shop], hasCopy ? [...mirror] : [stays]]).toEqual([[stays], [stays], [stays]]);
  // Two addresses of two people, by which a replay recognises them.
  expect([...tables.suppressions.values()].flat().map(({ endedAt }) => endedAt !== null)).toEqual(
    Array(4).fill(true),
  );
  expect([...tables.sweepParts.values()].flatMap((parts) => [...parts.values()])).toEqual([]);
  expect(tables.sweepClaims.size).toBe(0);
  expect([...tables.keys.keys()].filter((name) => name.endsWith(sweep.id))).toEqual([]);
  const audit = orThrow(await rights.sweeps.audit({ actor: admin, sweepId: sweep.id }));
  expect(audit.filter(({ action }) => /^person-(erased|absent)$/.test(action))).toHaveLength(2);
  const stored = [...tables.sweeps.values(), ...tables.audit.values()];
  expect(JSON.stringify(stored)).not.toMatch(/example\.org|work\.example/);
};

describe("a sweep whose process is killed at any step", () => {
  it.each([
    ["both sources apart", [], false],
    ["both sources apart, and a copy", [], true],
    ["the first in the store's transaction", ["accounts"], false],
    ["the second in the store's transaction", ["shop"], true],
    ["both in it", ["accounts", "shop"], true],
  ] as const)(
    "loses nobody whom the stream names no more: %s",
    async (_, joined, hasCopy) => {
      for (let killAt = 1; ; killAt += stride) {
        const scene = newScene(joined, hasCopy);
        const steps = await killedAt(scene, killAt);
        const stored = JSON.stringify([...scene.tables.sweepParts.values()].map((parts) => [...parts]));
        expect(stored).not.toMatch(/example\.org|work\.example/);
        await run(scene, launch(scene, open));
        try {
          await expectEverybodyGone(scene);
        } catch (thrown) {
          throw new Error(`killed at step ${killAt}, ${steps.at(-1)}`, { cause: thrown });
        }
        if (steps.length < killAt) return;
      }
    },
    60_000,
  );

  it("and killed again while the next one does whom it had begun with", async () => {
    for (let killAt = 2; ; killAt += 3 * stride) {
      const scene = newScene([], true);
      const first = await killedAt(scene, killAt);
      for (const again of [5, 9, 14, 20]) await killedAt(scene, again);
      await run(scene, launch(scene, open));
      await expectEverybodyGone(scene);
      if (first.length < killAt) return;
    }
  }, 60_000);
});

describe("a process that is killed at any step", () => {
  /** Both were left behind, because nobody could say who they are. */
  const leftBehind = async (): Promise<Scene> => {
    const scene = { ...newScene([], false), isDown: true };
    expect((await run(scene, launch(scene, open)))?.counts).toMatchObject({ leftBehind: 2 });
    scene.isDown = false;
    return scene;
  };
  const on = ({ tables }: Scene) => ({ actor: admin, sweepId: [...tables.sweeps.values()][0]?.id ?? "" });
  const retry = async (scene: Scene, { sweeps }: SubjectRights) =>
    orThrow(await orThrow(await sweeps.retry(on(scene))).end());

  it("while it tries those again who were left behind keeps what turned up about them", async () => {
    for (let killAt = 1; ; killAt += stride) {
      const scene = await leftBehind();
      const steps = await killedAt(scene, killAt, retry);
      const rights = launch(scene, open);
      await run(scene, rights);
      const { counts } = orThrow(await rights.sweeps.read(on(scene)));
      if (counts.leftBehind > 0) await retry(scene, rights);
      await expectEverybodyGone(scene);
      if (steps.length < killAt) return;
    }
  }, 60_000);

  it("while it gives them up still deletes who they are, once that is said again", async () => {
    const settle = async (scene: Scene, { sweeps }: SubjectRights) =>
      sweeps.settle({ ...on(scene), reason: "nobody knows them" });
    for (let killAt = 1; ; killAt += 1) {
      const scene = await leftBehind();
      const steps = await killedAt(scene, killAt, settle);
      const again = await settle(scene, launch(scene, open));
      const isOver = again.isErr() && again.error.code === "not-possible-now";
      if (!isOver) expect(orThrow(again)).toMatchObject({ status: "completed-with-exceptions" });
      expect([...scene.tables.sweepParts.values()].flatMap((parts) => [...parts.values()])).toEqual([]);
      expect([...scene.tables.keys.keys()].filter((name) => name.startsWith("sweep/"))).toEqual([]);
      if (steps.length < killAt) return;
    }
  });
});
