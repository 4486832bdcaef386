import { z } from "zod";
import type { CallFailed } from "../errors.ts";
import type { DataSourceDefinition, Recipient } from "../ports/data-source.ts";
import type { NamedCollection } from "../request/collections.ts";
import { type Category, categorySchema } from "../request/kinds.ts";
import {
  type CollectionCount,
  type CollectionOutcome,
  collectionCountsSchema,
  collectionOutcomesSchema,
} from "../request/outcomes.ts";
import type { SourceDescriptor } from "../request/sources.ts";
import { err, ok, Result, type ResultAsync } from "../result.ts";
import {
  type FoundIdentifier,
  foundIdentifiersSchema,
  identifierTypeSchema,
  mailboxSchema,
} from "../subject/identifier.ts";
import type { Subject } from "../subject/subject.ts";
import { type Call, callAdapter, invalidAnswer, nothingSchema, Refused } from "./call.ts";
import { defined } from "./defined.ts";
import { type ExportPages, exportPages } from "./export-pages.ts";
import { callable, checkAdapter } from "./issues.ts";
import { type ListedPeople, listedPeople } from "./listed-people.ts";
import { unknownOption } from "./options.ts";
import type { SourcePages } from "./source-pages.ts";

/**
 * A data source that is safe to use: every call has a deadline, every answer is checked, and no call throws.
 * An ability that its author left out is null, and listed in `descriptor.abilities`.
 */
export interface DataSource {
  readonly descriptor: SourceDescriptor;
  /** The identifier types it can find a person by; one of them is enough. */
  readonly needs: readonly string[];
  readonly owner: string | null;
  /** Whom its data was disclosed to. */
  readonly recipients: readonly Recipient[];
  /** What its author says to tell one way of working from another. */
  readonly revision: string | null;
  /** The collections that it has; null where its author does not say. */
  readonly collections: readonly NamedCollection[] | null;
  readonly identify: Ability<readonly FoundIdentifier[]> | null;
  /** For several people at once, an answer for each in order. */
  readonly identifyMany: BulkAbility<readonly FoundIdentifier[]> | null;
  readonly locate: Ability<readonly CollectionCount[]> | null;
  readonly erase: Ability<readonly CollectionOutcome[]> | null;
  /** The author's `verify`, or else `locate`. */
  readonly remaining: Ability<readonly CollectionCount[]> | null;
  /** For several people at once, an answer for each in order. */
  readonly eraseMany: BulkAbility<readonly CollectionOutcome[]> | null;
  readonly remainingMany: BulkAbility<readonly CollectionCount[]> | null;
  readonly refresh: ((call: Call) => ResultAsync<void, CallFailed>) | null;
  readonly export: ((subject: Subject, call: Call, cursor: string | null) => ExportPages) | null;
  /** Everybody it holds, by what they are known by. */
  readonly identifiers: ((call: Call) => SourcePages<ListedPeople>) | null;
  /** Whether `erase` and `remaining` can work inside a transaction of the request store, by its handle. */
  readonly joins: ((handle: unknown) => boolean) | null;
}

/** Something that a source can do for one person. */
export type Ability<Answer> = (subject: Subject, call: Call) => ResultAsync<Answer, CallFailed>;

/** Something that a source can do for several people at once. */
export type BulkAbility<Answer> = (
  subjects: readonly Subject[],
  call: Call,
) => ResultAsync<readonly Answer[], CallFailed>;

const fieldsSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "an id is lower case letters, digits and dashes, at most 63"),
    title: z.string().min(1).max(200),
    holds: z.array(categorySchema).min(1, "say which categories of data the source holds"),
    kind: z.enum(["origin", "copy"]),
    copyOf: z.array(z.string()).min(1).optional(),
    needs: z.array(identifierTypeSchema).min(1).default(["email"]),
    shares: z.array(identifierTypeSchema).default([]),
    owner: mailboxSchema.optional(),
    recipients: z
      .array(z.object({ title: z.string().min(1).max(200), address: mailboxSchema }))
      .max(100)
      .default([]),
    revision: z.string().min(1).max(200).optional(),
    tenants: z.array(z.string().min(1)).min(1).optional(),
    collections: z
      .array(z.strictObject({ key: z.string().min(1).max(300), name: z.string().min(1).max(200) }))
      .optional(),
    thirdParty: z.boolean().optional(),
    goesAlong: z.boolean().optional(),
    identify: callable.optional(),
    locate: callable.optional(),
    export: callable.optional(),
    erase: callable.optional(),
    refresh: callable.optional(),
    verify: callable.optional(),
    identifyMany: callable.optional(),
    eraseMany: callable.optional(),
    verifyMany: callable.optional(),
    identifiers: callable.optional(),
    joins: callable.optional(),
  })
  .superRefine((source, context) => {
    const mistake = (message: string) => context.addIssue({ code: "custom", message });
    if (source.identifyMany !== undefined && source.identify === undefined) {
      mistake("`identifyMany` is beside `identify`, never instead of it: requests ask about one person");
    }
    if (source.eraseMany !== undefined && source.erase === undefined) {
      mistake("`eraseMany` is beside `erase`, never instead of it: requests erase one person");
    }
    if (source.verifyMany !== undefined && source.verify === undefined && source.locate === undefined) {
      mistake("`verifyMany` is beside `verify` or `locate`, never instead of them");
    }
    for (const one of ["key", "name"] as const) {
      const all = (source.collections ?? []).map((each) => each[one]);
      const twice = all.find((each, index) => all.indexOf(each) !== index);
      if (twice !== undefined) mistake(`two collections have the ${one} "${twice}"`);
    }
    if (source.kind === "origin" && source.copyOf !== undefined) mistake("only a copy has `copyOf`");
    if (source.kind === "origin" && source.refresh !== undefined) {
      mistake("only a copy has `refresh`: an origin is where data is erased");
    }
    if (source.erase === undefined && source.refresh === undefined && source.owner === undefined) {
      mistake("a source that can neither `erase` nor `refresh` needs an `owner` who erases by hand");
    }
  });

