import { InvalidInput } from "@subject-rights/core";
import type { Context } from "hono";
import { z } from "zod";

/**
 * What a form of ours sends: each field once, and no other. Errors: `InvalidInput`, `null` path for what is no form of ours.
 */
export const readForm = async <Name extends string>(
  call: Context,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> => {
  const type = call.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new InvalidInput([{ path: "", message: "is no form of this site" }]);
  }
  const fields = new URLSearchParams(await call.req.text());
  const schema = z.strictObject(
    Object.fromEntries(names.map((name) => [name, z.string().max(1_000)])) as Record<Name, z.ZodString>,
  );
  const { success, data } = schema.safeParse(Object.fromEntries(fields));
  if (!success || fields.size !== names.length) {
    throw new InvalidInput([{ path: "", message: "is no form of this site" }]);
  }
  return data as Readonly<Record<Name, string>>;
};
