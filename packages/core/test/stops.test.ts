import { readFileSync } from "node:fs";
import {
  CallFailed,
  type DataSource,
  defineDataSource,
  defineNotifier,
  type RequestStore,
  type Row,
} from "@subject-rights/core";
import { memoryNotifier, memoryStorage, memoryTables } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import {
  ada,
  admin,
  byNumber,
  copyOfPeople,
  createWorld,
  peopleSource,
  tenantAdmin,
  type World,
} from "./world.ts";

const minute = 60_000;

/** Something that fails for the time being, and counts how often it worked. */
const gate = () => {
  const state = { isShut: true, passed: 0 };
  return {
    state,
    through: () => {
      if (state.isShut) throw new Error("not now");
      state.passed += 1;
    },
  };
};

/** How a gate is opened, and how often something went through it. */
const opening = (state: ReturnType<typeof gate>["state"]): Pick<Scene, "open" | "done"> => ({
  open: () => {
    state.isShut = false;
  },
  done: () => state.passed,
});

interface Scene {
  readonly world: World;
  readonly requestId: string;
  /** Lets what was in the way of the act go. */
  readonly open: () => void;
  /** How often the act was done. */
  readonly done: () => number | Promise<number>;
  /** Brings the request to its end while the act is still in the way. */
  readonly end?: () => Promise<void>;
}

type Kind = "erasure" | "export";

const actorOf = (kind: Kind) => (kind === "erasure" ? admin : tenantAdmin);

const people = () => new Map<string, Row[]>([[ada, [{ name: "Ada" }]]]);

/** A world whose letters of one kind do not leave until they are let go. */
const mailGate = (type: string) => {
  const { state, through } = gate();
  let token = "";
  const notifier = defineNotifier({
    id: "mail",
    attachmentLimit: 1_000_000,
    send: async ({ notice }) => {
      if (notice.type === type) through();
      if (notice.type === "confirmation") token = notice.token;
    },
  });
  return { state, notifier, token: () => token };
};

const begun = async (world: World, kind: Kind, token: () => string = world.token): Promise<string> => {
  const submitted = await world.rights.requests.submit({
    actor: actorOf(kind),
    kind,
    category: "customer-data",
    email: ada,
  });
  await world.settle();
  unwrap(await world.rights.requests.acknowledge({ token: token() }));
  await world.settle();
  return unwrap(submitted).request.id;
};

const settled = (world: World, kind: Kind, requestId: string) => async () => {
  unwrap(
    await world.rights.requests.settleSource({
      actor: actorOf(kind),
      requestId,
      source: "crm",
      reason: "looked after by hand",
    }),
  );
  await world.settle();
};

/** A source that cannot do one thing for the time being. */
const sourceScene =
  (kind: Kind, ability: "identify" | "export" | "erase" | "verify") => async (): Promise<Scene> => {
    const { state, through } = gate();
    const held = people();
    const crm = peopleSource("crm", held, {
      ...(ability === "identify" && {
        identify: async () => {
          through();
          return [];
        },
      }),
      ...(ability === "verify" && {
        verify: async (_subject, { idempotencyKey }) => {
          // The check right behind an erasure belongs to it.
          if (idempotencyKey.includes("/verify/")) through();
          return [{ collection: "people", count: held.size }];
        },
      }),
      ...(ability === "export" && {
        async *export() {
          through();
          yield { collection: "people", rows: [{ name: "Ada" }] };
        },
      }),
      ...(ability === "erase" && {
        erase: async () => {
          through();
          held.delete(ada);
          return [{ collection: "people", outcome: "erased", count: 1 }];
        },
      }),
    });
    const world = await createWorld({ sources: [crm, peopleSource("shop", people())] });
    const requestId = await begun(world, kind);
    return {
      world,
      requestId,
      ...opening(state),
      end: settled(world, kind, requestId),
    };
  };

