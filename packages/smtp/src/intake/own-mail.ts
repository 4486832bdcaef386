import { domainOf } from "../address.ts";
import { ownHeader } from "../own-header.ts";
import type { ReplyAddresses } from "../reply-addresses.ts";
import type { ParsedMail } from "./parsed-mail.ts";

/** What is ours: addresses, and the domain of the Message-IDs that we make. */
export interface Ours {
  /** In lower case. */
  readonly addresses: readonly string[];
  readonly replies: ReplyAddresses | undefined;
  readonly messageIdDomain: string;
}

/** The mailbox behind an address, in lower case: whoever makes up tags has one all the same. */
export const untagged = (address: string): string => {
  const lower = address.toLowerCase();
  return `${lower.slice(0, lower.lastIndexOf("@")).split("+")[0]}@${domainOf(lower)}`;
};

/** An address of ours, with or without a tag: `privacy+x@…` is `privacy@…`. */
export const isOurAddress = ({ addresses, replies }: Ours, address: string): boolean => {
  const lower = address.toLowerCase();
  return (
    addresses.includes(lower) ||
    addresses.includes(untagged(lower)) ||
    (replies?.tokenIn(lower) ?? null) !== null
  );
};

/**
 * Whether we sent this ourselves, and it came back: taking it in, or answering it, would go on for ever. The domain of a
 * Message-ID alone says nothing, because colleagues write from it too.
 */
export const isOwnMail = (mail: ParsedMail, ours: Ours): boolean =>
  mail.header(ownHeader.toLowerCase()).length > 0 ||
  mail.from.some((address) => isOurAddress(ours, address)) ||
  isOurMessageId(mail.messageId ?? "", ours);

const isOurMessageId = (messageId: string, { messageIdDomain }: Ours): boolean =>
  /^[0-9a-f]{40}@/.test(messageId) && domainOf(messageId).toLowerCase() === messageIdDomain.toLowerCase();

/** What a delivery report (RFC 3464) says of a message of ours. */
export interface Bounce {
  /** The request that the message was about; null for an answer of the intake. */
  readonly requestId: string | null;
  /** RFC 3463, such as `5.1.1`. */
  readonly status: string;
  readonly recipient: string;
}

/** A message of ours that could not be delivered, for good; null where this says nothing of that kind. */
export const bounceOf = (mail: ParsedMail, ours: Ours): Bounce | null => {
  if (mail.report === null) return null;
  // RFC 5322, 2.2.3: a field goes on in lines that begin with white space.
  const report = mail.report.replace(/\r?\n[ \t]+/g, " ");
  const field = (name: string): string =>
    new RegExp(`^${name}:[ \t]*(.*)$`, "im").exec(report)?.[1]?.trim() ?? "";
  if (field("Action").toLowerCase() !== "failed") return null;
  const messageId = field("Message-ID").replace(/^<|>$/g, "");
  const own = /^([0-9a-f-]{36})\//.exec(field(ownHeader))?.[1] ?? null;
  if (own === null && !isOurMessageId(messageId, ours)) return null;
  return {
    requestId: own,
    status: field("Status").slice(0, 20),
    recipient: field("Final-Recipient")
      .replace(/^rfc822;\s*/i, "")
      .slice(0, 254),
  };
};
