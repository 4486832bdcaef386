import { TokenRejected } from "../../errors.ts";
import {
  after,
  type Change,
  changed,
  changedConfidential,
  closed,
  confidentialOf,
  noticeInPlaceOf,
  recorded,
  withdrawn,
} from "../../request/change.ts";
import { categoriesReached } from "../../request/kinds.ts";
import { placeBehind } from "../../request/line.ts";
import { confirmationNotice } from "../../request/notices.ts";
import type { Rules } from "../../request/rules.ts";
import type { SourceDescriptor } from "../../request/sources.ts";
import { err, ok, type Result } from "../../result.ts";
import { stepsFor } from "../workflow.ts";
import { workflowOf } from "../workflows.ts";
import type { EventOf } from "./events.ts";
import { withCandidate } from "./identifying.ts";

export const acknowledge = (
  change: Change,
  event: EventOf<"acknowledged">,
): Result<Change, TokenRejected> => {
  const { acknowledgement, kind, category } = change.request;
  if (change.now >= acknowledgement.expiresAt) return err(new TokenRejected("expired"));
  const steps = stepsFor(workflowOf(kind), categoriesReached(kind, category), event.sources);
  const begun = recorded(
    withdrawConfirmations(
      changed(change, {
        phase: "acknowledged",
        acknowledgement: { ...acknowledgement, acknowledgedAt: change.at },
        place: placeBehind(event.lastPlace, change.at),
        steps,
      }),
    ),
    "acknowledged",
  );
  return ok(withUnvouched(begun, event.sources));
};

/** What the request itself named, others may have too, and nobody answers for: whose it is, is for somebody to decide. */
const withUnvouched = (change: Change, sources: readonly SourceDescriptor[]): Change =>
  confidentialOf(change.request).identifiers.reduce((growing, { type, value, shared }) => {
    const source =
      sources.find(({ shares = [] }) => shares.includes(type)) ??
      sources.find(({ directory }) => directory === true);
    return shared === true ? withCandidate(growing, { type, value }, source?.id ?? "") : growing;
  }, change);

export const reissue = (change: Change, event: EventOf<"confirmation-reissued">, rules: Rules): Change => {
  const issued = change.request.acknowledgement.issued + 1;
  const notice = confirmationNotice(issued);
  const renewed = changed(withdrawConfirmations(change), {
    acknowledgement: {
      ...change.request.acknowledgement,
      tokenHash: event.tokenHash,
      replyTokenHash: event.replyTokenHash,
      issued,
      expiresAt: after(change, rules.acknowledgement.validFor),
    },
  });
  const sealed = changedConfidential(renewed, {
    tokens: { ...confidentialOf(renewed.request).tokens, [notice]: event.token },
  });
  const due = noticeInPlaceOf(sealed, confirmationNotice(issued - 1), notice, "confirmation");
  return recorded(due, "confirmation-reissued");
};

export const lapse = (change: Change): Change => closed(change, "lapsed");

/** A confirmation that is overtaken must not be sent: it would invite to acknowledge what cannot be any more. */
const withdrawConfirmations = (change: Change): Change =>
  withdrawn(change, ({ kind, status }) => status === "due" && kind === "confirmation");
