import type { Settings } from "./options.ts";

/** A server that does not close its side is waited for so long, in milliseconds. */
const farewell = 1_000;

/** How a connection to the mail server is made: one for each message. */
export const transportOptions = ({
  host,
  port,
  user,
  password,
  tls,
  ca,
  ...timeouts
}: Settings["server"]) => ({
  host,
  port,
  // RFC 8314, 7.3: on port 465 TLS comes first.
  secure: tls === "implicit" || port === 465,
  requireTLS: tls === "required",
  tls: { minVersion: "TLSv1.2" as const, ...(ca === undefined ? {} : { ca }) },
  // A server that stopped offering AUTH is not taken at its word: signing in fails, and is tried again.
  ...(user === undefined ? {} : { auth: { user, pass: password }, forceAuth: true }),
  ...timeouts,
  greetingTimeout: timeouts.connectionTimeout,
  socketCloseTimeout: farewell,
});
