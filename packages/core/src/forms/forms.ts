import { Damaged, type DamagedOptions } from "../errors.ts";
import type { JsonObject } from "../ports/request-store.ts";
import { err, ok, Result } from "../result.ts";

/**
 * Takes what earlier code has stored one step further. Nobody has looked yet at what it is handed, which may have been changed
 * past us: what it makes of it is looked at behind the last step, and where it throws, it was damaged.
 */
export type FormStep = (state: JsonObject) => JsonObject;

/**
 * What leads from each form of one kind of record to the next one; the first from form 1 to form 2. A form is never changed once
 * records were stored in it: what has to be otherwise is a further one.
 */
export type Forms = readonly (readonly FormStep[])[];

/** The form in which a kind of record is stored today, as `form` beside what it holds. */
export const formToday = (forms: Forms): number => forms.length + 1;

/**
 * What is stored, as today's code knows it. Where it does not say its form, it is from before there were any: form 1.
 *
 * Errors: `Damaged`; with `isNewer` where newer code has stored it. Then it is left as it is.
 */
export const inFormOfToday = (
  forms: Forms,
  state: unknown,
  what: string,
  options: DamagedOptions = {},
): Result<JsonObject, Damaged> => {
  if (typeof state !== "object" || state === null) return err(new Damaged(what, options));
  const stored = state as JsonObject;
  const { form = 1 } = stored;
  const today = formToday(forms);
  if (form === today) return ok(stored);
  if (typeof form !== "number" || !Number.isInteger(form) || form < 1) return err(new Damaged(what, options));
  if (form > today) return err(new Damaged(what, { ...options, isNewer: true }));
  const upgraded = (): JsonObject => ({
    ...forms
      .slice(form - 1)
      .flat()
      .reduce((older, step) => step(older), stored),
    form: today,
  });
  return Result.fromThrowable(upgraded, (cause) => new Damaged(what, { ...options, cause }))();
};
