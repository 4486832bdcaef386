import fc from "fast-check";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { type Office, openOffice, type Who } from "./support/office.ts";

let office: Office;
const ids: string[] = ["no-such-request", "..", "%2e%2e"];

beforeAll(async () => {
  office = await openOffice();
  // One that waits for its confirmation, one that waits for a decision, one that is closed and has a package.
  ids.push(await office.submit("erasure", "user-data", "first@example.org"));
  ids.push(await office.underWay("erasure", "customer-data", "household@example.org"));
  const closed = await office.underWay("export", "user-data", "third@example.org");
  await office.until(
    closed,
    ({ outcome, messages }) => outcome !== null && messages.every(({ status }) => status === "sent"),
  );
  ids.push(closed);
});
afterAll(() => office.close());

/** Everything that is stored, by the second door. */
const stored = (): string =>
  JSON.stringify(
    Object.entries(office.tables).map(([name, table]) => [name, table instanceof Map ? [...table] : null]),
  );

const word = fc.oneof(
  fc.constantFrom("open", "closed", "erasure", "export", "user-data", "yes", "2", "submitted"),
  fc.string({ maxLength: 12 }),
);
const query = fc.dictionary(
  fc.constantFrom(
    "show",
    "cursor",
    "page",
    "kind",
    "category",
    "said",
    "requests",
    "source",
    "user",
    "plan",
    "reason",
  ),
  word,
  { maxKeys: 4 },
);
const path = fc.oneof(
  fc.constantFrom("", "/", "/requests", "/requests/new", "/sources", "/users", "/users/removed"),
  // What only a POST does, asked for by GET.
  fc.constantFrom("/sources/refresh", "/users/preview", "/users/remove"),
  fc
    .tuple(
      fc.nat({ max: 5 }),
      fc.constantFrom(
        ...["", "/evidence", "/evidence.json", "/retry", "/settle", "/approve", "/answer", "/decide"],
        ...["/reveal", "/resend-confirmation", "/resend-message", "/cancel", "/decline", "/extend"],
        ...["/suspend", "/resume", "/package"],
      ),
    )
    .map(([index, rest]) => ({ index, rest })),
);

it("GET and HEAD change nothing that is stored, whatever is asked for and by whom", async () => {
  await office.underWay("export", "user-telemetry", "fourth@example.org");
  // Nothing may be under way by itself while this looks.
  for (const id of ids.slice(3))
    await office.until(id, ({ idle, outcome }) => idle !== null || outcome !== null);
  const before = stored();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      path,
      query,
      fc.constantFrom<Who | null>("boss", "admin", "exporter", "nobody", null),
      fc.constantFrom("GET", "HEAD"),
      async (to, asked, who, method) => {
        const plain = typeof to === "string" ? to : `/requests/${ids[to.index]}${to.rest}`;
        const answer = await fetch(`${office.origin}/privacy/console${plain}?${new URLSearchParams(asked)}`, {
          method,
          headers: who === null ? {} : { Cookie: `who=${who}` },
          redirect: "manual",
        });
        await answer.arrayBuffer();
        statuses.add(answer.status);
        expect(answer.status).toBeLessThan(500);
        expect(stored()).toBe(before);
      },
    ),
    {
      numRuns: inject("isThorough") ? 800 : 80,
      // One of each answer, in whichever way the others fall; and each of the requests that there are.
      examples: [
        ["", {}, "boss", "GET"],
        ["/users", {}, null, "GET"],
        ["/users", {}, "nobody", "HEAD"],
        ["/sources/refresh", { source: "profiles" }, "boss", "GET"],
        ...[0, 3, 4, 5].flatMap((index) =>
          ["", "/evidence", "/reveal", "/cancel", "/package"].map(
            (rest): [{ index: number; rest: string }, Record<string, string>, Who, "GET"] => [
              { index, rest },
              {},
              "boss",
              "GET",
            ],
          ),
        ),
      ],
    },
  );
  // It did get to pages, and was sent away from what only forms may do.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 303, 401, 403, 404, 405]));
  expect(office.failures).toEqual([]);
});
