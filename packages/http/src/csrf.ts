/**
 * Whether a request that changes something was sent by our own pages, told from what browsers add to it and pages
 * cannot change. It needs no token and no state.
 *
 * - `same-origin`: a page of ours, or (`Sec-Fetch-Site: none`) the person, by hand.
 * - `other-origin`: a page of somebody else. It is refused, whoever is signed in.
 * - `no-browser`: neither header. Each browser since 2020 sends `Origin` with a POST, so this is a program, and carries
 *   nobody's cookies without knowing them. The API takes it; forms, which only people in browsers send, do not.
 *
 * `Sec-Fetch-Site` comes first: it is right behind any proxy. Browsers send it to https and localhost only; elsewhere,
 * and in Safari before 16.4, it is `Origin` that counts.
 */
export type Sender = "same-origin" | "other-origin" | "no-browser";

/** @param origin that browsers see us at; null where it is that of the request */
export const senderOf = (request: Request, origin: string | null): Sender => {
  const site = request.headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || site === "none" ? "same-origin" : "other-origin";
  const from = request.headers.get("Origin");
  if (from === null) return "no-browser";
  return from === (origin ?? new URL(request.url).origin) ? "same-origin" : "other-origin";
};

export const changesNothing = ({ method }: Request): boolean =>
  method === "GET" || method === "HEAD" || method === "OPTIONS";
