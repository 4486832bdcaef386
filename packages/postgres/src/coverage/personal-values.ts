import { personalByName, referenceByName } from "./personal-names.ts";

/** The sampled values of a column, as text, each cut off after some length. */
type Values = readonly string[];

/** How a column's values are read: as one text each, as the texts inside of JSON, or of an array or composite. */
export type Reading = "text" | "json" | "parts";

interface ValueKind {
  readonly what: string;
  /** Of the values that are not empty, the part that it takes to call the column personal. */
  readonly share: number;
  readonly matches: (value: string) => boolean;
}

const email = /[^\s@<>"'(),:;[\]\\{}]{1,64}@((?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,63})(?![\p{L}\p{N}])/iu;

/** `logo@2x.png` has the form of an address, and is none. */
const isEmail = (value: string): boolean => {
  // Most values are over here, long before the expression has tried every place to begin.
  if (!value.includes("@")) return false;
  const domain = email.exec(value)?.[1];
  return domain !== undefined && !/^\d+x\./.test(domain);
};

const ibanToken = /(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?![A-Z0-9])/g;

/** ISO 13616 with ISO 7064 (mod 97-10): the check digits make a mistake unlikely. */
const hasCheckDigits = (iban: string): boolean => {
  let remainder = 0;
  for (const character of `${iban.slice(4)}${iban.slice(0, 4)}`) {
    for (const digit of String(Number.parseInt(character, 36)))
      remainder = (remainder * 10 + Number(digit)) % 97;
  }
  return remainder === 1;
};

const isIban = (value: string): boolean => {
  const whole = value.replaceAll(/\s/g, "").toUpperCase();
  if (/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(whole) && hasCheckDigits(whole)) return true;
  return (value.match(ibanToken) ?? []).some(hasCheckDigits);
};

const international = /^\+[\d\s()./-]+$/;
const national = /^(?:\(0\d{1,5}\)|0\d{1,5})[\s/-][\d\s/-]+$/;
const american = /^(?:1[\s.-])?(?:\(\d{3}\)\s?|\d{3}[.-])\d{3}[\s.-]\d{4}$/;
const date = /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$/;

/** E.164 allows fifteen digits. Digits alone are taken for a number of something else. */
const isPhone = (value: string): boolean => {
  const text = value.trim();
  const digits = text.replaceAll(/\D/g, "").length;
  if (digits < 7 || digits > 15 || date.test(text)) return false;
  return international.test(text) || national.test(text) || american.test(text);
};

const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const fourOctets = new RegExp(`(?<![\\p{L}\\d.])${octet}(?:\\.${octet}){3}(?![\\p{L}\\d]|\\.\\d)`, "gu");
/** This machine, any machine, and masks: nobody's address. */
const nobodys = /^(?:0|127|255)\./;

const isIpv6 = (token: string): boolean => {
  const halves = token.split("::");
  if (halves.length > 2) return false;
  const groups = token.split(":").filter((group) => group !== "");
  const isComplete = halves.length === 2 ? groups.length <= 7 : groups.length === 8;
  return isComplete && groups.length >= 3 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
};

const isIpAddress = (value: string): boolean =>
  (value.includes(".") && (value.match(fourOctets) ?? []).some((found) => !nobodys.test(found))) ||
  (value.includes(":") && value.split(/[^0-9a-f:]+/i).some(isIpv6));

const valueKinds: readonly ValueKind[] = [
  { what: "e-mail addresses", share: 0.1, matches: isEmail },
  { what: "bank accounts (IBAN)", share: 0.1, matches: isIban },
  { what: "phone numbers", share: 0.3, matches: isPhone },
  { what: "IP addresses", share: 0.3, matches: isIpAddress },
];

const strings = /"((?:[^"\\]|\\.)*)"?(\s*:)?/g;

/** The texts of a JSON document, which may be cut off, so that it cannot be parsed. */
const jsonTexts = (document: string): { readonly keys: Values; readonly texts: Values } => {
  const keys: string[] = [];
  const texts: string[] = [];
  for (const [, text = "", colon] of document.matchAll(strings)) {
    // A key may be a value too: people by their address.
    texts.push(text.replaceAll("\\/", "/"));
    if (colon !== undefined) keys.push(text);
  }
  return { keys, texts };
};

const textsOf = (value: string, reading: Reading): Values => {
  if (reading === "json") return jsonTexts(value).texts;
  return reading === "parts" ? value.split(/[{}(),"]/) : [value];
};

/** Of the documents with anything in them, the part that has a key which is called as something personal. */
const shareOfKeys = 0.3;

/**
 * What a sample says that a column holds, in words for a message, which never hold a value; null where it says
 * nothing of the kind.
 */
export const personalByValues = (sampled: Values, reading: Reading): string | null => {
  const values = sampled.filter((value) => !["", "{}", "[]", "null"].includes(value.trim()));
  if (values.length === 0) return null;
  const texts = values.map((value) => textsOf(value, reading));
  for (const { what, share, matches } of valueKinds) {
    if (texts.filter((each) => each.some(matches)).length >= share * values.length) return what;
  }
  if (reading !== "json") return null;
  const named = values.map(
    (value) =>
      jsonTexts(value).keys.flatMap((key) => personalByName(key) ?? referenceByName(key) ?? [])[0] ?? null,
  );
  const first = named.find((what) => what !== null) ?? null;
  return first !== null && named.filter((what) => what !== null).length >= shareOfKeys * values.length
    ? `keys called like ${first}`
    : null;
};
