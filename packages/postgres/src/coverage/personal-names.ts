import { nameWords, singular } from "./name-words.ts";

/**
 * What columns are called that hold people, in English and German, by what they hold. A phrase is found as words
 * that follow each other (`first_name`, `firstName`) and written as one (`firstname`).
 */
const phrases: Readonly<Record<string, readonly string[]>> = {
  "an e-mail address": ["email", "e mail", "mail address", "mail adresse", "email adresse", "emailadresse"],
  "a phone number": [
    ...["phone", "telephone", "mobile", "mobile number", "cell phone", "cell number", "fax", "whatsapp", "msisdn"],
    ...["telefon", "telefonnummer", "mobil", "mobilnummer", "handy", "handynummer", "rufnummer", "telefax"],
  ],
  "a person's name": [
    ...["first name", "last name", "middle name", "full name", "given name", "family name", "maiden name"],
    ...["surname", "forename", "nickname", "nick name", "real name", "contact name"],
    ...["recipient name", "person name", "customer name", "user name", "fname", "lname", "salutation"],
    ...["vorname", "nachname", "familienname", "geburtsname", "rufname", "kundenname", "ansprechpartner", "anrede"],
  ],
  "an account name": ["login name", "user handle", "benutzername", "screen name"],
  "a date or place of birth": ["birth", "birthday", "birthdate", "birthplace", "dob", "born", "geboren", "geb datum"],
  "an age": ["age", "alter"],
  "a postal address": [
    ...["address", "addresse", "adresse", "adress", "anschrift", "street", "strasse", "house number", "hausnummer"],
    ...["postcode", "post code", "postal code", "zip", "zip code", "plz", "postleitzahl"],
    ...["city", "town", "ort", "stadt", "wohnort"],
  ],
  "a bank account or card": [
    ...["iban", "bank account", "account holder", "sort code", "kontonummer", "kontoinhaber", "bankverbindung"],
    ...["credit card", "card number", "card holder", "kreditkarte", "kartennummer", "karteninhaber"],
  ],
  "an official number": [
    ...["ssn", "social security", "national id", "national insurance", "passport", "tax id", "tax number", "tin"],
    ...["driver license", "driving licence", "driving license", "license plate", "licence plate", "vin"],
    ...["identity card", "id card", "reisepass", "ausweis", "steuer id", "steuer nummer", "steueridentifikationsnummer"],
    ...["sozialversicherungsnummer", "rentenversicherungsnummer", "fuehrerschein", "fuhrerschein", "kfz kennzeichen"],
  ],
  "an IP address": ["ip", "ipv", "ip addr", "ip address", "ip adresse", "ipaddr", "remote addr", "client ip"],
  "a device or browser": [
    ...["user agent", "device id", "advertising id", "idfa", "gaid", "imei", "imsi", "mac addr", "mac address"],
    ...["fingerprint", "cookie id", "visitor id", "session id"],
  ],
  "a place where somebody was": ["latitude", "longitude", "lat", "lng", "lon", "geo location", "geolocation", "gps"],
  "a signature or picture": ["signature", "unterschrift", "avatar", "portrait", "selfie", "passbild"],
  "a trait of a person": [
    ...["gender", "sex", "geschlecht", "marital status", "familienstand", "nationality", "ethnicity", "race"],
    ...["staatsangehorigkeit", "staatsburgerschaft", "religion", "konfession", "disability", "behinderung"],
    ...["sexual orientation", "diagnosis", "diagnose", "blood type", "blutgruppe", "allergies", "salary", "gehalt"],
  ],
};

/** German writes words together: `lieferstrasse`, `geburtsdatum`, `privattelefon`. */
const compounds: readonly (readonly [RegExp, string])[] = [
  [/^e?mailadr|^emailaddr/, "an e-mail address"],
  [/(telefon|handy|mobil|ruf)(nummer|nr)$|telefon$/, "a phone number"],
  [/(vor|nach|familien)namen?$/, "a person's name"],
  [/^geburts?/, "a date or place of birth"],
  [/(strasse|anschrift|hausnummer|hausnr|wohnort)$|(?<!ip|mail|web|mac)adresse$/, "a postal address"],
  [/^(ausweis|reisepass)|^steuer(id|nummer|nr)/, "an official number"],
  [/^ip(adresse|address)$/, "an IP address"],
];

