/** What has to be true of every finished request, however it came there. Looks by the second door. */
import { createHash } from "node:crypto";
import type { CollectionOutcome, Notice, RequestKind } from "@subject-rights/core";
import { orThrow } from "@subject-rights/core";
import { expect } from "vitest";
import { askedFor, everythingOf, leftAlone, type Places } from "./places.ts";
import { actorOf, type Process } from "./process.ts";
import { filesOf } from "./zip.ts";

/** One tenant, and what was so before anything happened. */
export interface World {
  readonly tenant: string;
  readonly kind: RequestKind;
  readonly isKept: boolean;
  readonly asked: unknown;
  readonly other: unknown;
}

/** Tenants whose one request is over: closed, and everybody told. */
export const finishedTenants = async ({ shop }: Pick<Process, "shop">): Promise<Set<string>> => {
  const { rows } = await shop.query<{ tenant: string }>(`select tenant from subject_rights.request
    where not open and (wake_at is null or wake_at > now() + interval '1 hour')`);
  return new Set(rows.map(({ tenant }) => tenant));
};

/** Where the requests of these tenants stand, for whoever has to find out why. */
export const standingOf = async (
  { shop }: Pick<Process, "shop">,
  tenants: readonly string[],
): Promise<string> => {
  const { rows } = await shop.query<{ stands: string }>(
    `select concat_ws(' ', tenant, 'due', wake_at, 'of', now(), state::jsonb -> 'request' ->> 'phase',
        state::jsonb -> 'request' -> 'trouble', state::jsonb -> 'request' -> 'standings',
        jsonb_path_query_array(state::jsonb, '$.request.steps[*].status'),
        jsonb_path_query_array(state::jsonb, '$.request.notices[*].status')) as stands
      from subject_rights.request where tenant = any ($1)`,
    [tenants],
  );
  return rows.map(({ stands }) => stands).join("\n");
};

/** @param isTroubled whether sources failed meanwhile, so that the support contact may have been told */
export const judge = async (
  places: Places,
  process: Process,
  world: World,
  { isTroubled = false }: { readonly isTroubled?: boolean } = {},
): Promise<void> => {
  const { tenant, kind, isKept } = world;
  const { requests } = orThrow(await process.rights.requests.list({ actor: actorOf(tenant) }));
  const [request] = requests;
  expect(requests.length).toBe(1);
  expect(request?.outcome).toBe(isKept && kind === "erasure" ? "completed-with-exceptions" : "completed");
  expect(request?.sources.map(({ status }) => status)).toEqual(Array(5).fill("succeeded"));
  expect(request?.sources.map(({ problem }) => problem)).toEqual(Array(5).fill(null));

  await judgeAudit(process, tenant);
  const messages = await judgeMessages(process, tenant, kind, isTroubled);
  expect(await everythingOf(places, process, tenant, leftAlone(tenant))).toEqual(world.other);

  const now = await everythingOf(places, process, tenant, askedFor(tenant));
  const { rows: keys } = await process.shop.query(
    "select r.sealed is not null as sealed, k.name is not null as key from subject_rights.request r " +
      "left join subject_rights.key k on k.name = 'request/' || r.tenant || '/' || r.id where r.tenant = $1",
    [tenant],
  );
  if (kind === "export") {
    expect(now).toEqual(world.asked);
    expect(keys).toEqual([{ sealed: true, key: true }]);
    return judgePackage(messages);
  }
  expect(keys).toEqual([{ sealed: isKept, key: isKept }]);
  expect(Object.values(now as object)).toEqual(Array(Object.keys(now as object).length).fill(null));
  const outcomes = new Map(request?.sources.map((source) => [source.id, source.outcomes]));
  // In one transaction with the record of it, what was done is never told as if it had not been there.
  expect(outcomes.get("shop")).toEqual(shopOutcomes(isKept));
  // Apart, what was erased just before the end is `absent` to the next process; half of it never is.
  const warehouse = outcomes.get("warehouse") ?? [];
  expect([
    [erased("Recipients", 1), erased("Parcels", 1)],
    [absent("Recipients"), absent("Parcels")],
  ]).toContainEqual(warehouse);
  expect([[erased("Tickets", 2)], [absent("Tickets")]]).toContainEqual(outcomes.get("tickets"));
  expect([[erased("Letters", 1)], [absent("Letters")]]).toContainEqual(outcomes.get("letters"));
  const vouchers = await process.warehouse.query("select 1 from vouchers where tenant = $1", [tenant]);
  expect(vouchers.rowCount).toBe(1);
};

const erased = (collection: string, count: number): CollectionOutcome => ({
  collection,
  outcome: "erased",
  count,
});
const absent = (collection: string): CollectionOutcome => ({ collection, outcome: "absent" });

const shopOutcomes = (isKept: boolean): CollectionOutcome[] => [
  { collection: "Customers", outcome: "anonymised", count: 1, changed: 1 },
  erased("Addresses", 1),
  erased("Address book", 1),
  erased("Orders", 2),
  erased("Order lines", 2),
  isKept
    ? { collection: "Payments", outcome: "retained", count: 1, reason: "§ 147 AO", until: "2035-12-31" }
    : erased("Payments", 1),
  erased("Folders", 2),
  erased("Comments", 1),
  erased("Visits", 3),
];

/** Every number from 1, once, and closed once. */
const judgeAudit = async ({ shop }: Process, tenant: string): Promise<void> => {
  const { rows } = await shop.query<{ sequence: number; action: string }>(
    "select sequence, action from subject_rights.audit where tenant = $1 order by sequence",
    [tenant],
  );
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.filter(({ action }) => action === "closed")).toHaveLength(1);
};

export interface Received {
  readonly id: string;
  readonly recipient: string;
  readonly at: string;
  readonly notice: Notice;
  readonly attachment: Buffer | null;
}

/** One message id a notice; what came twice is the same message. */
const judgeMessages = async (
  { warehouse }: Process,
  tenant: string,
  kind: RequestKind,
  isTroubled: boolean,
): Promise<readonly Received[]> => {
  const { rows } = await warehouse.query<Received>(
    "select id, recipient, at, notice, attachment from outbox where tenant = $1 order by place",
    [tenant],
  );
  const messages = new Map(rows.map((row) => [row.id, row]));
  for (const row of rows) expect(row).toEqual(messages.get(row.id));
  const types = [...messages.values()].map(({ notice }) => notice.type);
  expect(types.filter((type) => !isTroubled || type !== "support")).toEqual([
    "confirmation",
    kind === "erasure" ? "completion" : "delivery",
  ]);
  return [...messages.values()];
};

/** Every row of the person once, and none of anybody else. */
const judgePackage = async (messages: readonly Received[]): Promise<void> => {
  const delivery = messages.find(({ notice }) => notice.type === "delivery");
  const bytes = delivery?.attachment ?? Buffer.alloc(0);
  if (delivery?.notice.type !== "delivery") throw new Error("no package was delivered");
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(delivery.notice.sha256);
  expect(delivery.notice.missing).toEqual([]);
  const files = [...filesOf(bytes)].filter(([path]) => path.startsWith("data/") && path.endsWith(".json"));
  const counts = files.map(([, content]) => (JSON.parse(content.toString()) as unknown[]).length);
  expect(counts.toSorted((one, two) => one - two)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3]);
};
