/** An error as RFC 9457 has it. `code` is the library's, and API; `title` is for people. Nothing in it is personal. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  readonly [member: string]: unknown;
}

const problemType = (code: string): string => `urn:subject-rights:problem:${code}`;

export const problemOf = (
  status: number,
  code: string,
  title: string,
  more: Readonly<Record<string, unknown>> = {},
): ProblemDetails => ({ type: problemType(code), title, status, code, retryable: false, ...more });

export const problemResponse = (
  problem: ProblemDetails,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, "Content-Type": "application/problem+json" },
  });
