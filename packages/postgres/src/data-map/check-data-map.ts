import { categorySchema, checkDefinition } from "@subject-rights/core";
import { z } from "zod";
import type { DataMap, Replacement } from "./data-map.ts";

const nameSchema = z.string().min(1);
const reasonSchema = z.string().trim().min(1).max(500);
const tableNameSchema = z.union([nameSchema, z.strictObject({ schema: nameSchema, name: nameSchema })]);
const onSchema = z
  .record(nameSchema, nameSchema)
  .refine((pairs) => Object.keys(pairs).length > 0, "name one pair of columns at least")
  .optional();

const belongingSchema = z.union([
  z.strictObject({
    column: nameSchema,
    identifier: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "lower case letters, digits and dashes"),
    identifies: z.boolean().optional(),
    shared: z.boolean().optional(),
  }),
  z.strictObject({ references: tableNameSchema, on: onSchema }),
  z.strictObject({ referencedBy: tableNameSchema, on: onSchema }),
]);

const anonymisationSchema = z.union([
  z.enum(["null", "hash"]),
  z.strictObject({ constant: z.union([z.string(), z.number(), z.boolean()]) }),
  z.strictObject({
    coarser: z.union([
      z.enum(["year", "month", "day", "hour"]),
      z.strictObject({ step: z.number().positive() }),
      z.strictObject({ first: z.number().int().nonnegative() }),
    ]),
  }),
  z.strictObject({
    function: z.custom<Replacement>((value) => typeof value === "function", "must be a function"),
  }),
]);

const retentionSchema = z.strictObject({
  reason: reasonSchema,
  until: z.union([
    z.iso.date(),
    z.strictObject({
      column: nameSchema,
      years: z.number().int().nonnegative().optional(),
      months: z.number().int().nonnegative().optional(),
      endOfYear: z.boolean().optional(),
    }),
  ]),
});

const listOf = <Item>(item: z.ZodType<Item>) => z.union([item, z.array(item).min(1)]);

const tableMapSchema = z.strictObject({
  table: tableNameSchema,
  title: z.string().trim().min(1).max(200),
  category: listOf(categorySchema),
  belongs: listOf(belongingSchema),
  columns: z.record(
    nameSchema,
    z.union([
      z.enum(["exported", "left-out"]),
      z.strictObject({
        export: z.boolean().optional(),
        because: reasonSchema.optional(),
        anonymise: anonymisationSchema.optional(),
      }),
    ]),
  ),
  kept: z
    .union([
      z.literal("never"),
      z.strictObject({
        reason: reasonSchema.optional(),
        anonymise: z.record(nameSchema, anonymisationSchema).optional(),
      }),
    ])
    .optional(),
  erasure: z.union([z.enum(["delete", "anonymise"]), z.strictObject({ retain: retentionSchema })]),
  triggers: z.record(nameSchema, reasonSchema).optional(),
});

const tenantSchema = z
  .strictObject({ only: nameSchema.optional(), column: nameSchema.optional() })
  .refine(
    ({ only, column }) => (only === undefined) !== (column === undefined),
    "say one of the two: `only` where all of the database is one tenant's, `column` where a column names the tenant",
  );

const dataMapSchema = z
  .strictObject({
    tenant: tenantSchema,
    tables: z.array(tableMapSchema).min(1),
    unlink: z
      .array(
        z.strictObject({
          table: tableNameSchema,
          columns: z.array(nameSchema).min(1),
          reason: reasonSchema,
          triggers: z.record(nameSchema, reasonSchema).optional(),
        }),
      )
      .optional(),
    waivers: z
      .array(z.strictObject({ table: tableNameSchema, column: nameSchema.optional(), reason: reasonSchema }))
      .optional(),
  })
  .superRefine(({ tables }, context) => {
    const titles = tables.map(({ title }) => title);
    for (const title of new Set(titles.filter((each, index) => titles.indexOf(each) !== index))) {
      context.addIssue({ code: "custom", message: `two tables have the title "${title}"` });
    }
  });

/**
 * Checks what can be seen without a database.
 *
 * @throws ConfigurationMistake where the map cannot mean anything
 */
export const checkDataMap = (dataMap: DataMap): DataMap =>
  checkDefinition("data map", dataMapSchema as z.ZodType<DataMap>, dataMap);
