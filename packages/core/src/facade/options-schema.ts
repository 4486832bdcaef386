import { z } from "zod";
import { portSchema } from "../bridge/defined.ts";
import { callable } from "../bridge/issues.ts";
import { isTimeZone } from "../request/deadline/time-zone.ts";
import { beyondLongestBound, longestBound, rulesSchema } from "../request/rules.ts";

/** Of an object that may be of a class, whose operations are not its own. */
const withOperations = (...names: readonly string[]) =>
  z.custom<object>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      names.every((name) => typeof (value as Record<string, unknown>)[name] === "function"),
    `needs ${names.map((name) => `\`${name}\``).join(", ")}, each a function`,
  );

/** As long as a token is, and nobody's. */
const sampleToken = "0".repeat(43);

/** What is written for a token; undefined where that is not known yet. */
const addressFor = (write: unknown): unknown => {
  if (typeof write !== "function") return undefined;
  try {
    return write(sampleToken) ?? null;
  } catch {
    // It may not know yet where the application is: then it is asked again when there is something to send.
    return undefined;
  }
};

/** Whether it is a whole address: mail programs make a link of nothing less. */
const isWhole = (write: unknown): boolean => {
  const address = addressFor(write);
  if (address === undefined) return true;
  return typeof address === "string" && /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(address) && URL.canParse(address);
};

/** Nobody could acknowledge or fetch anything by a link without its token. */
const hasToken = (write: unknown): boolean => {
  const address = addressFor(write);
  return typeof address !== "string" || address.includes(sampleToken);
};

/** A letter is opened anywhere: over plain http, whoever is on the way reads the token. */
const isSafeOnTheWay = (write: unknown): boolean => {
  const address = addressFor(write);
  if (typeof address !== "string" || !URL.canParse(address)) return true;
  const { protocol, hostname } = new URL(address);
  return protocol !== "http:" || isOwnMachine(hostname);
};

const isOwnMachine = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host);

/** What stands behind `?` is written into logs, statistics and the next page's referrer, and whoever reads it can use it. */
const keepsTokenOutOfQuery = (write: unknown): boolean => {
  const address = addressFor(write);
  return (
    typeof address !== "string" || !URL.canParse(address) || !new URL(address).search.includes(sampleToken)
  );
};

const linkSchema = callable
  .refine(isWhole, "has to give a whole address for a token, such as `https://app.example/privacy#…`")
  .refine(hasToken, "has to put the token that it is given into the address, best behind `#`")
  .refine(isSafeOnTheWay, "has to begin with `https://`: `http://` is for `localhost` and 127.0.0.1 only")
  .refine(
    keepsTokenOutOfQuery,
    "has the token behind `?`, which ends in the logs of servers: write it behind `#`, such as " +
      "`https://app.example/privacy#…`, or as a part of the path that your server keeps out of its logs",
  )
  .optional();

/** A pause, in milliseconds: behind a longer one there would be moments that nobody can write down. */
const pause = z.number().int().positive().max(longestBound, beyondLongestBound);

/** What sources say of a person counts until the next calls are over, and by addresses for no longer than a day. */
const longestCall = 12 * 3_600_000;

/** What `createSubjectRights` takes. Strict: a misspelt option would be none, and nobody would notice. */
export const optionsSchema = z.strictObject({
  sources: z.array(portSchema("data source"), "hand in an array of data sources"),
  notifier: portSchema("notifier"),
  addresses: withOperations("tenantAdmin", "support"),
  requestStore: portSchema("request store"),
  artifactStore: portSchema("artifact store"),
  sourceStatusStore: portSchema("source status store"),
  keyRing: portSchema("key ring"),
  sweepStore: portSchema("sweep store").optional(),
  holdStore: portSchema("hold store").optional(),
  suppressionStore: portSchema("suppression store").optional(),
  checkpointStore: portSchema("checkpoint store").optional(),
  intakeStore: portSchema("intake store").optional(),
  // Comes with a storage, and is for the start of the application.
  migrate: callable.optional(),
  users: portSchema("user directory").optional(),
  calendar: portSchema("calendar").optional(),
  controller: z.string("is missing: say who is answerable for the data").trim().min(1).max(200),
  policy: callable.optional(),
  links: z.strictObject({ acknowledge: linkSchema, download: linkSchema }).optional(),
  packageEncryption: withOperations("carrySecret").optional(),
  needsApproval: callable.optional(),
  evidenceSigner: z
    .custom<(...values: never[]) => unknown>(
      (value) => typeof value === "function",
      "must be a function: write `ed25519Signer(pem)`",
    )
    .optional(),
  packagesEndWithErasure: z.boolean().default(false),
  otherEvidenceKeys: z.array(z.string()).default([]),
  checkpointEvery: pause.default(3_600_000),
  timeZone: z.string().refine(isTimeZone, "is no time zone of the IANA database").default("UTC"),
  rules: rulesSchema.optional(),
  callDeadline: z
    .number()
    .int()
    .positive()
    .max(
      longestCall,
      `has to be at most ${longestCall}, twelve hours: write a source that takes longer so that it goes on`,
    )
    .default(60_000),
  concurrency: z.number().int().positive().default(4),
  lookEvery: pause.default(30_000),
  onError: callable.optional(),
  dispatcher: withOperations("enqueue", "work", "stop").optional(),
  clock: withOperations("now", "wait").optional(),
  randomness: withOperations("bytes").optional(),
  acknowledgedBy: z.enum(["tenant-admin", "data-subject"]).default("tenant-admin"),
});
