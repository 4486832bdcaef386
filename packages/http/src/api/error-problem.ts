import {
  ApprovalRejected,
  CallFailed,
  InvalidInput,
  NotAllowed,
  NotSweepable,
  SourceNotFound,
  StorageFailed,
  type SubjectRightsError,
  TokenRejected,
} from "@subject-rights/core";
import { type ProblemDetails, problemOf } from "../problem.ts";
import { type ErrorCode, statusOf } from "./error-codes.ts";

/** What an error of the library has to say besides its code. A `cause` is nobody's business. */
const detailsOf = (error: SubjectRightsError): Readonly<Record<string, unknown>> => {
  if (error instanceof InvalidInput) return { issues: error.issues };
  if (error instanceof NotAllowed) return { action: error.action };
  if (error instanceof SourceNotFound) return { source: error.source };
  if (error instanceof TokenRejected || error instanceof ApprovalRejected) return { reason: error.reason };
  if (error instanceof CallFailed) return { adapter: error.adapter, problem: error.problem };
  if (error instanceof StorageFailed) return { port: error.port, operation: error.operation };
  if (error instanceof NotSweepable) return { sources: error.sources };
  return {};
};

/** An error of the library as a problem. One that this version does not know is a failure. */
export const problemOfError = (error: SubjectRightsError): ProblemDetails =>
  problemOf(statusOf[error.code as ErrorCode] ?? 500, error.code, error.message, {
    retryable: error.retryable,
    ...detailsOf(error),
  });
