import { z } from "zod";
import { keepableText } from "./keepable.ts";

/** Something a person is known by in some source: `{ type: "email", value: "ada@example.org" }`. */
export interface Identifier {
  /** `email`, or a name of the application's own such as `customer-number`; lower case, digits and dashes. */
  readonly type: string;
  readonly value: string;
}

/** An identifier that a source gave for the person it was asked about. */
export interface FoundIdentifier extends Identifier {
  /**
   * True where others may go by it too: a household's telephone number, a team's mailbox. Such an identifier
   * never pulls anybody in by itself; somebody is asked whether it is the same person.
   */
  readonly shared?: boolean;
  /**
   * How many further records are found in the source by a shared one, and by nothing else that is known of the person:
   * whoever decides is told. Nobody is asked where there are none, and no other source finds anybody by this type. Left
   * out: nobody counted.
   */
  readonly others?: number;
}

/** An identifier as somebody names it who asks for something. */
export interface GivenIdentifier extends Identifier {
  /**
   * True where whoever names it answers for it: it is this person's, and leads to nobody else (a telephone number of an
   * account that has no address). Left out: where a source says that others may have such a one too, it leads to nobody
   * by itself; in a request somebody is asked, and in a sweep it is left.
   */
  readonly verified?: boolean | undefined;
}

const typePattern = /^[a-z][a-z0-9-]{0,62}$/;

/** What to write instead of a type that can be none. */
export const typeRule = "a type is lower case letters, digits and dashes, such as customer-number";

export const identifierTypeSchema = z.string().regex(typePattern, typeRule);

/** Whether a type can be one, for what no schema is gone through. */
export const isIdentifierType = (type: unknown): boolean =>
  typeof type === "string" && typePattern.test(type);

/** RFC 5321 allows 254 characters in an address that mail can be sent to. */
const longestEmail = 254;

/**
 * An address as people have them (RFC 5321 with the letters of RFC 6531): the quoted forms that nobody uses are
 * left out, and so is whatever could name a second recipient.
 */
const label = "[\\p{L}\\p{N}\\p{M}](?:[\\p{L}\\p{N}\\p{M}-]{0,61}[\\p{L}\\p{N}\\p{M}])?";
const emailPattern = new RegExp(`^[^\\s@"<>()[\\]\\\\,;:\\p{C}]{1,64}@(?:${label}\\.)+${label}$`, "u");

/** An address to write to, in the letters in which it was given: in others it may be another mailbox. */
export const mailboxSchema = z
  .string()
  .trim()
  .max(longestEmail, `an email address has at most ${longestEmail} characters`)
  .pipe(z.email({ pattern: emailPattern, error: "this is not an email address" }));

export const emailSchema = mailboxSchema.transform((value) => normaliseEmail(value));

/** A blank value, or an "n/a" for an email address, is what many records hold that are not of one person. */
const valueSchema = z.string().max(1_000).regex(/\S/, "a value is not blank");

/**
 * As somebody names it: what a source has found is the source's own, whatever is in it. A blank beside it was not meant: by
 * such a value nobody is found, held or kept out, and all would look well.
 */
const namedValueSchema = keepableText()
  .max(1_000)
  .regex(/\S/, "a value is not blank")
  .refine(
    (value) => value === value.trim() || value.trim() === "",
    "has a blank before or behind it: write it without",
  );

const checkEmail = (identifier: Identifier, context: z.RefinementCtx): void => {
  if (identifier.type === "email" && !emailSchema.safeParse(identifier.value).success) {
    context.addIssue({ code: "custom", path: ["value"], message: "this is not an email address" });
  }
};

/** A member that there is not was meant: without a misspelt `verified` somebody is asked, or nobody found. */
export const identifierSchema = z
  .strictObject({ type: identifierTypeSchema, value: namedValueSchema })
  .superRefine(checkEmail)
  .transform(normaliseIdentifier);

const givenWith = (value: z.ZodString) =>
  z
    .strictObject({ type: identifierTypeSchema, value, verified: z.boolean().optional() })
    .superRefine(checkEmail)
    .transform(
      ({ verified, ...identifier }): GivenIdentifier => ({
        ...normaliseIdentifier(identifier),
        ...(verified === true && { verified }),
      }),
    );

export const givenIdentifierSchema = givenWith(namedValueSchema);

/** Of a stream over records: values are as they are there. */
export const listedIdentifierSchema = givenWith(valueSchema);

const plainLabel = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** An address of which nothing is to be asked and nothing to be changed: a part of what `emailPattern` has. */
const plainEmail = new RegExp(`^[a-z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@(?:${plainLabel}\\.)+${plainLabel}$`);

/**
 * As `identifierSchema`, for millions: addresses as nearly all are go through one look instead of a schema.
 *
 * @returns null where it is none
 */
export const readIdentifier = (given: Identifier): Identifier | null => {
  const { type, value } = given;
  if (
    type === "email" &&
    typeof value === "string" &&
    value.length <= longestEmail &&
    plainEmail.test(value)
  ) {
    return { type, value };
  }
  return identifierSchema.safeParse({ type, value }).data ?? null;
};

/** A misspelt `shared` would make a household's number the person's own. */
export const foundIdentifiersSchema = z.array(
  z
    .strictObject({
      type: identifierTypeSchema,
      value: valueSchema,
      shared: z.boolean().optional(),
      others: z.number().int().nonnegative().optional(),
    })
    .superRefine(checkEmail),
);

/**
 * Email addresses are compared without regard to letter case: RFC 5321 leaves the part before the @ to the
 * receiving host, and no host of note tells two people apart by it. Sources are asked with this form and are
 * expected to compare in the same way.
 */
export function normaliseEmail(value: string): string {
  return value.trim().normalize("NFC").toLowerCase();
}

export function normaliseIdentifier(identifier: Identifier): Identifier {
  return identifier.type === "email"
    ? { type: "email", value: normaliseEmail(identifier.value) }
    : { type: identifier.type, value: identifier.value };
}

const uuidPattern = /^[{(]?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})[)}]?$/i;

/**
 * An identifier in the spellings that are one and the same for whoever compares it by what it is: a UUID is written in
 * capitals and in braces too, and databases give it out as RFC 9562 has it. As it is given comes first.
 */
export const spellingsOf = (identifier: Identifier): readonly Identifier[] => {
  const { type, value } = identifier;
  const parts = uuidPattern.exec(value)?.slice(1);
  const plain = parts?.join("-").toLowerCase() ?? value;
  return plain === value ? [identifier] : [identifier, { type, value: plain }];
};

/** By which people are reached. They change, are shared, and are given to somebody else: they name nobody for good. */
const reachedBy: readonly string[] = ["email", "telephone", "phone", "phone-number", "mobile", "fax"];

/** Whether identifiers of a type stay with one person, as an address does not. */
export const isSteady = ({ type }: Pick<Identifier, "type">): boolean => !reachedBy.includes(type);

export const sameIdentifier = (one: Identifier, other: Identifier): boolean =>
  one.type === other.type && one.value === other.value;

export const includesIdentifier = (among: readonly Identifier[], identifier: Identifier): boolean =>
  among.some((each) => sameIdentifier(each, identifier));
