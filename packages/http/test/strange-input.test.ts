import { unwrapError } from "@subject-rights/testing";
import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createWebWorld, officer, type WebWorld } from "./support/world.ts";

interface Described {
  readonly paths: Record<string, Record<string, { readonly requestBody?: object }>>;
}

let world: WebWorld;
let posts: string[];
beforeAll(async () => {
  world = await createWebWorld();
  const { paths } = (await (await world.api("/openapi.json")).json()) as Described;
  posts = Object.entries(paths).flatMap(([path, { post }]) => (post === undefined ? [] : [path]));
});
afterAll(() => world.close());

const text = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.constantFrom("\ud800", "a\udc00b", "\u0000", "", " ", "ada@example.org", "\u202e", "x".repeat(600)),
);
const value = fc.oneof(
  text,
  fc.integer(),
  fc.constantFrom(null, true, [], {}, 1e308),
  fc.array(fc.record({ type: text, value: text }), { maxLength: 3 }),
);
/** Members that some call knows, with anything in them; and what is no object at all. */
const body = fc.oneof(
  fc.dictionary(
    fc.constantFrom(
      ...["kind", "category", "email", "identifiers", "receivedAt", "reason", "plan", "answer", "note"],
      ...["token", "userIds", "includingMyself", "until", "__proto__", "constructor"],
    ),
    value,
  ),
  fc.jsonValue(),
);

describe("whatever comes", () => {
  it("is answered, and never by a failure of ours", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), body, text, async (which, given, id) => {
        const path = (posts[which % posts.length] ?? "").replace(/\{\w+\}/g, () =>
          encodeURIComponent(id.toWellFormed().slice(0, 100) || "x"),
        );
        const response = await world.post(path, given);
        expect([path, response.status < 500 || response.status === 502]).toEqual([path, true]);
        await response.arrayBuffer();
      }),
      { numRuns: inject("isThorough") ? 600 : 50 },
    );
    expect(world.errors.filter((error) => !(error as { code?: string }).code)).toEqual([]);
  });

  it.each(["\ud800", "a\udc00b"])("half of a surrogate pair is no text", async (half) => {
    const submission = { kind: "erasure", category: "customer-data", email: "ada@example.org" };
    const { request } = (await (await world.post("/requests", submission)).json()) as {
      request: { id: string };
    };
    const refused = await world.post(`/requests/${request.id}/decline`, { reason: `because ${half}` });
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: "malformed-body" }]);
    const byCode = await world.rights.requests.decline({
      actor: officer,
      requestId: request.id,
      reason: `because ${half}`,
    });
    expect(unwrapError(byCode).code).toBe("invalid-input");
  });
});
