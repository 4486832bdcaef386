import { ChainCheck, type ChainFinding } from "../audit/chain.ts";
import type { AuditEntry } from "../audit/entry.ts";
import type { Evidence } from "../audit/evidence.ts";
import { sha256 } from "../crypto.ts";
import { ChangedMeanwhile } from "../errors.ts";
import { instant } from "../instant.ts";
import type { Request } from "../request/request.ts";
import { errAsync, okAsync, type ResultAsync } from "../result.ts";
import { type FacadeContext, type OnRequest, type ReadError, readRequest } from "./context.ts";
import { evidenceOf } from "./evidence.ts";

export type AuditError = ReadError | ChangedMeanwhile;

/** What was found when a chain of audit entries was looked through. */
export interface AuditVerdict {
  /** Whether the chain is whole, and ends where the request's record says. */
  readonly intact: boolean;
  readonly entries: number;
  readonly findings: readonly ChainFinding[];
}

/** The audit of requests: whether it is what it was, and a file that shows it to others. */
export interface Audit {
  /**
   * Looks through the chain of a request's audit entries. Finds what was changed, left out, moved or added in the store;
   * not what somebody did who recomputed the whole chain and the record with it: that is what signed evidence is for.
   */
  verify(input: OnRequest): ResultAsync<AuditVerdict, AuditError>;

  /**
   * Everything that is known of a request, in one file that can be checked without this library's store: what was done
   * where, how well it is proven, what was kept and why, and its whole audit. Signed, where `evidenceSigner` is there.
   * Holds nothing personal. `canonical` is what to write into the file.
   */
  evidence(input: OnRequest): ResultAsync<Evidence, AuditError>;
}

/** How often both are read anew because something was stored between the two. */
const tries = 25;

/** A request and its audit, of one moment: whatever was stored between reading the one and the other is read again. */
const ofOneMoment = (
  context: FacadeContext,
  input: OnRequest,
  attempt = 1,
): ResultAsync<{ readonly request: Request; readonly entries: readonly AuditEntry[] }, AuditError> =>
  readRequest(context, input).andThen((request) =>
    context.services.requestStore.audit(request).andThen((entries) =>
      readRequest(context, input).andThen((after) => {
        if (after.version === request.version) return okAsync({ request, entries });
        return attempt === tries
          ? errAsync(new ChangedMeanwhile())
          : ofOneMoment(context, input, attempt + 1);
      }),
    ),
  );

export const auditOf = (context: FacadeContext): Audit => ({
  verify: (input) =>
    ofOneMoment(context, input).map(({ request, entries }) => {
      const check = new ChainCheck(sha256);
      for (const entry of entries) check.add(entry);
      const findings = check.finish({ entries: request.audited, hash: request.auditHead });
      return { intact: findings.length === 0, entries: entries.length, findings };
    }),

  evidence: (input) =>
    ofOneMoment(context, input).map(({ request, entries }) =>
      evidenceOf(context.services, request, entries, instant(context.services.clock.now())),
    ),
});
