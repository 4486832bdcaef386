import { type AddressQuery, addressBookId, validAddress } from "../../bridge/address-book.ts";
import { CallFailed } from "../../errors.ts";
import { type MailedNotice, recipientOf } from "../../request/notices.ts";
import { err, type Result } from "../../result.ts";
import { callFor, type Effect, subjectOfRequest } from "./effect.ts";

type About = Pick<Effect, "services" | "request" | "signal">;

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
      return validAddress(
        services.sources.get(notice.source ?? "")?.recipients[recipientOf(notice)]?.address,
      );
    case "manual-task":
      return validAddress(services.sources.get(notice.source ?? "")?.owner);
    case "confirmation":
    case "delivery":
    case "extension":
    case "completion":
    case "refusal":
    case "failure":
      return findOnRecord(effect, notice.id);
  }
};

/** The address that acknowledges a request, as it is on record now. Errors: `no-address` where none is. */
export const addressOnRecord = (about: About): Promise<Result<string, CallFailed>> =>
  findOnRecord(about, "address-on-record");

const findOnRecord = async (about: About, effect: string): Promise<Result<string, CallFailed>> => {
  const { request, services } = about;
  const { tenant } = request;
  const call = callFor(about, effect);
  if (request.acknowledgement.by === "tenant-admin")
    return services.addresses.find({ whose: "tenantAdmin", tenant }, call);
  const email = subjectOfRequest(request).values("email")[0];
  return email === undefined
    ? err(new CallFailed(addressBookId, "no-address", false))
    : services.addresses.find({ whose: "dataSubject", tenant, email }, call);
};