/** Whoever calls a source by hand may name one `category`, or none: then the call is about all that the source holds. */
const calledFor = (
  { categories, category }: Partial<Pick<Call, "categories">> & { readonly category?: Category | null },
  holds: readonly Category[],
): readonly Category[] => categories ?? (category == null ? holds : [category]);

const foundSchema = foundIdentifiersSchema as z.ZodType<readonly FoundIdentifier[]>;
const manyFoundSchema = z.array(foundSchema);
/** What is told of a collection that was not declared would be missed years later, when the law has kept something there. */
const amongCollections = <Answer extends readonly { readonly collection: string }[]>(
  schema: z.ZodType<Answer>,
  collections: readonly NamedCollection[] | undefined,
): z.ZodType<Answer> => {
  if (collections === undefined) return schema;
  const names = collections.map(({ name }) => name);
  return schema.superRefine((answer, context) => {
    for (const [index, { collection }] of answer.entries())
      if (!names.includes(collection))
        context.addIssue({
          code: "custom",
          path: [index, "collection"],
          message: `it is not among \`collections\`: ${unknownOption(collection, names)}`,
        });
  });
};

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where the definition cannot work; it says what to change
 */
export const defineDataSource = (definition: DataSourceDefinition): DataSource => {
  const fields = checkAdapter(`data source "${String(definition?.id)}"`, fieldsSchema, definition);
  const {
    id,
    title,
    holds,
    kind,
    copyOf,
    needs,
    shares,
    owner,
    recipients,
    revision,
    tenants,
    thirdParty,
    goesAlong,
  } = fields;
  const can = (ability: "identify" | "locate" | "export" | "erase" | "refresh" | "verify") =>
    typeof definition[ability] === "function";
  // Somebody may be known here by a name that counts elsewhere, so that `identify` looks at everything.
  const told = (ability: keyof DataSourceDefinition, call: Call): Call => {
    const asked = ability === "identify" || ability === "identifyMany" ? holds : calledFor(call, holds);
    return { ...call, categories: holds.filter((category) => asked.includes(category)) };
  };
  const asking = <Answer>(
    ability: "identify" | "locate" | "erase" | "verify",
    schema: z.ZodType<Answer>,
  ): Ability<Answer> | null =>
    can(ability)
      ? (subject, call) =>
          callAdapter(
            id,
            told(ability, call),
            (context) => definition[ability]?.(subject, context),
            schema,
            ability,
          )
      : null;

  const askingMany = <Answer>(
    ability: "identifyMany" | "eraseMany" | "verifyMany",
    schema: z.ZodType<readonly Answer[]>,
  ): BulkAbility<Answer> | null =>
    typeof definition[ability] === "function"
      ? (subjects, call) =>
          callAdapter(
            id,
            told(ability, call),
            (context) => definition[ability]?.(subjects, context),
            schema,
            ability,
          ).andThen((answers) =>
            answers.length === subjects.length
              ? ok(answers)
              : err(
                  invalidAnswer(
                    id,
                    new Refused(`\`${ability}\` answered for ${answers.length} of ${subjects.length} people`),
                  ),
                ),
          )
      : null;

  const counts = amongCollections(collectionCountsSchema, fields.collections);
  const outcomes = amongCollections(collectionOutcomesSchema, fields.collections);
  const locate = asking("locate", counts);
  return defined("data source", {
    descriptor: {
      id,
      title,
      holds,
      kind,
      copyOf: copyOf ?? null,
      abilities: {
        identify: can("identify"),
        locate: can("locate"),
        export: can("export"),
        erase: can("erase"),
        refresh: can("refresh"),
        verify: can("verify"),
      },
      ...(tenants !== undefined && { tenants }),
      ...(thirdParty === true && { thirdParty }),
      ...(goesAlong === true && { goesAlong }),
      ...(shares.length > 0 && { shares }),
      ...(recipients.length > 0 && { recipients: recipients.length }),
    },
    needs,
    owner: owner ?? null,
    recipients,
    revision: revision ?? null,
    collections: fields.collections ?? null,
    identify: asking("identify", foundSchema),
    identifyMany: askingMany("identifyMany", manyFoundSchema),
    locate,
    erase: asking("erase", outcomes),
    remaining: asking("verify", counts) ?? locate,
    eraseMany: askingMany("eraseMany", z.array(outcomes)),
    remainingMany: askingMany("verifyMany", z.array(counts)),
    refresh: can("refresh")
      ? (call) =>
          callAdapter(id, told("refresh", call), (context) => definition.refresh?.(context), nothingSchema)
      : null,
    export: can("export")
      ? (subject, call, cursor) => exportPages(id, definition, subject, told("export", call), cursor)
      : null,
    identifiers:
      typeof definition.identifiers === "function"
        ? (call) => listedPeople(id, definition, told("identifiers", call))
        : null,
    joins:
      typeof definition.joins === "function"
        ? // Anything but a clear yes is a no: apart, an erasure is safe as well.
          (handle) => Result.fromThrowable(() => definition.joins?.(handle) === true)().unwrapOr(false)
        : null,
  });
};
