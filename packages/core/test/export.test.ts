import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { type ExportPage, exportManifestSchema, PermanentFailure, type Row } from "@subject-rights/core";
import { memoryNotifier } from "@subject-rights/memory";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, inject, it } from "vitest";
import { unpack } from "./unpack.ts";
import { ada, createWorld, peopleSource, tenantAdmin, tokenOf, unreliable, type World } from "./world.ts";

const hour = 3_600_000;

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({ number: index, name: `Ada ${index}` }));

const submission = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;

const people = (count = 1) => new Map([[ada, rows(count)]]);

const delivered = async (world: World): Promise<Map<string, Buffer>> => {
  const message = world.notifier.sent.findLast(({ notice }) => notice.type === "delivery");
  if (message?.attachment == null) throw new Error("no package was delivered");
  return unpack(await buffer(message.attachment.read()));
};

const manifestOf = (files: Map<string, Buffer>) =>
  exportManifestSchema.parse(JSON.parse(String(files.get("manifest.json"))));

describe("an export", () => {
  it("hands everything over in one package, sent to the address on record", async () => {
    const world = await createWorld({
      sources: [peopleSource("crm", people(3)), peopleSource("shop", people(2))],
    });
    const requestId = await world.acknowledged("export");
    expect(await world.read(requestId)).toMatchObject({
      phase: "closed",
      outcome: "completed",
      waitingFor: [],
    });

    const files = await delivered(world);
    const manifest = manifestOf(files);
    expect(manifest).toMatchObject({ subject: ada, controller: "Northwind Lamps", missing: [], leftOut: [] });
    expect(manifest.collections.map(({ source, rows: count }) => [source.id, count])).toEqual([
      ["crm", 3],
      ["shop", 2],
    ]);
    for (const { path, sha256 } of manifest.files) {
      expect(
        createHash("sha256")
          .update(files.get(path) ?? "")
          .digest("hex"),
      ).toBe(sha256);
    }
    expect(JSON.parse(String(files.get(manifest.collections[0]?.json ?? "")))).toEqual(rows(3));
    expect(world.notifier.sent.at(-1)?.to).toBe("tenant-admin@northwind.example");
  });

  it("of somebody nobody knows is an empty package, not a failure", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())] });
    const requestId = await world.acknowledged("export", "nobody@example.org");
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(manifestOf(await delivered(world)).collections.every((collection) => collection.rows === 0)).toBe(
      true,
    );
  });

  it("names what is missing and why, stays open, and delivers again when the source works", async () => {
    let isDown = true;
    const shop = peopleSource("shop", people(2), {
      async *export() {
        if (isDown) throw new Error("down");
        yield { collection: "orders", rows: rows(2) };
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", people()), shop] });
    const requestId = await world.acknowledged("export");
    await world.pass(hour);
    expect(await world.read(requestId)).toMatchObject({
      phase: "delivered",
      outcome: null,
      waitingFor: [{ for: "source", source: "shop", problem: "unavailable" }],
    });
    expect(manifestOf(await delivered(world)).missing).toMatchObject([
      { source: { id: "shop" }, problem: "unavailable", settled: null },
    ]);

    isDown = false;
    unwrap(await world.rights.requests.retrySource({ actor: tenantAdmin, requestId, source: "shop" }));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(manifestOf(await delivered(world)).missing).toEqual([]);
    expect(world.notifier.sent.filter(({ notice }) => notice.type === "delivery")).toHaveLength(2);
    expect(new Set(world.notifier.sent.map(({ id }) => id)).size).toBe(world.notifier.sent.length);
  });

  it("is not sent again because a missing source was tried in vain, until that gives its part", async () => {
    let isSold = true;
    const shop = peopleSource("shop", people(2), {
      async *export() {
        if (isSold) throw new PermanentFailure("sold");
        yield { collection: "orders", rows: rows(2) };
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", people()), shop] });
    const requestId = await world.acknowledged("export");
    const retry = async () => {
      unwrap(await world.rights.requests.retrySource({ actor: tenantAdmin, requestId, source: "shop" }));
      await world.pass(hour);
    };
    const deliveries = () => world.notifier.sent.filter(({ notice }) => notice.type === "delivery");
    for (let time = 0; time < 3; time += 1) await retry();
    expect(await world.read(requestId)).toMatchObject({ phase: "delivered", outcome: null });
    expect(deliveries()).toHaveLength(1);
    const audit = unwrap(await world.rights.requests.audit({ actor: tenantAdmin, requestId }));
    expect(audit.filter(({ action }) => action === "nothing-new")).toHaveLength(3);

    isSold = false;
    await retry();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(deliveries()).toHaveLength(2);
  });

  it("that waits for its letter to be accepted keeps that letter when a source is tried in vain", async () => {
    let isDown = true;
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (isDown && notice.type === "delivery") throw new Error("no mail today");
    });
    const shop = peopleSource("shop", people(2), {
      export: () => {
        throw new PermanentFailure("sold");
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", people()), shop], notifier });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
    await world.settle();
    const on = { actor: tenantAdmin, requestId: request.id };
    unwrap(await world.rights.requests.retrySource({ ...on, source: "shop" }));
    await world.settle();
    const view = await world.read(request.id);
    expect(view.phase).toBe("packaged");
    expect(view.messages.filter(({ kind }) => kind === "delivery")).toMatchObject([
      { id: "delivery-1", status: "due" },
    ]);
    isDown = false;
    await world.pass(hour);
    expect((await world.read(request.id)).phase).toBe("delivered");
    expect(accepted.filter(({ notice }) => notice.type === "delivery")).toHaveLength(1);
  });

  it("ends with exceptions where somebody settles what is missing", async () => {
    const never = peopleSource("shop", people(), {
      export: () => {
        throw new PermanentFailure("sold");
      },
    });
    const world = await createWorld({ sources: [peopleSource("crm", people()), never] });
    const requestId = await world.acknowledged("export");
    const settled = await world.rights.requests.settleSource({
      actor: tenantAdmin,
      requestId,
      source: "shop",
      reason: "sold to another company, which answers for itself",
    });
    expect(unwrap(settled)).toMatchObject({ outcome: "completed-with-exceptions" });
  });

  it("of which every source fails is a failure, and nothing is delivered", async () => {
    const fails = (id: string) =>
      peopleSource(id, people(), {
        export: () => {
          throw new PermanentFailure("no");
        },
      });
    const world = await createWorld({ sources: [fails("crm"), fails("shop")] });
    const requestId = await world.acknowledged("export");
    expect((await world.read(requestId)).outcome).toBeNull();
    const types = world.notifier.sent.map(({ notice }) => notice.type);
    expect(types).toContain("failure");
    expect(types).not.toContain("delivery");
    for (const source of ["crm", "shop"]) {
      const reason = "the servers were lost in a fire";
      await world.rights.requests.settleSource({ actor: tenantAdmin, requestId, source, reason });
    }
    expect((await world.read(requestId)).outcome).toBe("failed");
  });

  it("goes on behind the last page that was put down", async () => {
    const pages = 40;
    const page = rows(500).map((row) => ({ ...row, text: "x".repeat(100) }));
    const starts: (string | null)[] = [];
    const crm = peopleSource("crm", people(), {
      async *export(_subject, { cursor }) {
        starts.push(cursor);
        for (let index = Number(cursor ?? 0); index < pages; index += 1) {
          if (index === 25 && starts.length === 1) throw new Error("connection lost");
          yield { collection: "events", rows: page, cursor: String(index + 1) };
        }
      },
    });
    const world = await createWorld({ sources: [crm] });
    const requestId = await world.acknowledged("export");
    await world.pass(10_000);
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(starts).toHaveLength(2);
    expect(Number(starts[1])).toBeGreaterThan(0);
    expect(manifestOf(await delivered(world)).collections[0]?.rows).toBe(pages * 500);
  });

  it("does not believe a source that gives less than it says it holds", async () => {
    let isShort = true;
    const crm = peopleSource("crm", people(2), {
      async *export() {
        yield { collection: "people", rows: rows(isShort ? 1 : 2) };
      },
    });
    const world = await createWorld({ sources: [crm, peopleSource("shop", people())] });
    const requestId = await world.acknowledged("export");
    await world.pass(hour);
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "source", source: "crm", problem: "invalid-answer" },
    ]);
    isShort = false;
    unwrap(await world.rights.requests.retrySource({ actor: tenantAdmin, requestId, source: "crm" }));
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
  });

  const many = inject("isThorough") ? 300_000 : 30_000;
  it(`takes ${many} rows in page by page, and loses none`, async () => {
    const page = rows(10_000);
    const crm = peopleSource("crm", people(), {
      async *export() {
        for (let index = 0; index < many / 10_000; index += 1) yield { collection: "events", rows: page };
      },
    });
    const world = await createWorld({ sources: [crm] });
    const requestId = await world.acknowledged("export");
    expect((await world.read(requestId)).sources[0]).toMatchObject({ status: "succeeded", done: many });
  });

  it("refuses a page of ten million rows, and rows that cannot be handed out", async () => {
    const pages: ExportPage[] = [
      { collection: "events", rows: new Array<Row>(10_000_000).fill({}) },
      { collection: "events", rows: [{ cell: (() => 1) as never }] },
      { collection: "events", rows: ["text" as never] },
      { collection: "", rows: [] },
      { rows: [] } as never,
      null as never,
    ];
    for (const page of pages) {
      const crm = peopleSource("crm", people(), {
        async *export() {
          yield page;
        },
      });
      const world = await createWorld({ sources: [crm, peopleSource("shop", people())] });
      const view = await world.read(await world.acknowledged("export"));
      expect(view.waitingFor).toEqual([{ for: "source", source: "crm", problem: "invalid-answer" }]);
    }
  });

  it("leaves out a copy that cannot be exported, and says that its origin is in it", async () => {
    const copy = peopleSource("insights", people(), { kind: "copy", refresh: async () => undefined });
    const world = await createWorld({
      sources: [
        peopleSource("crm", people()),
        {
          ...copy,
          export: null,
          descriptor: { ...copy.descriptor, abilities: { ...copy.descriptor.abilities, export: false } },
        },
      ],
    });
    const view = await world.read(await world.acknowledged("export"));
    expect(view.outcome).toBe("completed");
    expect(manifestOf(await delivered(world)).leftOut).toMatchObject([{ source: { id: "insights" } }]);
  });
});

describe("a package that is too large to attach", () => {
  const small = memoryNotifier({ attachmentLimit: 100 });

  it("goes by a link that works until it expires, and leaves a receipt", async () => {
    const notifier = memoryNotifier({ attachmentLimit: 100 });
    const world = await createWorld({
      sources: [peopleSource("crm", people())],
      notifier,
      links: { download: (token) => `https://privacy.northwind.example/download#${token}` },
    });
    const submitted = await world.rights.requests.submit({
      actor: tenantAdmin,
      kind: "export",
      category: "customer-data",
      email: ada,
    });
    await world.settle();
    const [confirmation] = notifier.sent;
    if (confirmation?.notice.type !== "confirmation") throw new Error("no confirmation");
    await world.rights.requests.acknowledge({ token: confirmation.notice.token });
    await world.settle();
    const delivery = notifier.sent.at(-1);
    if (delivery?.notice.type !== "delivery" || delivery.notice.url === null) throw new Error("no link");
    expect(delivery.attachment).toBeNull();
    const token = new URL(delivery.notice.url).hash.slice(1);

    const fetched = unwrap(await world.rights.packages.download({ token }));
    const zip = await buffer(fetched.read());
    expect(createHash("sha256").update(zip).digest("hex")).toBe(fetched.sha256);
    expect(zip.length).toBe(fetched.bytes);
    expect(manifestOf(await unpack(zip)).subject).toBe(ada);
    const requestId = unwrap(submitted).request.id;
    const audit = unwrap(await world.rights.requests.audit({ actor: tenantAdmin, requestId }));
    expect(audit.map(({ action }) => action)).toContain("downloaded");

    expect(unwrapError(await world.rights.packages.download({ token: "x" }))).toMatchObject({
      reason: "unknown",
    });
    expect(unwrapError(await world.rights.requests.acknowledge({ token }))).toMatchObject({
      reason: "unknown",
    });
    await world.pass(7 * 24 * hour + 60_000);
    expect(unwrapError(await world.rights.packages.download({ token }))).toMatchObject({
      reason: "expired",
    });
    expect(world.tables.chunks.size).toBe(0);
    const gone = await world.rights.packages.fetch({ actor: tenantAdmin, requestId });
    expect(unwrapError(gone).code).toBe("package-not-available");
  });

  it("goes on being fetched by the link that was sent, whatever package follows and however long its letter takes", async () => {
    let [isSold, isMailDown] = [true, false];
    const { notifier, accepted } = unreliable(({ notice }) => {
      if (isMailDown && notice.type === "delivery") throw new Error("no mail today");
    }, 100);
    const shop = peopleSource("shop", people(2), {
      async *export() {
        if (isSold) throw new PermanentFailure("sold");
        yield { collection: "orders", rows: rows(2) };
      },
    });
    const world = await createWorld({
      sources: [peopleSource("crm", people()), shop],
      notifier,
      links: { download: (token) => `https://privacy.northwind.example/download#${token}` },
      rules: { downloads: 2 },
    });
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    unwrap(await world.rights.requests.acknowledge({ token: tokenOf(accepted) }));
    await world.settle();
    const tokens = () =>
      accepted.flatMap(({ notice }) =>
        notice.type === "delivery" && notice.url !== null ? [new URL(notice.url).hash.slice(1)] : [],
      );
    const missingBy = async (token = "") => {
      const fetched = unwrap(await world.rights.packages.download({ token }));
      return manifestOf(await unpack(await buffer(fetched.read()))).missing.map(({ source }) => source.id);
    };
    await world.pass(24 * hour);
    [isSold, isMailDown] = [false, true];
    const on = { actor: tenantAdmin, requestId: request.id };
    unwrap(await world.rights.requests.retrySource({ ...on, source: "shop" }));
    await world.settle();
    await world.pass(4 * 24 * hour);
    expect(await missingBy(tokens()[0])).toEqual(["shop"]);

    isMailDown = false;
    await world.pass(4 * hour);
    expect((await world.read(request.id)).outcome).toBe("completed");
    expect(await missingBy(tokens()[1])).toEqual([]);
    // Each package counts for itself.
    expect(await missingBy(tokens()[0])).toEqual(["shop"]);
    const reasonOf = async (token = "") => unwrapError(await world.rights.packages.download({ token }));
    expect(await reasonOf(tokens()[0])).toMatchObject({ reason: "used" });
    await world.pass(2 * 24 * hour);
    expect(await reasonOf(tokens()[0])).toMatchObject({ reason: "expired" });
    expect(await missingBy(tokens()[1])).toEqual([]);
  });

  it.each([1, 2])("can be fetched %i times by its link, however many come at once", async (downloads) => {
    const notifier = memoryNotifier({ attachmentLimit: 100 });
    const world = await createWorld({
      sources: [
        peopleSource("crm", people()),
        // Keeps the request open.
        peopleSource("news", people(), {
          export: async function* () {
            yield* [];
            throw new PermanentFailure("it has no export any more");
          },
        }),
      ],
      notifier,
      links: { download: (token) => `https://privacy.northwind.example/download#${token}` },
      rules: { downloads },
    });
    const submission = { actor: tenantAdmin, kind: "export", category: "customer-data", email: ada } as const;
    const { request } = unwrap(await world.rights.requests.submit(submission));
    await world.settle();
    const [confirmation] = notifier.sent;
    if (confirmation?.notice.type !== "confirmation") throw new Error("no confirmation");
    unwrap(await world.rights.requests.acknowledge({ token: confirmation.notice.token }));
    await world.settle();
    const delivery = notifier.sent.at(-1)?.notice;
    if (delivery?.type !== "delivery" || delivery.url === null) throw new Error("no link");
    const token = new URL(delivery.url).hash.slice(1);
    // One that is stopped before its first byte has handed out nothing, and does not count.
    const stopped = unwrap(await world.rights.packages.download({ token }));
    const doubt = { actor: tenantAdmin, requestId: request.id };
    unwrap(await world.rights.requests.suspend({ ...doubt, reason: "who asks?" }));
    await expect(buffer(stopped.read())).rejects.toMatchObject({ code: "not-possible-now" });
    unwrap(await world.rights.requests.resume(doubt));
    const answers = await Promise.all([1, 2, 3, 4].map(() => world.rights.packages.download({ token })));
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(downloads);
    for (const answer of answers) {
      if (answer.isErr()) expect(answer.error).toMatchObject({ code: "token-rejected", reason: "used" });
    }
    // Whoever may fetch it without the link still may, and does not use it up.
    const fetched = await world.rights.packages.fetch({ actor: tenantAdmin, requestId: request.id });
    expect(fetched.isOk()).toBe(true);
    const entries = unwrap(await world.rights.requests.audit({ actor: tenantAdmin, requestId: request.id }));
    expect(entries.filter(({ action }) => action === "downloaded")).toHaveLength(downloads + 2);
    expect(entries.filter(({ action }) => action === "download-stopped")).toHaveLength(1);
    await world.rights.stop();
  });

  it("is a visible problem where there is no link, and can still be fetched by who may", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", people())], notifier: small });
    await world.rights.requests.submit({
      actor: tenantAdmin,
      kind: "export",
      category: "customer-data",
      email: ada,
    });
    await world.settle();
    const [confirmation] = small.sent;
    if (confirmation?.notice.type !== "confirmation") throw new Error("no confirmation");
    const acknowledged = await world.rights.requests.acknowledge({ token: confirmation.notice.token });
    await world.settle();
    const requestId = unwrap(acknowledged).id;
    expect((await world.read(requestId)).waitingFor).toEqual([
      { for: "message", message: "delivery-1", problem: "package-too-large" },
    ]);
    expect((await world.rights.packages.fetch({ actor: tenantAdmin, requestId })).isOk()).toBe(true);

    await world.rights.stop();
    const links = { download: (token: string) => `https://privacy.northwind.example/download#${token}` };
    const sources = [peopleSource("crm", people())];
    const next = await createWorld({ sources, notifier: small, links }, world.tables, world.clock);
    const on = { actor: tenantAdmin, requestId, message: "delivery-1" };
    unwrap(await next.rights.requests.resendMessage(on));
    await next.settle();
    expect(await next.read(requestId)).toMatchObject({ outcome: "completed", waitingFor: [] });
    expect(small.sent.at(-1)?.notice).toMatchObject({ type: "delivery", url: expect.stringContaining("#") });
  });
});
