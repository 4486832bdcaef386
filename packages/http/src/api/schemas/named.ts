import { z } from "zod";

/** The schemas that have a name in the OpenAPI document. */
export const namedSchemas = z.registry<{ readonly id: string }>();

export const named = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  namedSchemas.add(schema, { id });
  return schema;
};