/** What a column is about that only speaks of such a thing: `email_template`, `phone_prefix`, `ip_count`. */
const aboutSomethingElse: ReadonlySet<string> = new Set([
  ...["template", "subject", "format", "type", "kind", "status", "state", "count", "limit", "enabled", "disabled"],
  ...["required", "verified", "confirmed", "at", "on", "cost", "price", "rate", "fee", "version", "length"],
  ...["pattern", "regex", "label", "prefix", "extension", "group", "category", "vorlage", "typ", "anzahl"],
]);

const people: ReadonlySet<string> = new Set([
  ...["person", "people", "customer", "client", "user", "member", "patient", "employee", "contact", "subscriber"],
  ...["guest", "visitor", "student", "teacher", "lead", "applicant", "candidate", "participant", "attendee"],
  ...["passenger", "tenant", "owner", "buyer", "donor", "voter", "recipient", "author"],
  ...["kunde", "kunden", "benutzer", "nutzer", "mitglied", "mitglieder", "patienten", "mitarbeiter", "kontakte"],
  ...["personen", "gast", "gaeste", "schuler", "bewerber", "teilnehmer", "empfanger", "mieter", "abonnenten"],
]);

/** Who is meant by `tenant_id` and `owner_id` is mostly a company or an account; by a table `tenants` too. */
const neverByReference: ReadonlySet<string> = new Set(["tenant", "client", "lead", "owner"]);

const referring: ReadonlySet<string> = new Set(["id", "uuid", "no", "nr", "number", "nummer", "key", "ref"]);

const found = new Map<string, string>();
for (const [what, list] of Object.entries(phrases)) {
  for (const phrase of list) {
    found.set(phrase, what);
    found.set(phrase.replaceAll(" ", ""), what);
  }
}
const longestPhrase = 3;

const inPhrases = (words: readonly string[]): string | null => {
  // The longest first: a `mail_address` is none of the street.
  for (let length = longestPhrase; length > 0; length -= 1) {
    for (let start = 0; start + length <= words.length; start += 1) {
      const part = words.slice(start, start + length);
      const what =
        found.get(part.join(" ")) ?? found.get([...part.slice(0, -1), singular(part.at(-1) ?? "")].join(" "));
      if (what !== undefined) return what;
    }
  }
  return null;
};

/** What a name says that its values are, in words for a message; null where it says nothing of the kind. */
export const personalByName = (name: string): string | null => {
  const words = nameWords(name);
  const last = words.at(-1);
  if (last === undefined) return null;
  const what = inPhrases(words);
  // Of the phrases, only these end in such a word: `marital_status` is no status of something else.
  if (aboutSomethingElse.has(last)) return what === "a trait of a person" ? what : null;
  // A number of a row in another table, and no value: `address_id`. An `email_id` is an address to some.
  if (last === "id" && what === "a postal address") return null;
  if (what !== null) return what;
  for (const word of words) {
    const compound = compounds.find(([pattern]) => pattern.test(word));
    if (compound !== undefined) return compound[1];
  }
  return referenceToPerson(words);
};

/** `customer_id`, `kunden_nr`: a person all the same, where nobody declared the foreign key. */
const referenceToPerson = (words: readonly string[]): string | null => {
  const [last, who] = [words.at(-1) ?? "", singular(words.at(-2) ?? "")];
  return referring.has(last) && people.has(who) && !neverByReference.has(who) ? "a reference to a person" : null;
};

/** Whether a table is called as people are, so that its plain `name` is a person's. */
export const isNamedAsPeople = (table: string): boolean => {
  const last = nameWords(table).at(-1) ?? "";
  return people.has(last) || people.has(singular(last));
};

export const isPlainName = (column: string): boolean =>
  ["name", "display name", "displayname"].includes(nameWords(column).join(" "));

/** Whether a column is called as one that points at this table: `order_id`, `orderId` and `orders_id` at `orders`. */
export const isNamedAfter = (column: string, table: string): boolean => {
  const words = nameWords(column);
  if (words.at(-1) !== "id") return false;
  const tableWords = nameWords(table);
  const named = words.slice(0, -1).join(" ");
  const single = [...tableWords.slice(0, -1), singular(tableWords.at(-1) ?? "")].join(" ");
  return named !== "" && (named === tableWords.join(" ") || named === single);
};
