/** Which errors calls of the library answer, for the routes that make them. */

export const acting = { "invalid-input": true, "not-allowed": true, "storage-failed": true } as const;

export const reading = { ...acting, "request-not-found": true, damaged: true } as const;

/** Whatever a change of a request may answer. */
export const changing = {
  ...reading,
  "approval-rejected": true,
  "changed-meanwhile": true,
  "key-destroyed": true,
  "not-possible-now": true,
  "source-not-found": true,
  "token-rejected": true,
} as const;
