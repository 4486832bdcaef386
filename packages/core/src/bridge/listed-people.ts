import { z } from "zod";
import type { DataSourceDefinition } from "../ports/data-source.ts";
import { type FoundIdentifier, foundIdentifiersSchema } from "../subject/identifier.ts";
import { type Call, contextOf } from "./call.ts";
import { type SourcePages, sourcePages } from "./source-pages.ts";

/** A page of people, each by what the source knows them by. */
export interface ListedPeople {
  readonly people: readonly (readonly FoundIdentifier[])[];
}

/** So many people at most are in a page, which is in memory as a whole. */
const mostPeople = 10_000;

const pageSchema = z.strictObject({
  people: z.array(foundIdentifiersSchema as z.ZodType<readonly FoundIdentifier[]>).max(mostPeople),
});

export const listedPeople = (
  source: string,
  definition: DataSourceDefinition,
  call: Call,
): SourcePages<ListedPeople> =>
  sourcePages(
    source,
    call,
    (signal) => definition.identifiers?.(contextOf(call, signal)),
    pageSchema,
    "identifiers",
  );
