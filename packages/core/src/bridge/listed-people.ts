import { z } from "zod";
import type { DataSourceDefinition } from "../ports/data-source.ts";
import { addressesIn } from "../subject/addresses-in.ts";
import {
  emailSchema,
  type FoundIdentifier,
  foundIdentifiersSchema,
  readIdentifier,
} from "../subject/identifier.ts";
import { type Call, contextOf } from "./call.ts";
import { type SourcePages, sourcePages } from "./source-pages.ts";

/** A page of people, each by what the source knows them by. */
export interface ListedPeople {
  readonly people: readonly (readonly FoundIdentifier[])[];
  /** How many names were left out, because they can be nobody's. Left out: none. */
  readonly unreadable?: number;
}

/** So many people at most are in a page, which is in memory as a whole. */
const mostPeople = 10_000;

/** An "n/a" for an address, or a blank, as every import has. Whatever else is wrong is the author's mistake. */
const unreadableIn = (name: unknown): string | null => {
  const { type, value } = Object(name) as { readonly type?: unknown; readonly value?: unknown };
  if (typeof type !== "string" || typeof value !== "string") return null;
  // Addresses as nearly all are go through one look: there may be millions.
  const isReadable =
    type === "email"
      ? readIdentifier({ type, value }) !== null || emailSchema.safeParse(value).success
      : value.trim() !== "";
  return isReadable ? null : value;
};

/**
 * One name that can be nobody's takes nobody else out of the list. An address that it has in it is somebody's: they are listed
 * by it, so that whoever was erased, and is found by nothing there, is noticed.
 */
const withoutUnreadable = (given: readonly unknown[]) => {
  const within: FoundIdentifier[][] = [];
  let unreadable = 0;
  const people = given.map((person) => {
    if (!Array.isArray(person)) return person;
    return person.filter((name) => {
      const value = unreadableIn(name);
      if (value === null) return true;
      unreadable += 1;
      if (name.type === "email" && name.shared !== true)
        within.push(...addressesIn(value).map((each) => [{ type: "email", value: each }]));
      return false;
    });
  });
  return { people: [...people, ...within], unreadable };
};

const pageSchema = z
  .strictObject({ people: z.array(z.unknown()).max(mostPeople) })
  .transform(({ people }) => withoutUnreadable(people))
  .pipe(
    z.strictObject({
      people: z.array(foundIdentifiersSchema as z.ZodType<readonly FoundIdentifier[]>),
      unreadable: z.number(),
    }),
  );

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
