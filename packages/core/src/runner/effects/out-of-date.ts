import { newConfirmation } from "../../crypto.ts";
import { instant, later } from "../../instant.ts";
import { isExtensionTooLate } from "../../request/deadline/deadline.ts";
import type { RequestEvent } from "../../request/events.ts";
import type { NoticeRecord } from "../../request/notices.ts";
import type { Effect } from "./effect.ts";

/**
 * What happens in place of sending a message whose token, link or date is over, or of a confirmation half over, because it
 * could not be sent in time: what it speaks of is made anew, and so is the message. Null where it still holds.
 */
export const outOfDate = ({ request, services }: Effect, { kind }: NoticeRecord): RequestEvent | null => {
  const now = instant(services.clock.now());
  // Of a link that was made while mail was down, too little would be left to whoever is to use it.
  const { validFor } = services.rules.acknowledgement;
  const { acknowledgement, package: held, approval, phase } = request;
  switch (kind) {
    case "confirmation":
      return phase === "received" && now >= later(acknowledgement.expiresAt, -validFor / 2)
        ? { type: "confirmation-reissued", ...newConfirmation(services.randomness) }
        : null;
    case "delivery":
    case "package-secret":
      return held !== null && now >= held.expiresAt
        ? { type: "package-expired", edition: held.edition }
        : null;
    case "extension":
      return isExtensionTooLate(request.deadline, now) ? { type: "extension-too-late" } : null;
    case "approval":
      return approval?.state === "waiting" && approval.expiresAt !== null && now >= approval.expiresAt
        ? { type: "plan-expired" }
        : null;
    default:
      return null;
  }
};
