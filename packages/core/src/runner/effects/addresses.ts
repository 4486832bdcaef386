import { withinDeadline } from "../../bridge/call.ts";
import { CallFailed } from "../../errors.ts";
import { type MailedNotice, recipientOf } from "../../request/notices.ts";
import { err, ok, type Result } from "../../result.ts";
import { emailSchema } from "../../subject/identifier.ts";
import { callFor, type Effect, subjectOfRequest } from "./effect.ts";

const addressBook = "address-book";

/** Whom a message goes to. Looked up each time: an address on record may have changed, and is never stored. */
export const addressFor = async (
  effect: Effect,
  notice: MailedNotice,
): Promise<Result<string, CallFailed>> => {
  const found = await withinDeadline(addressBook, callFor(effect, notice.id), () => lookUp(effect, notice));
  return found.andThen((address) =>
    emailSchema.safeParse(address).success
      ? ok(address ?? "")
      : err(new CallFailed(addressBook, "no-address", false)),
  );
};

const lookUp = async (effect: Effect, { id, kind, source }: MailedNotice): Promise<string | undefined> => {
  const { request, services } = effect;
  const { addresses, sources } = services;
  const { tenant } = request;
  switch (kind) {
    case "support":
    case "deadline":
    case "decision":
      return addresses.support({ tenant });
    case "approval":
      return (addresses.approver ?? addresses.support)({ tenant });
    case "recipient":
      return sources.get(source ?? "")?.recipients[recipientOf({ id })]?.address;
    case "manual-task":
      return sources.get(source ?? "")?.owner ?? undefined;
    case "confirmation":
    case "delivery":
    case "extension":
    case "completion":
    case "refusal":
    case "failure":
      return onRecord(effect);
  }
};

/** The address that acknowledges a request, as it is on record now; undefined where none is. */
export const addressOnRecord = (
  about: Pick<Effect, "services" | "request" | "signal">,
): Promise<Result<string | undefined, CallFailed>> =>
  withinDeadline(addressBook, callFor(about, "address-on-record"), async () => onRecord(about));

const onRecord = ({
  request,
  services: { addresses },
}: Pick<Effect, "services" | "request">): Promise<string | undefined> | string | undefined => {
  const { tenant } = request;
  if (request.acknowledgement.by === "tenant-admin") return addresses.tenantAdmin({ tenant });
  const email = subjectOfRequest(request).values("email")[0];
  if (email === undefined) return undefined;
  return addresses.dataSubject === undefined ? email : addresses.dataSubject({ tenant, email });
};
