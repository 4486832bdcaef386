import { type AddressQuery, addressBookId, validAddress } from "../../bridge/address-book.ts";
import type { DataSource } from "../../bridge/define-data-source.ts";
import { userIdType } from "../../bridge/directory-source.ts";
import { CallFailed } from "../../errors.ts";
import { confidentialOf } from "../../request/change.ts";
import { isAboutUsers } from "../../request/kinds.ts";
import { type MailedNotice, recipientOf } from "../../request/notices.ts";
import { isOfSomebodyElse, type Request } from "../../request/request.ts";
import { err, orThrow, type Result } from "../../result.ts";
import { type Identifier, normaliseIdentifier } from "../../subject/identifier.ts";
import type { Services } from "../services.ts";
import { callFor, type Effect, mailboxOf, notRegistered, subjectOfRequest } from "./effect.ts";
import { noLongerTheirs } from "./no-longer-theirs.ts";

type About = Pick<Effect, "services" | "request" | "signal" | "heard">;

/** Whom a message goes to. Looked up each time: an address on record may have changed, and is never stored. */
export const addressFor = async (
  effect: Effect,
  notice: MailedNotice,
): Promise<Result<string, CallFailed>> => {
  const { services, request } = effect;
  const { tenant } = request;
  const find = (query: AddressQuery) => services.addresses.find(query, callFor(effect, notice.id));
  switch (notice.kind) {
    case "support":
    case "trouble":
    case "undelivered":
    case "deadline":
    case "decision":
      return find({ whose: "support", tenant });
    case "approval":
      return find({ whose: "approver", tenant });
    case "recipient":
      return ofSource(effect, notice, ({ recipients }) => recipients[recipientOf(notice)]?.address);
    case "manual-task":
    case "task-stopped":
      return ofSource(effect, notice, ({ owner }) => owner);
    case "confirmation":
    case "delivery":
    case "extension":
    case "completion":
    case "refusal":
    case "failure":
      return findOnRecord(effect, notice.id, notice.without);
  }
};

const ofSource = (
  { services: { sources }, request }: About,
  { source: id }: MailedNotice,
  addressOf: (source: DataSource) => unknown,
): Result<string, CallFailed> => {
  const source = sources.find(request.tenant, id ?? "");
  const address = source && addressOf(source);
  // As another version knows the source, it may have somebody.
  return address == null ? err(notRegistered(id ?? "")) : validAddress(address);
};

/** The address that acknowledges a request, as it is on record now. Errors: `no-address` where none is. */
export const addressOnRecord = (
  about: About,
  without?: readonly string[],
): Promise<Result<string, CallFailed>> => findOnRecord(about, "address-on-record", without);

/** @param without sources that are not asked whose the address is */
const findOnRecord = async (
  about: About,
  effect: string,
  without: readonly string[] = [],
): Promise<Result<string, CallFailed>> => {
  const { request, services } = about;
  const { tenant } = request;
  const call = callFor(about, effect);
  if (request.acknowledgement.by === "tenant-admin")
    return services.addresses.find({ whose: "tenantAdmin", tenant }, call);
  const email = await letterAddress(services, request).catch(() => null);
  if (email === null) return err(new CallFailed(addressBookId, "unavailable", true));
  if (email === undefined) return nowhere;
  if (!services.addresses.knowsPeople) {
    const { gone, failed } = await noLongerTheirs(about, [addressOf(email)], without);
    if (gone.length > 0) return nowhere;
    // Nothing is sent yet.
    if (failed !== null) return err(failed);
  }
  const identifiers = confidentialOf(request).identifiers.map(({ type, value }) => ({ type, value }));
  const { value: asked } = addressOf(email);
  // Whoever says that it is what was asked about says nothing of its letters.
  return services.addresses
    .find({ whose: "dataSubject", tenant, email: asked, identifiers }, call)
    .map((answer) => (answer === asked ? email : answer));
};

/** As people are known by it. */
const addressOf = (mailbox: string): Identifier => normaliseIdentifier({ type: "email", value: mailbox });

const nowhere = err(new CallFailed(addressBookId, "no-address", false));

/** Where a letter to the person goes, in the letters in which it was given; undefined where nobody knows that any more. @throws StorageFailed */
const letterAddress = async (services: Services, request: Request): Promise<string | undefined> => {
  const { userDirectory } = services;
  const subject = subjectOfRequest(request);
  const email = (await listedAddress(services, request)) ?? mailboxOf(request);
  if (email !== undefined && isOfSomebodyElse(request, addressOf(email))) return undefined;
  const ids = subject.values(userIdType);
  if (email === undefined || userDirectory === null || !isListed(request) || ids.length === 0) return email;
  // The list may have given the address to another user since: what is told of one is not for the other.
  const { tenant } = request;
  const users = orThrow(await userDirectory.find({ tenant, ids: [], emails: [addressOf(email).value] }));
  return users.every(({ id }) => id !== null && ids.includes(id)) ? email : undefined;
};

/**
 * Looks the address up once more, before the list of users forgets it with the user: it may have changed since it was asked
 * who this is. Where it cannot be asked, what it said last stands.
 */
export const keepAddress = async ({ services, request, record }: Effect): Promise<void> => {
  const address = await listedAddress(services, request).catch(() => undefined);
  const known = confidentialOf(request).address;
  if (address !== undefined && address !== known) await record({ type: "address-changed", address });
};

/** Whether the list of users knows whom a request is about. */
const isListed = ({ category }: Request): boolean => category !== "customer-data";

/** Of a user by their id: what the list of users has now, or had last. Undefined for everybody else. @throws StorageFailed */
const listedAddress = async (
  { userDirectory }: Pick<Services, "userDirectory">,
  request: Request,
): Promise<string | undefined> => {
  const { tenant, category } = request;
  const ids = subjectOfRequest(request).values(userIdType);
  if (userDirectory === null || !isAboutUsers([category]) || ids.length === 0) return undefined;
  const users = orThrow(await userDirectory.find({ tenant, ids, emails: [] }));
  const [user] = users;
  return (users.length === 1 ? user?.email : null) ?? confidentialOf(request).address;
};
