import { z } from "zod";
import { CallFailed } from "../errors.ts";
import type { AddressBookDefinition } from "../ports/address-book.ts";
import { err, ok, type Result, type ResultAsync } from "../result.ts";
import { type Identifier, mailboxSchema } from "../subject/identifier.ts";
import { kindOf } from "./asked.ts";
import { type Call, callAdapter, Refused } from "./call.ts";
import { callable, checkAdapter } from "./issues.ts";

/** Whose address is looked up. */
export type AddressQuery =
  | { readonly whose: "tenantAdmin" | "support" | "approver"; readonly tenant: string }
  | {
      readonly whose: "dataSubject";
      readonly tenant: string;
      readonly email: string;
      readonly identifiers: readonly Identifier[];
    };

/** An address book that is safe to use: every call has a deadline, every answer is checked, and no call throws. */
export interface AddressBook {
  /** Errors: `no-address` where none is on record, or what is there is none. */
  find(query: AddressQuery, call: Call): ResultAsync<string, CallFailed>;
  /** Whether the application says itself where people are reached, and is not only taken at the word of the request. */
  readonly knowsPeople: boolean;
}

export const addressBookId = "address-book";

/** A message without an address goes nowhere, and is visible as that. */
export const validAddress = (address: unknown, whose?: AddressQuery["whose"]): Result<string, CallFailed> => {
  const parsed = mailboxSchema.safeParse(address);
  if (parsed.success) return ok(parsed.data);
  if (whose === undefined) return err(new CallFailed(addressBookId, "no-address", false));
  const cause = new Refused(
    typeof address === "string" && address !== ""
      ? `addresses.${whose} answered a text that is no address: write one address and nothing beside it, such as support@example.org`
      : `addresses.${whose} answered ${kindOf(address)}: write one address, such as support@example.org`,
  );
  return err(new CallFailed(addressBookId, "no-address", false, { cause }));
};

/** What is no address is named by `validAddress`. */
const answerSchema = z.unknown();

const operations = z.strictObject({
  tenantAdmin: callable,
  support: callable,
  approver: callable.optional(),
  dataSubject: callable.optional(),
});

/**
 * Makes what an author wrote safe to use.
 *
 * @throws ConfigurationMistake where there is something else: whom a misspelt one should reach, nobody would be asked for
 */
export const safeAddressBook = (definition: AddressBookDefinition): AddressBook => {
  checkAdapter("createSubjectRights: addresses", operations, definition);
  return addressBookOf(definition);
};

const addressBookOf = (definition: AddressBookDefinition): AddressBook => ({
  find: (query, call) =>
    callAdapter(addressBookId, call, async () => lookUp(definition, query), answerSchema).andThen((answer) =>
      validAddress(answer, query.whose),
    ),
  knowsPeople: definition.dataSubject !== undefined,
});

const lookUp = (
  definition: AddressBookDefinition,
  query: AddressQuery,
): Promise<string | undefined> | string | undefined => {
  const { tenant } = query;
  switch (query.whose) {
    case "tenantAdmin":
      return definition.tenantAdmin({ tenant });
    case "support":
      return definition.support({ tenant });
    case "approver":
      return definition.approver === undefined
        ? definition.support({ tenant })
        : definition.approver({ tenant });
    case "dataSubject":
      return definition.dataSubject === undefined
        ? query.email
        : definition.dataSubject({ tenant, email: query.email, identifiers: query.identifiers });
  }
};
