import { domainToASCII } from "node:url";
import { z } from "zod";

/** RFC 5321, 4.5.3.1: octets in a local part, in a domain, and in a path without its angle brackets. */
const longest = { localPart: 64, domain: 253, address: 254 };

/** RFC 5322, 3.2.3, in ASCII: nothing that would have to be quoted, and nothing that separates addresses. */
const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainCharacters = /^[\p{L}\p{M}\p{N}.-]+$/u;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The domain in ASCII (`bücher.example` is `xn--bcher-kva.example`); null where it is none. */
const asciiDomain = (text: string): string | null => {
  if (!domainCharacters.test(text)) return null;
  const domain = domainToASCII(text);
  const labels = domain.split(".");
  const fits =
    domain.length <= longest.domain && labels.length > 1 && labels.every((each) => label.test(each));
  // A name that ends in a number is an IP address written as a name.
  return fits && !/^\d+$/.test(labels.at(-1) ?? "") ? domain : null;
};

const asciiAddress = (text: string): { readonly address: string } | { readonly mistake: string } => {
  const at = text.lastIndexOf("@");
  const localPart = text.slice(0, at);
  const domain = asciiDomain(text.slice(at + 1));
  if (at < 1) return { mistake: "this is not an email address" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is about what is not ASCII
  if (/[^\x00-\x7F]/.test(localPart)) {
    return { mistake: "an email address with letters beyond ASCII before the @ (SMTPUTF8) is not supported" };
  }
  // A mail program that is started with the address as an argument would take a dash for an option.
  if (localPart.startsWith("-") || localPart.length > longest.localPart || !dotAtom.test(localPart)) {
    return { mistake: "this is not one plain email address: no list, no name, no quotes, no leading dash" };
  }
  if (domain === null) return { mistake: "the part behind the @ is not the name of a mail domain" };
  const address = `${localPart}@${domain}`;
  return address.length <= longest.address
    ? { address }
    : { mistake: `an email address has at most ${longest.address} characters` };
};

/**
 * Exactly one address, as it goes into an envelope: `ada@example.org`. An internationalised domain is turned
 * into its ASCII form; a local part beyond ASCII is refused. The messages name no address.
 */
export const addressSchema = z.string().transform((text, context) => {
  const parsed = asciiAddress(text);
  if ("address" in parsed) return parsed.address;
  context.addIssue({ code: "custom", message: parsed.mistake });
  return z.NEVER;
});

export const domainSchema = z.string().transform((text, context) => {
  const domain = asciiDomain(text);
  if (domain !== null) return domain;
  context.addIssue({ code: "custom", message: "this is not the name of a mail domain" });
  return z.NEVER;
});

/** What stands behind the last @. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
