import type { Actor } from "@subject-rights/core";
import { orThrow } from "@subject-rights/core";
import { simulatedClock, unwrap, unwrapError } from "@subject-rights/testing";
import { describe, expect, it } from "vitest";
import { ada, exportRequest, officer, openWorld, privacy, registered, type World } from "./world.ts";

const unclear = async (world: World, text = `Something about ${ada}`) => {
  const taken = await world.take(
    await world.post.write({ from: registered, to: privacy, subject: "Hello", text }),
  );
  if (taken.outcome !== "waiting") throw new Error(`it was ${JSON.stringify(taken)}`);
  return taken.id;
};

describe("a message that waits", () => {
  it("shows a person what it says, who seems to have written it, and why it waits", async () => {
    const world = await openWorld();
    const id = await unclear(world);
    expect(await world.waiting()).toEqual([
      {
        id,
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        reason: "no-kind",
        requestId: null,
        content: {
          from: [registered],
          to: [privacy],
          receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          subject: "Hello",
          text: expect.stringContaining(ada),
          authentication: { origin: "proven", dkim: "pass", spf: "none", dmarc: "pass" },
        },
      },
    ]);
  });

  it("is stored encrypted, and nothing of it is left when it is settled", async () => {
    const world = await openWorld();
    const id = await unclear(world);
    const dump = () =>
      JSON.stringify([
        [...world.tables.seenMails],
        [...world.tables.waitingMails],
        [...world.tables.answers],
        [...world.tables.keys.keys()],
      ]);
    expect(dump()).toContain(id);
    for (const secret of [ada, registered, privacy, "Something", "Hello"])
      expect(dump()).not.toContain(secret);
    const keys = world.tables.keys.size;
    const none = await world.intake.settle({ actor: officer, id, decision: { as: "nothing" } });
    expect(unwrap(none)).toBeNull();
    expect(await world.waiting()).toEqual([]);
    expect(world.tables.keys.size).toBe(keys - 1);
    expect(world.tables.waitingMails.size).toBe(0);
  });

  it("becomes the request that a person makes of it: once, and received when the message was", async () => {
    const world = await openWorld();
    const id = await unclear(world);
    const [mail] = await world.waiting();
    const decision = { as: "request", kind: "erasure", category: "user-data", email: ada } as const;
    const settled = orThrow(await world.intake.settle({ actor: officer, id, decision }));
    const submittedBy = orThrow(await world.rights.recordedAs({ actor: officer }));
    expect(settled).toMatchObject({ kind: "erasure", category: "user-data", submittedBy });
    expect(settled?.deadline.receivedOn).toBe(mail?.since.slice(0, 10));
    const confirmation = await world.arrival(({ mail: { subject } }) =>
      /confirm: erasure/.test(subject ?? ""),
    );
    expect(confirmation.to).toEqual([registered]);
    const again = await world.intake.settle({ actor: officer, id, decision });
    expect(unwrapError(again)).toMatchObject({ code: "mail-not-found" });
    expect(await world.requests()).toHaveLength(1);
  });

  it("counts from when it was delivered, and so does what is understood; never from the future", async () => {
    const world = await openWorld();
    const raw = await world.post.write({ from: registered, to: privacy, text: `Hello, ${ada}` });
    const taken = await world.take(raw, { receivedAt: "2026-03-02T10:00:00+01:00" });
    const decision = { as: "request", kind: "export", category: "user-data", email: ada } as const;
    const id = taken.outcome === "waiting" ? taken.id : "";
    const settled = orThrow(await world.intake.settle({ actor: officer, id, decision }));
    expect(settled?.deadline.receivedOn).toBe("2026-03-02");
    await world.take(await world.post.write(exportRequest), { receivedAt: "2026-03-03T23:59:59Z" });
    const future = { ...exportRequest, text: "Export the user eve@example.org", subject: "Hello" };
    await world.take(await world.post.write(future), { receivedAt: "2999-01-01T00:00:00Z" });
    const days = (await world.requests()).map(({ deadline }) => deadline.receivedOn).toSorted();
    expect(days).toEqual(["2026-03-02", "2026-03-03", new Date().toISOString().slice(0, 10)]);
  });

  it("stays where the request is refused", async () => {
    const world = await openWorld();
    const id = await unclear(world);
    const decision = { as: "request", kind: "erasure", category: "user-data", email: "no address" } as const;
    const refused = await world.intake.settle({ actor: officer, id, decision });
    expect(unwrapError(refused)).toMatchObject({ code: "invalid-input" });
    expect(await world.waiting()).toHaveLength(1);
  });

  it("stays where a decision is none, or has a member that there is not, and the answer says what to write", async () => {
    const world = await openWorld();
    const id = await unclear(world);
    const request = { as: "request", kind: "erasure", category: "user-data", email: ada };
    const number = { type: "customer-number", value: "4" };
    for (const [decision, issue] of [
      [{ ...request, as: "Request" }, /^decision\.as: .*"request"\|"nothing"/],
      [{ ...request, as: "requests" }, /^decision\.as: /],
      [{}, /^decision\.as: /],
      ["request", /^decision: write \{ as: "request", kind, category, email \}/],
      [undefined, /^decision: write/],
      [{ ...request, as: "nothing" }, /^decision\.kind: there is no `kind`: there is `as`/],
      [{ ...request, mail: ada }, /^decision\.mail: there is no `mail`: write `email`/],
      [{ ...request, identifers: [number] }, /^decision\.identifers: .*write `identifiers`/],
      [{ ...request, identifiers: [{ ...number, value: " 4" }] }, /^decision\.identifiers\[0\]\.value: /],
    ] as const) {
      const settled = await world.intake.settle({ actor: officer, id, decision: decision as never });
      const message = expect.stringMatching(issue);
      expect(unwrapError(settled)).toMatchObject({ code: "invalid-input", message });
    }
    expect((await world.waiting()).map((mail) => mail.id)).toEqual([id]);
    expect(await world.requests()).toEqual([]);
    const decision = { ...request, identifiers: [number] } as never;
    const settled = unwrap(await world.intake.settle({ actor: officer, id, decision }));
    const known = await world.rights.requests.reveal({ actor: officer, requestId: settled?.id ?? "" });
    expect(unwrap(known).identifiers).toContainEqual(number);
  });

  it("answers each call that is wrong with what to write instead", async () => {
    const world = await openWorld();
    const actor = officer;
    const { waiting, settle, take } = world.intake;
    const raw = Buffer.from("From: ada@example.org\r\n\r\nHello");
    const texts = async function* () {
      yield "From: ada@example.org\r\n\r\nHello" as never;
    };
    const nothing = { as: "nothing" } as const;
    for (const [call, issue] of [
      [waiting(undefined as never), /hand in an object/],
      [waiting({} as never), /^actor: say who calls/],
      [waiting({ actor, limits: 5 } as never), /^limits: .*write `limit`/],
      [waiting({ actor, cursor: "zzz" }), /^cursor: is not a cursor of this list/],
      [
        settle({ actor, mail: "x", decision: nothing } as never),
        /^id: say which message: hand in its id.*`mail`/,
      ],
      [take("From: ada@example.org" as never), /^raw: hand in the message as it came.*Buffer\.from\(text\)/],
      [take(texts()), /^raw: .*setEncoding/],
      [take(raw, { form: ada } as never), /^envelope\.form: there is no `form`: write `from`/],
      [take(raw, { to: privacy } as never), /^envelope\.to: write the addresses as an array/],
      [take(raw, { receivedAt: "yesterday" }), /^envelope\.receivedAt: .*such as 2026/],
    ] as const) {
      const message = expect.stringMatching(issue);
      expect(unwrapError<Error>(await call)).toMatchObject({ code: "invalid-input", message });
    }
    expect(await world.waiting()).toEqual([]);
  });

  it("is for those alone who may see it, in their tenant", async () => {
    const world = await openWorld();
    const id = await unclear(world);
    const decision = { as: "nothing" } as const;
    const nobody: Actor = { ...officer, roles: ["guest"] };
    const refused = await world.intake.waiting({ actor: nobody });
    expect(unwrapError(refused)).toMatchObject({ code: "not-allowed", action: "reveal-subject" });
    expect(unwrapError(await world.intake.settle({ actor: nobody, id, decision })).code).toBe("not-allowed");
    const elsewhere: Actor = { ...officer, tenant: "southwind" };
    expect(unwrap(await world.intake.waiting({ actor: elsewhere })).mails).toEqual([]);
    expect(unwrapError(await world.intake.settle({ actor: elsewhere, id, decision })).code).toBe(
      "mail-not-found",
    );
    const broken = world.intakeOver({
      policy: () => {
        throw new Error("the directory is down");
      },
    });
    expect(unwrapError(await broken.waiting({ actor: officer })).code).toBe("not-allowed");
    expect(await world.waiting()).toHaveLength(1);
  });

  it("is listed page by page, the oldest first", async () => {
    const world = await openWorld({ intake: { answersADay: 0 } });
    const ids = [];
    for (let index = 0; index < 5; index += 1) ids.push(await unclear(world, `Message ${index}`));
    const first = orThrow(await world.intake.waiting({ actor: officer, limit: 3 }));
    const second = orThrow(
      await world.intake.waiting({ actor: officer, limit: 3, cursor: first.cursor ?? "" }),
    );
    expect([...first.mails, ...second.mails].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(second.cursor).toBeNull();
    expect((await world.intake.waiting({ actor: officer, limit: 0 })).isErr()).toBe(true);
  });

  it("is deleted when it has waited too long, and what was taken is forgotten then", async () => {
    const clock = simulatedClock(new Date());
    const world = await openWorld({ intake: { clock, keptFor: 1_000 } });
    await unclear(world);
    expect(unwrap(await world.intake.expire())).toBe(0);
    expect(world.tables.seenMails.size).toBe(1);
    await clock.advance(1_001);
    expect(unwrap(await world.intake.expire())).toBe(1);
    expect(await world.waiting()).toEqual([]);
    expect(world.tables.seenMails.size).toBe(0);
    expect([...world.tables.keys.keys()].filter((name) => name.startsWith("intake-mail/"))).toEqual([]);
    await unclear(world, "Another one");
    await clock.advance(3_600_001);
    await unclear(world, "A third one, and the intake looks by itself");
    expect(await world.waiting()).toHaveLength(1);
  });

  it("is told to support and to whoever operates this before it is given up, and stays until support is told", async () => {
    const clock = simulatedClock(new Date());
    const told: unknown[] = [];
    const support = { isBroken: true };
    const world = await openWorld({
      intake: {
        clock,
        answersADay: 0,
        keptFor: 1_000,
        onError: (error) => told.push(error),
        support: ({ tenant }) => {
          if (support.isBroken) throw new Error("the directory is down");
          return `support@${tenant}.example`;
        },
      },
    });
    const ids = [await unclear(world), await unclear(world, `Another one about ${ada}`)];
    await clock.advance(1_001);
    expect(unwrap(await world.intake.expire())).toBe(0);
    expect(await world.waiting()).toHaveLength(2);
    expect(told).toMatchObject([{ code: "storage-failed" }]);
    told.length = 0;
    support.isBroken = false;
    expect(unwrap(await world.intake.expire())).toBe(2);
    const letter = await world.arrival(({ to }) => to.includes("support@halmstrand.example"));
    for (const id of ids) expect(letter.mail.text).toContain(id);
    expect(letter.mail.subject).toMatch(/nobody looked at/);
    expect(told).toMatchObject([
      { code: "mail-given-up", tenant: "halmstrand", reason: "no-kind" },
      { code: "mail-given-up" },
    ]);
    for (const secret of [ada, registered, "Something", "Hello"])
      expect(`${letter.mail.text} ${JSON.stringify(told)} ${String(told)}`).not.toContain(secret);
    expect(world.server.arrived).toHaveLength(1);
    expect(await world.waiting()).toEqual([]);
  });

  it("is refused where too many wait already; then nothing is stored, and it can be handed over again", async () => {
    const world = await openWorld({ intake: { mostWaiting: 1 } });
    const id = await unclear(world);
    const next = await world.post.write({ from: registered, to: privacy, text: "The second" });
    const keys = world.tables.keys.size;
    expect(await world.take(next)).toEqual({ outcome: "refused", reason: "too-many-waiting" });
    expect(world.tables.keys.size).toBe(keys);
    expect(await world.take(await world.post.write(exportRequest))).toMatchObject({ outcome: "submitted" });
    orThrow(await world.intake.settle({ actor: officer, id, decision: { as: "nothing" } }));
    expect(await world.take(next)).toMatchObject({ outcome: "waiting" });
  });
});

describe("whom mail is for", () => {
  it("is said by the addresses that it went to", async () => {
    const world = await openWorld({
      intake: {
        actor: (recipients) => {
          const tenant = recipients.map((to) => /^privacy-(\w+)@/.exec(to)?.[1]).find(Boolean);
          return tenant === undefined ? undefined : { id: "mail-intake", tenant, roles: ["tenant-admin"] };
        },
      },
    });
    const raw = await world.post.write({ ...exportRequest, to: "Privacy-Southwind@halmstrand.example" });
    const submitted = await world.take(raw);
    expect(submitted.outcome).toBe("submitted");
    const { requests } = orThrow(
      await world.rights.requests.list({ actor: { ...officer, tenant: "southwind" } }),
    );
    expect(requests).toHaveLength(1);
    // The envelope says it, where it is known: whatever the headers say.
    const elsewhere = { to: ["privacy-eastwind@halmstrand.example"] };
    expect(await world.take(raw, elsewhere)).toMatchObject({ outcome: "submitted", alreadyOpen: false });
    expect(await world.take(await world.post.write(exportRequest))).toEqual({
      outcome: "refused",
      reason: "no-tenant",
    });
  });

  it("has no more rights than the actor: what that may not do is for a person", async () => {
    const world = await openWorld({
      intake: { actor: { id: "mail-intake", tenant: "halmstrand", roles: ["tenant-admin"] } },
    });
    const erase = { ...exportRequest, text: `Erase the customer ${ada}` };
    const raw = await world.post.write({ ...erase, subject: "Hello" });
    expect(await world.take(raw)).toMatchObject({ outcome: "waiting", reason: "not-allowed" });
  });

  it("may be for a category that no source holds: that is for a person", async () => {
    const world = await openWorld({ rights: { sources: [] } });
    expect(await world.take(await world.post.write(exportRequest))).toMatchObject({
      outcome: "waiting",
      reason: "not-possible",
    });
  });
});

it("a store that fails loses nothing: the message can be handed over again", async () => {
  const world = await openWorld();
  const raw = await world.post.write(exportRequest);
  let isDown = true;
  const { intakeStore } = world.storage;
  const failing = world.intakeOver({
    intakeStore: {
      ...intakeStore,
      conclude: (conclusion) =>
        isDown
          ? intakeStore.conclude({ ...conclusion, fingerprint: "0".repeat(64) })
          : intakeStore.conclude(conclusion),
    },
  });
  expect(unwrapError(await failing.take(raw))).toMatchObject({
    code: "storage-failed",
    retryable: true,
  });
  isDown = false;
  expect(orThrow(await failing.take(raw))).toMatchObject({ outcome: "submitted" });
  expect(await world.requests()).toHaveLength(1);
});

it("a mistake in the options is said at once, and repeats no secret", async () => {
  const world = await openWorld();
  for (const change of [
    { replies: "privacy@halmstrand.example" },
    { replies: "privacy+{token}{token}@halmstrand.example" },
    { replies: "a-mailbox-of-a-long-name+{token}@halmstrand.example" },
    { replies: "privacy@{token}.example" },
    { from: { name: "x\r\ny", address: privacy } },
    { server: { ...world.server.access, port: 0 } },
    { largest: 0 },
    { language: "fr" as "en" },
  ]) {
    expect(() => world.intakeOver(change)).toThrow(
      expect.objectContaining({ code: "configuration-mistake" }),
    );
  }
  expect(unwrapError(await world.intake.take(Buffer.from("x"), { ip: "no address" })).code).toBe(
    "invalid-input",
  );
});
