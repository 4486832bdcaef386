import { generateKeyPairSync } from "node:crypto";
import {
  type Actor,
  ed25519Signer,
  type InvalidInput,
  type ResultAsync,
  type SubjectRights,
  SubjectRightsError,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { ada, createWorld, peopleSource, type World } from "./world.ts";

const actor: Actor = { id: "officer-1", tenant: "northwind", roles: ["admin", "tenant-admin"] };
const reason = "the claim was settled";
const category = "customer-data";

/** The calls that take nothing, and what is no call. */
type Without = "health" | "start" | "stop" | "controller" | "timeZone" | "categories";
type Calls = Omit<SubjectRights, Without>;
/** Names of the fields that a call may go without, so that all are named below, and none twice. */
type OptionalOf<Input> = {
  [Name in keyof Input]-?: object extends Pick<Input, Name> ? Name : never;
}[keyof Input];
type Sample<Input> = Omit<Input, OptionalOf<Input>> & {
  readonly may: Required<Pick<Input, OptionalOf<Input>>>;
};
type SampleFor<Call> = Call extends (input: infer Input) => unknown ? Sample<Input> : never;
/** A good input for every call: one that is not here does not compile. */
type Samples = {
  readonly [Name in keyof Calls]: Calls[Name] extends (input: never) => unknown
    ? SampleFor<Calls[Name]>
    : { readonly [Call in keyof Calls[Name]]: SampleFor<Calls[Name][Call]> };
};

interface Known {
  readonly requestId: string;
  readonly holdId: string;
}

const samplesOf = ({ requestId, holdId }: Known): Samples => {
  const may = {};
  const byActor = { actor, may };
  const onRequest = { actor, requestId, may };
  const decided = { ...onRequest, reason };
  const onSource = { actor, source: "crm", may };
  const onSweep = { actor, sweepId: "sweep-1", may };
  const { signal } = new AbortController();
  const pace = { batchSize: 10, concurrency: 1, signal };
  const identifiers = [{ type: "customer-number", value: "7" }];
  const someone = { actor, identifiers, may: { category } } as const;
  const people = async function* () {
    yield { people: [], cursor: "a" };
  };
  const idempotencyKey = "once-1";
  const page = { actor, may: { cursor: "a" } };
  return {
    allows: { ...byActor, action: "read-requests" },
    recordedAs: byActor,
    requests: {
      submit: {
        actor,
        kind: "erasure",
        category,
        email: ada,
        may: {
          identifiers,
          receivedAt: "2025-01-01T00:00:00Z",
          acknowledgedBy: "data-subject",
          idempotencyKey,
        },
      },
      acknowledge: { token: "x", may },
      acknowledgeByReply: { token: "x", from: ada, may },
      resendConfirmation: onRequest,
      decline: decided,
      cancel: decided,
      read: onRequest,
      list: { actor, may: { open: true, cursor: "a", limit: 10 } },
      progress: { ...onRequest, may: { signal } },
      audit: onRequest,
      retrySource: { ...onRequest, source: "crm" },
      settleSource: { ...decided, source: "crm" },
      answerTask: { ...onRequest, source: "crm", answer: "done", note: "by hand" },
      decideIdentifier: { ...decided, decision: "crm/1", answer: "same-person" },
      preview: onRequest,
      approve: { ...onRequest, plan: "0".repeat(64) },
      extend: decided,
      suspend: decided,
      putFirst: decided,
      resume: onRequest,
      overdue: byActor,
      due: { ...byActor, within: 7 },
      resendMessage: { ...onRequest, message: "confirmation-1" },
      reveal: onRequest,
    },
    packages: { download: { token: "x", may }, fetch: onRequest },
    sources: { list: byActor, refresh: onSource, retryAll: onSource, settleAll: { ...onSource, reason } },
    users: {
      list: page,
      remove: { actor, userIds: ["user-7"], may: { includingMyself: false, idempotencyKey } },
    },
    sweeps: {
      eraseMany: { actor, reason: "retention", category, people, may: pace },
      goOn: { ...onSweep, people, may: pace },
      retry: { ...onSweep, may: pace },
      stop: onSweep,
      settle: { ...onSweep, reason },
      read: onSweep,
      list: page,
      progress: { ...onSweep, may: { signal } },
      leftBehind: { ...onSweep, may: { after: 0 } },
      reveal: { ...onSweep, number: 1 },
      audit: { ...onSweep, may: { after: 0 } },
    },
    holds: {
      place: { actor, identifiers, reason, may: { until: "2099-12-31", idempotencyKey } },
      lift: { actor, holdId, reason, may },
      read: { actor, holdId, may },
      list: { actor, may: { open: true, cursor: "a" } },
    },
    suppressions: {
      mayTakeIn: someone,
      filter: {
        actor,
        rows: [],
        identifiers: () => [],
        leftOut: () => undefined,
        may: { category, batchSize: 10 },
      },
      lift: { ...someone, reason },
      rotate: byActor,
      renew: byActor,
      copy: byActor,
      restore: { actor, suppressions: [], may },
      replay: { actor, since: new Date(0), category, may: { dryRun: true } },
    },
    audit: {
      verify: onRequest,
      verifySweep: onSweep,
      verifyAll: { actor, may: { known: [] } },
      checkpoint: byActor,
      evidence: onRequest,
      isAbout: { ...onRequest, email: ada, may: { identifiers } },
      requestsOf: { actor, email: ada, may: { identifiers } },
      unlink: onRequest,
    },
  };
};

type AnyCall = (input?: unknown) => ResultAsync<unknown, SubjectRightsError> | AsyncIterable<unknown>;

interface Walked {
  readonly name: string;
  readonly needs: Readonly<Record<string, unknown>>;
  readonly may: Readonly<Record<string, unknown>>;
  /** The error; null where it was answered. What is thrown before there is an answer is thrown here. */
  ask(input?: unknown): Promise<SubjectRightsError | null>;
}

const withoutInput: readonly string[] = ["health", "start", "stop"] satisfies Without[];

/** Every function that the object has, in whatever group, as a call with its sample. */
const callsOf = (rights: SubjectRights, samples: Samples): Walked[] =>
  Object.entries({ ...rights }).flatMap(([group, member]: [string, unknown]) => {
    if (typeof member === "function")
      return withoutInput.includes(group) ? [] : [walked(group, member as AnyCall, samples, [group])];
    return typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.entries(member).map(([call, work]) =>
          walked(`${group}.${call}`, work as AnyCall, samples, [group, call]),
        )
      : [];
  });

const walked = (name: string, call: AnyCall, samples: Samples, path: readonly string[]): Walked => {
  const sample = path.reduce<unknown>((at, each) => (at as Record<string, unknown>)[each], samples);
  const { may, ...needs } = sample as Record<string, unknown> & { may: Record<string, unknown> };
  return {
    name,
    needs,
    may,
    async ask(input) {
      const answer = call(input);
      if ("match" in answer)
        return (await answer).match(
          () => null,
          (error) => error,
        );
      try {
        for await (const _ of answer);
        return null;
      } catch (thrown) {
        if (SubjectRightsError.is(thrown)) return thrown;
        throw thrown;
      }
    },
  };
};

/** Of no field the type, but for its own. NUL is what PostgreSQL keeps in no text. */
const wrong = [null, -1, {}, "a\0b", "", true, [null], () => null];

/** Any text is a token, though none that is known; and whatever rows are, is the application's business. */
const takesAny: Readonly<Record<string, string>> = { token: "string", from: "string", rows: "object" };

const isOfItsType = (field: string, good: unknown, bad: unknown): boolean =>
  takesAny[field] === typeof bad
    ? field !== "rows" || Array.isArray(bad)
    : typeof bad === typeof good && ["function", "boolean"].includes(typeof good);

const issuesOf = (error: SubjectRightsError | null) => (error as Partial<InvalidInput> | null)?.issues ?? [];

describe("whatever a call is handed", () => {
  let world: World;
  let calls: Walked[];
  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    world = await createWorld({
      sources: [peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]))],
      evidenceSigner: ed25519Signer(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    });
    const { rights } = world;
    const submission = { actor, kind: "erasure", category, email: ada } as const;
    const { request } = unwrap(await rights.requests.submit(submission));
    const identifiers = [{ type: "customer-number", value: "1" }];
    const { hold } = unwrap(await rights.holds.place({ actor, identifiers, reason }));
    calls = callsOf(rights, samplesOf({ requestId: request.id, holdId: hold.id }));
    await world.settle();
  });

  /** Asks each call, and holds that nothing has come of it. */
  const refused = async (
    inputsOf: (call: Walked) => readonly (readonly [input: unknown, path: string])[],
  ) => {
    const before = structuredClone(world.tables);
    let asked = 0;
    for (const call of calls) {
      for (const [input, path] of inputsOf(call)) {
        const error = await call.ask(input);
        const said = {
          call: call.name,
          code: error?.code,
          paths: issuesOf(error).map((issue) => issue.path),
        };
        expect(said).toMatchObject({
          call: call.name,
          code: "invalid-input",
          paths: expect.arrayContaining([expect.stringMatching(new RegExp(`^${path}`))]),
        });
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(0);
    expect(world.tables).toEqual(before);
    expect(world.errors).toEqual([]);
    expect(unwrap(await world.rights.health()).status).toBe("ok");
  };

  it("is refused where it is no object", () =>
    refused(() => [undefined, null, "x", 7, true, []].map((input) => [input, "$"])));

  it("is refused where a field is missing, by its name", () =>
    refused(({ needs }) =>
      Object.keys(needs).map((field) => {
        const { [field]: _, ...rest } = needs;
        return [rest, `${field}$`];
      }),
    ));

  it("is refused where a field is of another type, blank, or cannot be kept, by its name", () =>
    refused(({ needs, may }) => {
      const all = { ...needs, ...may };
      return Object.entries(all).flatMap(([field, good]) =>
        wrong
          .filter((bad) => !isOfItsType(field, good, bad))
          .map((bad) => [{ ...all, [field]: bad }, `${field}\\b`] as const),
      );
    }));

  it("is refused where a field is misspelt, by its name", () =>
    refused(({ needs, may }) => [[{ ...needs, ...may, recievedAt: "2025-01-01T00:00:00Z" }, "recievedAt$"]]));

  it("is refused where what is in a field does not fit, by its place", () =>
    refused(({ needs, may }) => {
      const all = { ...needs, ...may };
      const inside = (field: string, ...bad: readonly (readonly [object, string])[]) =>
        field in all ? bad.map(([change, path]) => [{ ...all, [field]: change }, path] as const) : [];
      return [
        ...inside(
          "actor",
          [{ ...actor, id: " " }, "actor\\.id$"],
          [{ ...actor, tenant: "a\0b" }, "actor\\.tenant$"],
          [{ id: "a", tenant: "b" }, "actor\\.roles$"],
        ),
        ...inside("userIds", [[7], "userIds\\[0\\]$"]),
        ...(Array.isArray(all["identifiers"])
          ? inside(
              "identifiers",
              [[{ type: "customer-number", value: "a\0b" }], "identifiers\\[0\\]\\.value$"],
              [[{ type: "customer number", value: "7" }], "identifiers\\[0\\]\\.type$"],
              [[{ type: "customer-number", value: " 7 " }], "identifiers\\[0\\]\\.value$"],
              [[{ type: "customer-number", value: "7", verifed: true }], "identifiers\\[0\\]\\.verifed$"],
            )
          : []),
      ];
    }));

  it("is taken where it fits, whatever is answered then", async () => {
    // The last thing, because it does what it says.
    for (const { name, needs, may, ask } of calls) {
      // A list takes its own cursors only.
      const { cursor: _, ...others } = may;
      const codes = [(await ask(needs))?.code, (await ask({ ...needs, ...others }))?.code];
      expect({ name, codes }).not.toMatchObject({ codes: expect.arrayContaining(["invalid-input"]) });
      expect({ name, codes }).not.toMatchObject({ codes: expect.arrayContaining(["storage-failed"]) });
    }
    expect(unwrap(await world.rights.health()).unreadable).toEqual([]);
  });
});