/** A letter that is due when the address is not of today any more that it goes to: that it takes longer, or how it ended. */
const addressScene = async (): Promise<Scene> => {
  const { state, through } = gate();
  const shop = peopleSource("shop", people(), {
    identify: async (_subject, { idempotencyKey }) => {
      if (idempotencyKey.includes("/find/")) through();
      return [{ type: "customer-number", value: "C-1" }];
    },
  });
  const crm = peopleSource("crm", people(), {
    erase: async () => {
      throw new Error("down");
    },
  });
  const sources = [shop, crm];
  const world = await createWorld({ acknowledgedBy: "data-subject", sources });
  const requestId = await begun(world, "erasure");
  world.clock.set(new Date(world.clock.now().getTime() + 2 * 24 * 60 * minute));
  await world.settle();
  const reason = "the archive is read by hand";
  unwrap(await world.rights.requests.extend({ actor: admin, requestId, reason }));
  await world.settle();
  return { world, requestId, ...opening(state), end: settled(world, "erasure", requestId) };
};

const refreshScene = async (): Promise<Scene> => {
  const { state, through } = gate();
  const [held, copied] = [people(), people()];
  const search = copyOfPeople("crm", copied, held, {
    refresh: async () => {
      through();
      copied.clear();
    },
  });
  const world = await createWorld({ sources: [peopleSource("shop", held), search] });
  const requestId = await begun(world, "erasure");
  return {
    world,
    requestId,
    ...opening(state),
    end: settled(world, "erasure", requestId),
  };
};

const letterScene =
  (
    kind: Kind,
    type: string,
    source: (held: Map<string, Row[]>) => DataSource = (held) => peopleSource("crm", held),
    end?: (world: World, requestId: string, held: Map<string, Row[]>) => Promise<void>,
  ) =>
  async (): Promise<Scene> => {
    const { state, notifier, token } = mailGate(type);
    const held = people();
    const world = await createWorld({ notifier, sources: [source(held), peopleSource("shop", people())] });
    const requestId = await begun(world, kind, token);
    // Until the quick tries at a source are used up, and support is to be told.
    await world.pass(minute);
    return {
      world,
      requestId,
      ...opening(state),
      ...(end !== undefined && { end: () => end(world, requestId, held) }),
    };
  };

/** Somebody erases here by hand. */
const paper = (held: Map<string, Row[]>) =>
  defineDataSource({
    id: "crm",
    title: "Paper files",
    holds: ["customer-data"],
    kind: "origin",
    owner: "owner@northwind.example",
    locate: async () => [{ collection: "folders", count: held.size }],
  });

const taskScene = letterScene(
  "erasure",
  "manual-task",
  paper,
  // The owner was told by telephone.
  async (world, requestId, held) => {
    held.delete(ada);
    const answer = { actor: admin, requestId, source: "crm", answer: "done", note: "by telephone" } as const;
    unwrap(await world.rights.requests.answerTask(answer));
    await world.settle();
  },
);

const supportScene = letterScene(
  "erasure",
  "support",
  (held) =>
    peopleSource("crm", held, {
      erase: async () => {
        throw new Error("down");
      },
    }),
  async (world, requestId) => settled(world, "erasure", requestId)(),
);

/** A package that was delivered, and the link to it. */
const fetchScene = (byLink: boolean) => async (): Promise<Scene> => {
  const mail = memoryNotifier({ attachmentLimit: 0 });
  // One part is missing, so that the request stays open.
  const crm = peopleSource("crm", people(), {
    async *export() {
      yield* [];
      throw new Error("down");
    },
  });
  const world = await createWorld({
    notifier: mail,
    sources: [crm, peopleSource("shop", people())],
    links: { download: (token) => `https://northwind.example/download/${token}` },
  });
  const token = () => {
    const notice = mail.sent.findLast((message) => message.notice.type === "confirmation")?.notice;
    return notice?.type === "confirmation" ? notice.token : "";
  };
  const requestId = await begun(world, "export", token);
  await world.pass(10 * minute);
  const delivery = mail.sent.find(({ notice }) => notice.type === "delivery")?.notice;
  const link = delivery?.type === "delivery" ? (delivery.url?.split("/").at(-1) ?? "") : "";
  expect(link).not.toBe("");
  let fetched = 0;
  return {
    world,
    requestId,
    open: () => undefined,
    done: async () => {
      const { packages } = world.rights;
      const answer = byLink
        ? await packages.download({ token: link })
        : await packages.fetch({ actor: tenantAdmin, requestId });
      fetched += Number(answer.isOk());
      return fetched;
    },
    end: settled(world, "export", requestId),
  };
};

