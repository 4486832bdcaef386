import type { Request } from "./request.ts";

/**
 * Requests of one person run in the order in which they were acknowledged. Who has to wait takes a place in the line: right
 * behind the last one there who was acknowledged before. The places stand among the claims of the store, where one open
 * request of a tenant can hold each. No pseudonym looks like this.
 */
export const turnClaims = ({ id, phase, claims, waitingFor, behind }: Request): string[] => {
  if (phase === "closed") return [];
  const isWaiting = claims.length === 0 && waitingFor !== null;
  return [
    // As long as it waits, nobody behind it goes on.
    ...(isWaiting ? [turnOf(id)] : []),
    ...(behind == null ? [] : [isWaiting ? `behind/${behind}` : turnOf(behind)]),
  ];
};

const turnOf = (id: string): string => `turn/${id}`;

/** Whether a request was acknowledged before another one. */
export const isAhead = (one: Pick<Request, "acknowledgement" | "id">, other: typeof one): boolean => {
  const [first, second] = [one.acknowledgement.acknowledgedAt, other.acknowledgement.acknowledgedAt];
  if (first === null || second === null) return first !== null;
  return first < second || (first === second && one.id < other.id);
};
