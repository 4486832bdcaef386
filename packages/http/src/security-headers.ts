import type { MiddlewareHandler } from "hono";

/**
 * Everything comes from this handler itself: no inline script or style, no other origin, no frame around a page.
 * `connect-src` is for progress as server-sent events. A form leads nowhere else, even by a redirect.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers: Readonly<Record<string, string>> = {
  "Content-Security-Policy": contentSecurityPolicy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  // Not `no-referrer`: with it, browsers send `Origin: null` with our own forms, which then could not be told from
  // those of others where `Sec-Fetch-Site` is missing. No other site learns anything from this one either.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex",
};

/** Sets them on whatever is answered. Whatever does not say that it may be kept is kept nowhere. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
};