const stops: Record<string, (scene: Scene, kind: Kind) => Promise<void>> = {
  "a hold": async ({ world }) => {
    unwrap(
      await world.rights.holds.place({
        actor: admin,
        identifiers: [{ type: "email", value: ada }],
        reason: "a claim in court",
      }),
    );
  },
  "a doubt who asks": async ({ world, requestId }, kind) => {
    const reason = "the signature is another one";
    unwrap(await world.rights.requests.suspend({ actor: actorOf(kind), requestId, reason }));
  },
  declined: async ({ world, requestId }, kind) => {
    const reason = "manifestly unfounded";
    unwrap(await world.rights.requests.decline({ actor: actorOf(kind), requestId, reason }));
  },
  cancelled: async ({ world, requestId }, kind) => {
    const reason = "taken back";
    unwrap(await world.rights.requests.cancel({ actor: actorOf(kind), requestId, reason }));
  },
  ended: async ({ end }) => end?.(),
};

/** The rows of the table in the documentation, each with what is tried for it. */
const scenes: readonly (readonly [string, Kind, string, () => Promise<Scene>])[] = [
  ["asking sources", "erasure", "identifying", sourceScene("erasure", "identify")],
  ["asking sources", "erasure", "the last check", sourceScene("erasure", "verify")],
  ["asking, before a letter goes", "erasure", "whose an address is", addressScene],
  ["reading for an export", "export", "exporting", sourceScene("export", "export")],
  ["erasing", "erasure", "an origin", sourceScene("erasure", "erase")],
  ["erasing", "erasure", "a copy", refreshScene],
  ["erasing", "erasure", "a manual task", taskScene],
  ["sending a package", "export", "a delivery", letterScene("export", "delivery")],
  ["fetching a package", "export", "by its link", fetchScene(true)],
  ["fetching a package", "export", "by an actor", fetchScene(false)],
  ["letters while it runs", "erasure", "to support", supportScene],
];

const table = (() => {
  const text = readFileSync(new URL("../../../docs/concepts.md", import.meta.url), "utf8");
  const lines = text.slice(text.indexOf("### What stops a request")).split("\n");
  const from = lines.findIndex((line) => line.startsWith("|"));
  const rows = lines.slice(from, lines.indexOf("", from)).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return { stops: rows[0]?.slice(1) ?? [], rows: rows.slice(2) };
})();

const cells = scenes.flatMap(([row, kind, title, scene]) =>
  table.stops.map((stop, column) => {
    const said = table.rows.find(([first]) => first?.startsWith(row))?.[column + 1] ?? "";
    return { row, kind, title, scene, stop, said };
  }),
);

const letterOfTheEnd = async (type: string, end: (world: World, requestId: string) => Promise<void>) => {
  const { state, notifier, token } = mailGate(type);
  const world = await createWorld({
    notifier,
    sources: [
      peopleSource("crm", people(), {
        erase: async () => {
          throw new Error("down");
        },
      }),
    ],
  });
  const requestId = await begun(world, "erasure", token);
  await end(world, requestId);
  expect((await world.read(requestId)).phase).toBe("closed");
  state.isShut = false;
  await world.pass(7 * 60 * minute);
  return state.passed;
};

