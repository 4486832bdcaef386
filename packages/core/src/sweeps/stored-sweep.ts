import { z } from "zod";
import { asJson } from "../as-json.ts";
import { keyedHash, seal, unseal } from "../crypto.ts";
import { Damaged, KeyDestroyed, type StorageFailed } from "../errors.ts";
import { formToday, inFormOfToday } from "../forms/forms.ts";
import { sweepForms } from "../forms/sweeps/forms.ts";
import type { JsonObject } from "../ports/request-store.ts";
import type { StoredSweep, SweepKey } from "../ports/sweep-store.ts";
import { categorySchema } from "../request/kinds.ts";
import { err, errAsync, ok, okAsync, Result, type ResultAsync } from "../result.ts";
import type { Services } from "../runner/services.ts";
import { stateOf } from "../runner/signed-end.ts";
import type { Sweep } from "./sweep.ts";

const [text, number] = [z.string(), z.number()];

/**
 * What everybody who looks at a sweep counts on. It is written by `toStoredSweep` and by nothing else; but somebody may have
 * changed it in the store, and one such record must be named, and not be met as an exception in the middle of others.
 */
const sweepSchema = z.looseObject({
  id: text,
  tenant: text,
  version: number,
  audited: number,
  auditHead: text,
  auditSignature: z.looseObject({ keyId: text, publicKey: text, value: text }).nullable(),
  numbered: number,
  reason: text,
  category: categorySchema,
  status: z.enum(["running", "stopped", "completed", "completed-with-exceptions"]),
  startedBy: text,
  startedAt: text,
  updatedAt: text,
  endedAt: text.nullable(),
  isRead: z.boolean(),
  counts: z.record(text, number),
  records: z.array(z.looseObject({ source: text, collection: text })),
  unchecked: z.array(text),
  problem: z.looseObject({ code: text }).nullable(),
  settled: z.looseObject({ by: text, at: text, reason: text }).nullable(),
});

const stateSchema = z.object({
  form: z.literal(formToday(sweepForms)),
  sweep: z.custom<Sweep>((value) => sweepSchema.safeParse(value).success),
});

const nameOf = ({ tenant, id }: SweepKey): string => `sweep/${tenant}/${id}`;

type Keys = Pick<Services, "keyRing">;

/** The key of one sweep: whoever was left behind is encrypted under it. */
export const createSweepKey = (
  services: Keys,
  key: SweepKey,
): ResultAsync<Uint8Array, StorageFailed | KeyDestroyed> =>
  services.keyRing.create(nameOf(key)).andThen(() => useSweepKey(services, key));

export const useSweepKey = (
  { keyRing }: Keys,
  key: SweepKey,
): ResultAsync<Uint8Array, StorageFailed | KeyDestroyed> =>
  keyRing
    .use(nameOf(key))
    .andThen((secret) =>
      secret === undefined ? errAsync(new KeyDestroyed()) : okAsync<Uint8Array, KeyDestroyed>(secret),
    );

export const destroySweepKey = ({ keyRing }: Keys, key: SweepKey): ResultAsync<void, StorageFailed> =>
  keyRing.destroy(nameOf(key));

/** What is sealed, and where it belongs. */
type Place = "cursor" | "person" | "people";

const placeOf = ({ tenant, id }: SweepKey, place: Place): string =>
  JSON.stringify(["sweep", tenant, id, place]);

export const sealIn = (
  sweep: SweepKey,
  secret: Uint8Array,
  { randomness }: Pick<Services, "randomness">,
  place: Place,
  value: unknown,
): string => {
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return Buffer.from(seal(secret, placeOf(sweep, place), plain, randomness)).toString("base64");
};

/** What is stored of a sweep, and cannot be read. */
export const damagedSweep = (id: string, cause?: unknown): Damaged =>
  new Damaged(`Sweep ${id}`, { sweep: id, cause });

/** What was stored in this shape by this code, and may have been changed since. */
export const shapedAs = <Shape>(
  id: string,
  schema: z.ZodType<Shape>,
  value: unknown,
): Result<Shape, Damaged> => {
  const { success, data, error } = schema.safeParse(value);
  return success ? ok(data) : err(damagedSweep(id, error));
};

export const unsealIn = (
  sweep: SweepKey,
  secret: Uint8Array,
  place: Place,
  sealed: string,
): Result<unknown, Damaged> =>
  Result.fromThrowable(
    (): unknown =>
      JSON.parse(
        new TextDecoder().decode(unseal(secret, placeOf(sweep, place), Buffer.from(sealed, "base64"))),
      ),
    (cause) => damagedSweep(sweep.id, cause),
  )();

/** Recognises within one sweep what was given before, and nowhere else. */
export const markOf = (secret: Uint8Array, given: unknown): string =>
  keyedHash(secret, JSON.stringify(given) ?? "undefined").slice(0, 32);

export const toStoredSweep = (sweep: Sweep, sealed: string | null): StoredSweep => ({
  tenant: sweep.tenant,
  id: sweep.id,
  version: sweep.version,
  category: sweep.category,
  startedAt: sweep.startedAt,
  // What is stored is exactly what will be read.
  state: asJson({ form: formToday(sweepForms), sweep }) as JsonObject,
  sealed,
});

export const fromStoredSweep = (stored: StoredSweep): Result<Sweep, Damaged> =>
  inFormOfToday(sweepForms, stored.state, `Sweep ${stored.id}`, { sweep: stored.id }).andThen((state) => {
    const { success, data } = stateSchema.safeParse(state);
    const isSame =
      success &&
      data.sweep.id === stored.id &&
      data.sweep.tenant === stored.tenant &&
      data.sweep.version === stored.version;
    if (!isSame) return err(damagedSweep(stored.id));
    return ok(
      state === stored.state
        ? data.sweep
        : { ...data.sweep, asRead: stateOf(stored.state["sweep"] as JsonObject) },
    );
  });
