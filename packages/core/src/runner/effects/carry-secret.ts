import { z } from "zod";
import { type Call, callAdapter } from "../../bridge/call.ts";
import { CallFailed, Damaged } from "../../errors.ts";
import { confidentialOf } from "../../request/change.ts";
import type { NoticeRecord } from "../../request/notices.ts";
import { err, type Result } from "../../result.ts";
import { type Effect, subjectOfRequest } from "./effect.ts";

const packageEncryption = "package-encryption";

/** Hands the secret of a package to the way that the application gave. @throws Damaged where it is not there */
export const carrySecret = async (
  effect: Effect,
  notice: NoticeRecord,
  call: Call,
): Promise<Result<void, CallFailed>> => {
  const { request, services } = effect;
  const carrier = services.packageEncryption;
  // Left out of the options since the package was made: it is tried until it is there again.
  if (carrier === null) return err(new CallFailed(packageEncryption, "not-supported", true));
  const secret = confidentialOf(request).tokens[notice.id];
  if (secret === undefined) throw new Damaged(`The secret of a package of request ${request.id}`);
  return callAdapter(
    packageEncryption,
    call,
    async (context) =>
      void (await carrier.carrySecret(
        {
          id: `${request.id}/${notice.id}`,
          requestId: request.id,
          recipient: request.acknowledgement.by,
          subject: subjectOfRequest(request).values("email")[0] ?? "",
          secret,
          expiresAt: request.package?.expiresAt ?? request.updatedAt,
        },
        context,
      )),
    z.void(),
  );
};