describe("what stops a request", () => {
  it("stands in a table of the documentation, of which every row and every stop is tried here", () => {
    expect(table.stops).toEqual(Object.keys(stops));
    // The letters of the end, and opening again, are tried below; warnings where they come from.
    expect(table.rows).toHaveLength(new Set(scenes.map(([row]) => row)).size + 3);
  });

  it.each(cells)("$title, with $stop: $said", async ({ kind, scene, stop, said }) => {
    const made = await scene();
    // Nothing that is under way ends by itself without being done.
    if (stop === "ended" && made.end === undefined) return;
    const before = await made.done();
    await stops[stop]?.(made, kind);
    await made.world.settle();
    made.open();
    await made.world.pass(7 * 60 * minute);
    const isDone = (await made.done()) > before;
    expect({ said, isDone }).toEqual({ said, isDone: said === "goes on" });
    // What was in the way is told; that something was stopped is no failure of anybody's.
    const failures = made.world.errors.filter(
      (error) => !(error instanceof CallFailed && error.problem === "unavailable"),
    );
    expect(failures).toEqual([]);
  });

  it("lets the letters go out that say how it ended", async () => {
    const declined = await letterOfTheEnd("refusal", async ({ rights }, requestId) => {
      unwrap(await rights.requests.decline({ actor: admin, requestId, reason: "manifestly unfounded" }));
    });
    const ended = await letterOfTheEnd("completion", (world, requestId) =>
      settled(world, "erasure", requestId)(),
    );
    expect({ declined, ended }).toEqual({ declined: 1, ended: 1 });
  });

  it("counts until the first byte of a package, however long ago it was asked for", async () => {
    const { world, requestId } = await fetchScene(false)();
    const fetched = unwrap(await world.rights.packages.fetch({ actor: tenantAdmin, requestId }));
    unwrap(await world.rights.requests.suspend({ actor: tenantAdmin, requestId, reason: "who asks?" }));
    const reading = (async () => {
      for await (const chunk of fetched.read()) expect(chunk).toBeUndefined();
    })();
    await expect(reading).rejects.toMatchObject({ code: "not-possible-now" });
    // Nothing was handed out: that is what the audit says last.
    const audit = unwrap(await world.rights.requests.audit({ actor: tenantAdmin, requestId }));
    const actions = audit.map(({ action }) => action).filter((action) => action.startsWith("download"));
    expect(actions).toEqual(["downloaded", "download-stopped"]);
  });

  it("keeps what opens again from erasing, where a hold was placed meanwhile", async () => {
    const held = people();
    const law = {
      collection: "people",
      outcome: "retained",
      count: 1,
      reason: "tax",
      until: "2026-03-31",
    } as const;
    const isOver = () => world.clock.now().toISOString() > "2026-04";
    const world: World = await createWorld({
      sources: [
        peopleSource("books", held, {
          ...byNumber,
          locate: async () => [{ collection: "people", count: held.size }],
          erase: async () => {
            if (!isOver()) return [law];
            held.delete(ada);
            return [{ collection: "people", outcome: "erased", count: 1 }];
          },
        }),
      ],
    });
    const requestId = await world.acknowledged("erasure");
    await stops["a hold"]?.({ world, requestId, open: () => undefined, done: () => 0 }, "erasure");
    world.clock.set(new Date("2026-07-01T12:00:00Z"));
    await world.pass(120 * minute);
    expect(isOver() && held.has(ada)).toBe(true);
    expect((await world.read(requestId)).waitingFor).toMatchObject([{ for: "hold" }]);
  });
});

describe("stops that meet", () => {
  const counted = (tables = memoryTables()) => {
    const storage = memoryStorage({ tables });
    let commits = 0;
    const requestStore: RequestStore = {
      ...storage.requestStore,
      transaction: null,
      commit: (input) => {
        commits += 1;
        return storage.requestStore.commit(input);
      },
    };
    return { tables, requestStore, commits: () => commits };
  };

  it("do not chase each other: a hold, a manual task and a doubt", async () => {
    const { tables, requestStore, commits } = counted();
    const world = await createWorld({ sources: [paper(people())], requestStore }, tables);
    await stops["a hold"]?.({ world, requestId: "", open: () => undefined, done: () => 0 }, "erasure");
    const requestId = await begun(world, "erasure");
    const before = commits();
    unwrap(await world.rights.requests.suspend({ actor: admin, requestId, reason: "who asks?" }));
    await world.pass(60 * minute);
    expect(commits() - before).toBeLessThan(5);
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "manual-task")).toEqual([]);
  });

  it("do not chase each other: a task that was never sent, an end, and a hold", async () => {
    const { tables, requestStore, commits } = counted();
    const { state, notifier, token } = mailGate("manual-task");
    const held = people();
    const world = await createWorld({ sources: [paper(held)], requestStore, notifier }, tables);
    const requestId = await begun(world, "erasure", token);
    held.delete(ada);
    const answer = { actor: admin, requestId, source: "crm", answer: "done", note: "by telephone" } as const;
    unwrap(await world.rights.requests.answerTask(answer));
    await world.settle();
    await stops["a hold"]?.({ world, requestId, open: () => undefined, done: () => 0 }, "erasure");
    const before = commits();
    state.isShut = false;
    await world.pass(120 * minute);
    expect({ outcome: (await world.read(requestId)).outcome, sent: state.passed }).toEqual({
      outcome: "completed",
      sent: 0,
    });
    expect(commits() - before).toBeLessThan(5);
  });
});
