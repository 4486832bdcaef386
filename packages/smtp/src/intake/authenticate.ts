import { Resolver } from "node:dns/promises";
import type { MailEnvelope } from "./envelope.ts";

/** Asks the DNS, as `resolve` of `node:dns/promises` does. A name that is not there is ENOTFOUND or ENODATA. */
export type DnsResolver = (name: string, type: string) => Promise<string[][] | string[]>;

/**
 * What can be said of where a message comes from.
 * - `proven`: DMARC (RFC 7489) says that the domain of its From answers for it
 * - `not-proven`: it does not say so, or the domain says nothing
 * - `forged`: the domain says that it is not from there
 * - `could-not-ask`: the DNS did not answer
 */
export type Origin = "proven" | "not-proven" | "forged" | "could-not-ask";

/** What is recorded of it. Nothing personal. */
export interface Authentication {
  readonly origin: Origin;
  /** Results as RFC 8601 names them: `pass`, `fail`, `none`, `temperror`, … */
  readonly dkim: string;
  readonly spf: string;
  readonly dmarc: string;
}

/** More signatures than any way of a message leaves on it: each costs a question to somebody's DNS (RFC 6376, 8.4). */
const mostSignatures = 10;
const nothingThere: readonly unknown[] = ["ENOTFOUND", "ENODATA"];
/** Milliseconds that one message may take. */
const patience = 30_000;

export const systemResolver = (): DnsResolver => {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  return async (name, type) => (await resolver.resolve(name, type)) as string[][] | string[];
};

/**
 * Checks DKIM (RFC 6376), SPF (RFC 7208, where the envelope is known) and DMARC. Never throws.
 *
 * @param signatures how many the message carries
 */
export const authenticate = async (
  bytes: Buffer,
  signatures: number,
  { from: sender, ip, helo }: MailEnvelope,
  resolver: DnsResolver,
): Promise<Authentication> => {
  if (signatures > mostSignatures) return { origin: "not-proven", ...nothingKnown };
  // Loaded when it is needed: who only sends letters starts in half the time without it.
  const { authenticate: checkMail } = await import("mailauth");
  let isUnanswered = false;
  const asking = checkMail(bytes, {
    ...(sender === undefined ? {} : { sender }),
    ...(ip === undefined ? {} : { ip }),
    ...(helo === undefined ? {} : { helo }),
    mta: "localhost",
    resolver: async (name, type) => {
      try {
        return await resolver(name, type);
      } catch (thrown) {
        if (!nothingThere.includes((thrown as { code?: unknown } | null)?.code)) isUnanswered = true;
        throw thrown;
      }
    },
    rejectRsaSha1: true,
    disableArc: true,
    // Would fetch pictures from wherever the message says.
    disableBimi: true,
  });
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), patience);
  try {
    const checked = await Promise.race([asking, late]);
    if (checked === null) return { origin: "could-not-ask", ...nothingKnown };
    const { dkim, spf, dmarc } = checked;
    const results = {
      dkim: [...new Set(dkim.results.map(({ status }) => status.result))].sort().join(" ") || "none",
      // Without the envelope there is nothing to check.
      spf: ip === undefined ? "none" : ((spf || null)?.status.result ?? "none"),
      dmarc: (dmarc || null)?.status.result ?? "none",
    };
    const { alignment } = dmarc || { alignment: undefined };
    // A signature over a part of the body (l=) lets anybody write the rest.
    const isAligned =
      typeof alignment?.spf.result === "string" ||
      (typeof alignment?.dkim.result === "string" && !alignment.dkim.underSized);
    if (results.dmarc === "pass" && isAligned) return { origin: "proven", ...results };
    if (isUnanswered) return { origin: "could-not-ask", ...results };
    return {
      origin: results.dmarc === "fail" || results.spf === "fail" ? "forged" : "not-proven",
      ...results,
    };
  } catch {
    // A message that cannot be taken apart proves nothing.
    return { origin: isUnanswered ? "could-not-ask" : "not-proven", ...nothingKnown };
  } finally {
    clearTimeout(timer);
    // Given up, it may still fail.
    asking.catch(() => undefined);
  }
};

const nothingKnown = { dkim: "none", spf: "none", dmarc: "none" } as const;