describe("a cursor", () => {
  it("is taken by the list that has given it out, and by no other", async () => {
    const world = await createWorld({ sources: [peopleSource("crm", new Map())] });
    const { requests, holds, sweeps, users } = world.rights;
    for (const email of [ada, "bob@example.org", "eve@example.org"])
      unwrap(await requests.submit({ actor, kind: "erasure", category, email }));
    const { requests: first, cursor } = unwrap(await requests.list({ actor, limit: 1 }));
    if (cursor === null) throw new Error("there is another page");
    const { requests: others } = unwrap(await requests.list({ actor, limit: 2, cursor }));
    expect(new Set([...first, ...others].map(({ id }) => id)).size).toBe(3);
    const refused = await Promise.all([
      requests.list({ actor, open: true, cursor }),
      requests.list({ actor: { ...actor, tenant: "elsewhere" }, cursor }),
      requests.list({ actor, cursor: cursor.slice(0, -3) }),
      requests.list({ actor, cursor: "garbage" }),
      holds.list({ actor, cursor }),
      sweeps.list({ actor, cursor }),
      users.list({ actor, cursor }),
    ]);
    expect(
      refused.map((each) => issuesOf(unwrapError<SubjectRightsError>(each)).map(({ path }) => path)),
    ).toEqual(refused.map(() => ["cursor"]));
    expect(unwrap(await world.rights.health()).status).toBe("ok");
  });
});

describe("a reason that was forgotten", () => {
  it.each(["cancel", "decline", "extend", "suspend", "putFirst"] as const)(
    "is asked for by %s, and the request stays as it is",
    async (call) => {
      const world = await createWorld({ sources: [peopleSource("crm", new Map())] });
      const { requests } = world.rights;
      const submission = { actor, kind: "erasure", category, email: ada } as const;
      const { request } = unwrap(await requests.submit(submission));
      const on = { actor, requestId: request.id };
      expect(unwrapError(await requests[call](on as never)).message).toBe("reason: give a reason");
      await world.settle();
      expect(await world.read(request.id)).toMatchObject({ phase: "received", reason: null });
      expect(world.notifier.sent.map(({ notice }) => notice.type)).toEqual(["confirmation"]);
    },
  );
});
