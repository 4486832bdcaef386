import type { ChainFinding } from "../audit/chain.ts";
import type { SignedCheckpoint } from "../audit/checkpoint.ts";
import type { AuditEntry } from "../audit/entry.ts";
import type { Evidence } from "../audit/evidence.ts";
import { chainCheckpoint } from "../checkpoints/chain-checkpoint.ts";
import { type AuditReport, checkAudits } from "../checkpoints/check-audits.ts";
import { type CheckedChain, checkChain } from "../checkpoints/check-chain.ts";
import { checkpointing } from "../checkpoints/keep-checkpoints.ts";
import { makeCheckpoints } from "../checkpoints/make-checkpoint.ts";
import {
  ChangedMeanwhile,
  ConfigurationMistake,
  type Damaged,
  type InvalidInput,
  type NotAllowed,
  RequestNotFound,
  type StorageFailed,
} from "../errors.ts";
import { instant } from "../instant.ts";
import type { Actor } from "../request/actor.ts";
import type { Request } from "../request/request.ts";
import { errAsync, okAsync, type ResultAsync } from "../result.ts";
import { SweepNotFound } from "../sweeps/errors.ts";
import { type AuditedPerson, auditedPerson } from "./audited-person.ts";
import { caught } from "./caught.ts";
import { type FacadeContext, type OnRequest, type ReadError, readRequest } from "./context.ts";
import { evidenceOf } from "./evidence.ts";
import { authorise } from "./policy.ts";
import type { OnSweep } from "./sweep-access.ts";

export type AuditError = ReadError | ChangedMeanwhile;
export type VerifyAllError = InvalidInput | NotAllowed | StorageFailed | Damaged;

/** What was found when a chain of audit entries was looked through. */
export interface AuditVerdict {
  /** Whether the chain is whole, ends where the record says, and was signed and put under checkpoints as it is. */
  readonly intact: boolean;
  readonly entries: number;
  /** Of these entries, from the first on, how many are under a checkpoint. */
  readonly covered: number;
  readonly findings: readonly ChainFinding[];
}

export interface VerifyAllInput {
  readonly actor: Actor;
  /** Checkpoints that were kept elsewhere: those in the store have to agree with them. */
  readonly known?: readonly SignedCheckpoint[];
}

/** The audit of requests and sweeps: whether it is what it was, and files that show it to others. */
export interface Audit extends AuditedPerson {
  /**
   * Looks through the chain of a request's audit entries. Finds what was changed, left out, moved or added in the store;
   * with `evidenceSigner` also where somebody recomputed the whole chain and the record with it, and with
   * `checkpointStore` where they put back what was there before.
   */
  verify(input: OnRequest): ResultAsync<AuditVerdict, ReadError>;

  /** The same for the chain of a sweep. */
  verifySweep(
    input: OnSweep,
  ): ResultAsync<AuditVerdict, InvalidInput | NotAllowed | SweepNotFound | StorageFailed | Damaged>;

  /**
   * Looks through the chains of all requests and sweeps of the tenant, and through the checkpoints over them: finds also
   * what is not there any more at all. In bounded memory; reads every audit entry. A record that cannot be read is found as
   * `unreadable`, and all others are looked through.
   */
  verifyAll(input: VerifyAllInput): ResultAsync<AuditReport, VerifyAllError>;

  /**
   * Puts everything that has grown under a signed checkpoint now, and answers the newest one; null where there is
   * nothing yet. Where the library was started, it does so itself every `checkpointEvery`.
   *
   * Errors: `Damaged` where the newest checkpoint is not what was signed: `verifyAll` says more.
   *
   * @throws ConfigurationMistake where there is no `checkpointStore` or no `evidenceSigner`
   */
  checkpoint(input: { readonly actor: Actor }): ResultAsync<SignedCheckpoint | null, VerifyAllError>;

  /**
   * Everything that is known of a request, in one file that can be checked without this library's store: what was done
   * where, how well it is proven, what was kept and why, and its whole audit with the checkpoint over it. Signed, where
   * `evidenceSigner` is there. Holds nothing personal. `canonical` is what to write into the file.
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

const verdictOf = ({ record, covered, findings }: CheckedChain): AuditVerdict => ({
  intact: findings.length === 0,
  entries: record.head.entries,
  covered,
  findings,
});

export const auditOf = (context: FacadeContext): Audit => {
  const { services, policy } = context;
  const check = <Absent extends Error>(
    tenant: string,
    chain: string,
    of: CheckedChain["record"]["of"],
    absent: () => Absent,
  ): ResultAsync<AuditVerdict, StorageFailed | Damaged | Absent> =>
    caught(() => checkChain(services, tenant, chain)).andThen((checked) =>
      checked?.record.of === of
        ? okAsync<AuditVerdict, StorageFailed | Damaged | Absent>(verdictOf(checked))
        : errAsync(absent()),
    );
  return {
    ...auditedPerson(context),

    verify: ({ actor, requestId }) =>
      authorise(policy, actor, "read-requests").andThen(({ tenant }) =>
        check(tenant, requestId, "request", () => new RequestNotFound()),
      ),

    verifySweep: ({ actor, sweepId }) =>
      authorise(policy, actor, "read-sweeps").andThen(({ tenant }) =>
        check(tenant, sweepId, "sweep", () => new SweepNotFound()),
      ),

    verifyAll: ({ actor, known = [] }) =>
      authorise(policy, actor, "verify-audits").andThen(({ tenant }) =>
        caught(() => checkAudits(services, tenant, known)),
      ),

    checkpoint: ({ actor }) => {
      const signing = checkpointing(services);
      if (signing === null) {
        throw new ConfigurationMistake(
          "Checkpoints need a `checkpointStore` and an `evidenceSigner`; hand both to createSubjectRights.",
        );
      }
      return authorise(policy, actor, "make-checkpoint").andThen(({ tenant }) =>
        caught(() => makeCheckpoints(signing, tenant)),
      );
    },

    evidence: (input) =>
      ofOneMoment(context, input).andThen(({ request, entries }) =>
        caught(() => chainCheckpoint(services, request.tenant, request.id)).map((checkpoint) =>
          evidenceOf(services, request, { entries, checkpoint }, instant(services.clock.now())),
        ),
      ),
  };
};
