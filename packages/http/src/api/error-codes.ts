import type * as core from "@subject-rights/core";

/** The codes of every error that core has. */
export type ErrorCode = {
  [Name in keyof typeof core]: (typeof core)[Name] extends abstract new (
    ...given: never[]
  ) => { readonly code: infer Code extends string }
    ? string extends Code
      ? never
      : Code
    : never;
}[keyof typeof core];

/** The one status that each error of core is answered with. An error without one does not compile. */
export const statusOf: Readonly<Record<ErrorCode, ErrorStatus>> = {
  "invalid-input": 400,
  "not-allowed": 403,
  "token-rejected": 403,
  "request-not-found": 404,
  "source-not-found": 404,
  "hold-not-found": 404,
  "user-not-found": 404,
  "sweep-not-found": 404,
  "package-not-available": 404,
  "not-possible-now": 409,
  "approval-rejected": 409,
  "last-administrator": 409,
  "removing-yourself": 409,
  "changed-meanwhile": 409,
  "not-sweepable": 409,
  "held-in-copy": 409,
  "key-destroyed": 410,
  "idempotency-key-reused": 422,
  damaged: 500,
  "no-progress": 500,
  "configuration-mistake": 501,
  "keys-not-rewrapped": 501,
  "wrong-master-key": 501,
  "call-failed": 502,
  "people-unavailable": 502,
  "storage-failed": 503,
};

export type ErrorStatus = 400 | 403 | 404 | 409 | 410 | 422 | 500 | 501 | 502 | 503;

/** What goes wrong before the library is asked. */
export const httpCodes = {
  "malformed-body": 400,
  "unknown-member": 400,
  "idempotency-key-not-taken": 400,
  "not-signed-in": 401,
  "other-origin": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "body-too-long": 413,
  "unsupported-content-type": 415,
  "too-many-requests": 429,
  failed: 500,
} as const;

export type HttpCode = keyof typeof httpCodes;
