import { anyCharacter } from "@subject-rights/testing/any-character";
import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { type Office, openOffice, type Who } from "./support/office.ts";

let office: Office;
const ids: string[] = [];
beforeAll(async () => {
  office = await openOffice();
  ids.push(await office.submit("erasure", "user-data", "first@example.org"));
  ids.push(await office.underWay("erasure", "customer-data", "household@example.org"));
  ids.push(await office.underWay("export", "user-data", "third@example.org"));
});
afterAll(() => office.close());

const actions = [
  ...["retry", "settle", "approve", "answer", "decide", "reveal", "resend-confirmation", "resend-message"],
  ...["extend", "suspend", "put-first", "resume", "package", "decline", "cancel"],
];
const path = fc.oneof(
  fc.constantFrom("/requests/new", "/sources/refresh", "/users/preview", "/users/remove"),
  fc.tuple(fc.nat({ max: 3 }), fc.constantFrom(...actions)).map(([index, action]) => ({ index, action })),
);
const markup = `"><script>alert(1)</script>`;

/** What a field may hold: what fits somewhere, anything at all, and much too much of it. */
const value = fc.oneof(
  fc.constantFrom(
    "erasure",
    "export",
    "user-data",
    "crm",
    "paper",
    "profiles",
    "done",
    "same-person",
    "yes",
    "1",
  ),
  fc.constantFrom("user-eve", "2026-02-30", "0".repeat(64), markup, "\u0000", "x@example.org"),
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc.integer({ min: 1, max: 40_000 }).map((length) => "a".repeat(length)),
);
const names = ["kind", "category", "email", "received", "source", "user", "count", "myself", "plan"];
const fields = fc.dictionary(
  fc.constantFrom(...names, "reason", "note", "answer", "decision", "message"),
  fc.oneof(value, fc.array(value, { maxLength: 3 })),
  { maxKeys: 6 },
);

it("whatever a form holds is taken in or refused in words: nothing fails, and nothing of it comes back as markup", async () => {
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      path,
      fields,
      fc.constantFrom<Who>("boss", "exporter", "nobody"),
      async (to, form, who) => {
        const plain = typeof to === "string" ? to : `/requests/${ids[to.index] ?? "no-such"}/${to.action}`;
        const answer = await office.post(plain, form, who);
        const body = await answer.text();
        statuses.add(answer.status);
        expect(answer.status).toBeLessThan(500);
        expect(body).not.toContain("<script>alert");
        // Never a page of nothing.
        if (answer.status !== 303) expect(body.length).toBeGreaterThan(100);
      },
    ),
    {
      numRuns: inject("isThorough") ? 1_000 : 100,
      // What seldom comes about by itself: a page that is shown, a request that is made, and markup that is shown again.
      examples: [
        [
          "/requests/new",
          { kind: "erasure", category: "user-data", email: markup, received: markup },
          "boss",
        ],
        [{ index: 0, action: "suspend" }, { reason: markup }, "boss"],
        ["/users/preview", { user: "user-eve" }, "boss"],
        ["/requests/new", { kind: "export", category: "user-data", email: "x@example.org" }, "boss"],
      ],
    },
  );
  expect(office.failures).toEqual([]);
  expect([...statuses]).toEqual(expect.arrayContaining([200, 303, 400, 403, 404]));
});
