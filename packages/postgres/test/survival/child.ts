/**
 * A process of the application, to be killed. Its parent says for which tenants it works, and for which of them at
 * which step nothing more may happen. It says who is held there; then it is for the parent to kill it.
 */
import { flushCompileCache } from "node:module";
import type { RequestKind } from "@subject-rights/core";
import type { Gate } from "./gates.ts";
import { openProcess, untiring } from "./process.ts";

export interface Job {
  readonly tenant: string;
  readonly kind: RequestKind;
  /** The step at which it ends, as `steps` names it; null where it goes on. */
  readonly holdAt: string | null;
}

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "held"; readonly tenant: string }
  | { readonly type: "steps"; readonly steps: Readonly<Record<string, readonly string[]>> }
  | { readonly type: "failed"; readonly what: string };

export type ToChild = { readonly type: "work"; readonly jobs: readonly Job[] } | { readonly type: "tell" };

const say = (message: FromChild) => void process.send?.(message);
const never = new Promise<never>(() => undefined);

/** Each as `before name 1`, `after name 1`, `before name 2`: which comes first is another matter each time. */
const steps = new Map<string, string[]>();
const holdAt = new Map<string, string>();
const held = new Set<string>();

const step = (tenant: string, name: string): Promise<never> | undefined => {
  if (held.has(tenant)) return never;
  steps.set(tenant, [...(steps.get(tenant) ?? []), name]);
  if (name !== holdAt.get(tenant)) return undefined;
  held.add(tenant);
  say({ type: "held", tenant });
  return never;
};

const times = new Map<string, number>();

const gate: Gate = async (tenant, name, effect) => {
  const time = (times.get(`${tenant} ${name}`) ?? 0) + 1;
  times.set(`${tenant} ${name}`, time);
  await step(tenant, `before ${name} ${time}`);
  const answer = await effect();
  await step(tenant, `after ${name} ${time}`);
  return answer;
};

const [shopUrl = "", warehouseUrl = "", folder = "", masterKey = "", connections] = process.argv.slice(2);
const fail = (thrown: unknown) => {
  const causes: string[] = [];
  for (let each: unknown = thrown; each instanceof Error; each = each.cause) causes.push(each.stack ?? "");
  say({ type: "failed", what: causes.join("\nbecause of ") });
};
const { rights, use, shop, warehouse } = openProcess(
  { shopUrl, warehouseUrl, folder, masterKey: Buffer.from(masterKey, "hex") },
  { gate, onError: fail, rules: untiring, connections: Number(connections) },
);

let isStarted = false;
process.on("message", (message: ToChild) => {
  if (message.type === "tell") return say({ type: "steps", steps: Object.fromEntries(steps) });
  for (const job of message.jobs) if (job.holdAt !== null) holdAt.set(job.tenant, job.holdAt);
  if (!isStarted) rights.start().then((answer) => answer.isErr() && fail(answer.error), fail);
  isStarted = true;
  for (const { tenant, kind } of message.jobs) use(tenant, kind).catch(fail);
});
process.on("disconnect", () => process.exit());

// What takes its time is done before it is told to work.
await Promise.all([shop.query("select 1"), warehouse.query("select 1")]);
flushCompileCache();
say({ type: "ready" });
