import type { Call } from "../../bridge/call.ts";
import { secretCarrierId } from "../../bridge/secret-carrier.ts";
import { CallFailed, Damaged } from "../../errors.ts";
import { confidentialOf } from "../../request/change.ts";
import type { NoticeRecord } from "../../request/notices.ts";
import { err, type Result } from "../../result.ts";
import { addressOnRecord } from "./addresses.ts";
import { type Effect, emailOf } from "./effect.ts";

/** Hands the secret of a package to the way that the application gave. @throws Damaged where it is not there */
export const carrySecret = async (
  effect: Effect,
  notice: NoticeRecord,
  call: Call,
): Promise<Result<void, CallFailed>> => {
  const { request, services } = effect;
  const carrier = services.packageEncryption;
  // Left out of the options since the package was made: it is tried until it is there again.
  if (carrier === null) return err(new CallFailed(secretCarrierId, "not-supported", true));
  const secret = confidentialOf(request).tokens[notice.id];
  if (secret === undefined) throw new Damaged(`The secret of a package of request ${request.id}`);
  // What finds somebody by the address finds whoever has it by now.
  if (request.acknowledgement.by === "data-subject" && !services.addresses.knowsPeople) {
    const theirs = await addressOnRecord(effect, notice.without);
    if (theirs.isErr()) return err(theirs.error);
  }
  return carrier.carry(
    {
      id: `${request.id}/${notice.id}`,
      requestId: request.id,
      recipient: request.acknowledgement.by,
      subject: emailOf(request) ?? "",
      secret,
      expiresAt: request.package?.expiresAt ?? request.updatedAt,
    },
    call,
  );
};
