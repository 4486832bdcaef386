import { CallFailed } from "../../errors.ts";
import type { NoticeRecord } from "../../request/notices.ts";
import { err, ok, type Result } from "../../result.ts";
import { emailSchema } from "../../subject/identifier.ts";
import { type Effect, subjectOfRequest } from "./effect.ts";

/** Whom a message goes to. Looked up each time: an address on record may have changed, and is never stored. */
export const addressFor = async (
  effect: Effect,
  notice: NoticeRecord,
): Promise<Result<string, CallFailed>> => {
  const problem = (code: "unavailable" | "no-address", retryable: boolean, cause?: unknown) =>
    err(new CallFailed("address-book", code, retryable, { cause }));
  try {
    const address = await lookUp(effect, notice);
    return emailSchema.safeParse(address).success ? ok(address ?? "") : problem("no-address", false);
  } catch (cause) {
    return problem("unavailable", true, cause);
  }
};

const lookUp = async (effect: Effect, { kind, source }: NoticeRecord): Promise<string | undefined> => {
  const { request, services } = effect;
  const { addresses, sources } = services;
  const { tenant } = request;
  switch (kind) {
    case "support":
    case "decision":
      return addresses.support({ tenant });
    case "manual-task":
      return sources.get(source ?? "")?.owner ?? undefined;
    case "confirmation":
    case "delivery":
    case "completion":
    case "failure": {
      if (request.acknowledgement.by === "tenant-admin") return addresses.tenantAdmin({ tenant });
      const email = subjectOfRequest(request).values("email")[0];
      if (email === undefined) return undefined;
      return addresses.dataSubject === undefined ? email : addresses.dataSubject({ tenant, email });
    }
  }
};
