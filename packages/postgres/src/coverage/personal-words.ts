/**
 * What columns are called that hold people, in English and German, by what they hold. Each is what whole words of a
 * name read together: `first_name`, `firstName` and `firstname`.
 */
export const phrases: Readonly<Record<string, readonly string[]>> = {
  "an e-mail address": ["email", "e mail", "mail address", "mail adresse", "email adresse", "emailadresse"],
  "a phone number": [
    ...["phone", "telephone", "mobile number", "cell phone", "cell number", "fax", "whatsapp", "msisdn"],
    ...["telefon", "telefonnummer", "mobilnummer", "handy", "handynummer", "rufnummer", "telefax"],
  ],
  "a person's name": [
    ...["first name", "last name", "middle name", "full name", "given name", "family name", "maiden name"],
    ...["surname", "forename", "nickname", "nick name", "real name", "contact name"],
    ...["recipient name", "person name", "customer name", "user name", "fname", "lname", "salutation"],
    ...[
      "vorname",
      "nachname",
      "familienname",
      "geburtsname",
      "rufname",
      "kundenname",
      "ansprechpartner",
      "anrede",
    ],
  ],
  "an account name": ["login name", "user handle", "benutzername", "screen name"],
  "a date or place of birth": ["birth", "birthday", "birthdate", "birthplace", "dob", "geboren", "geb datum"],
  "a postal address": [
    ...[
      "address",
      "addresse",
      "adresse",
      "adress",
      "anschrift",
      "street",
      "strasse",
      "house number",
      "hausnummer",
    ],
    ...["postcode", "post code", "postal code", "zip code", "plz", "postleitzahl"],
    ...["city", "wohnort"],
  ],
  "a bank account or card": [
    ...[
      "iban",
      "bank account",
      "account holder",
      "sort code",
      "kontonummer",
      "kontoinhaber",
      "bankverbindung",
    ],
    ...["credit card", "card number", "card holder", "kreditkarte", "kartennummer", "karteninhaber"],
  ],
  "an official number": [
    ...["ssn", "social security", "national id", "national insurance", "passport", "tax id", "tax number"],
    ...["driver license", "driving licence", "driving license", "license plate", "licence plate"],
    ...[
      "identity card",
      "id card",
      "reisepass",
      "ausweis",
      "steuer id",
      "steuer nummer",
      "steuer nr",
      "steueridentifikationsnummer",
    ],
    ...["sozialversicherungsnummer", "rentenversicherungsnummer", "fuehrerschein", "kfz kennzeichen"],
  ],
  "an IP address": ["ip", "ipv", "ip addr", "ip address", "ip adresse", "ipaddr", "remote addr", "client ip"],
  "a device or browser": [
    ...[
      "user agent",
      "device id",
      "advertising id",
      "idfa",
      "gaid",
      "imei",
      "imsi",
      "mac addr",
      "mac address",
    ],
    ...["fingerprint", "cookie id", "visitor id", "session id"],
  ],
  "a place where somebody was": [
    "latitude",
    "longitude",
    "lat",
    "lng",
    "lon",
    "geo location",
    "geolocation",
    "gps",
  ],
  "a signature or picture": ["signature", "unterschrift", "avatar", "portrait", "selfie", "passbild"],
  "a trait of a person": [
    ...["gender", "sex", "geschlecht", "marital status", "familienstand", "nationality", "ethnicity"],
    ...["staatsangehoerigkeit", "staatsbuergerschaft", "religion", "konfession", "disability", "behinderung"],
    ...[
      "sexual orientation",
      "diagnosis",
      "diagnose",
      "blood type",
      "blutgruppe",
      "allergies",
      "salary",
      "gehalt",
    ],
  ],
};

/**
 * German writes words together (`lieferstrasse`, `geburtsdatum`), and PostgreSQL whatever was not quoted: `homePhone`
 * becomes `homephone`.
 */
export const compounds: readonly (readonly [RegExp, string])[] = [
  [/^e?mailadr|^emailaddr|email$/, "an e-mail address"],
  [
    /(telefon|handy|mobil|ruf)(nummer|nr)$|telefon$|(?<!head|micro|smart|mega)phone(number|no)?$/,
    "a phone number",
  ],
  [/(vor|nach|familien)namen?$|(first|last|full|given|sur)name$/, "a person's name"],
  [/^geburts?|birth(day|date)$/, "a date or place of birth"],
  [
    /(strasse|anschrift|hausnummer|hausnr|wohnort)$|(?<!ip|mail|web|mac)adresse$|(post|zip)code$/,
    "a postal address",
  ],
  [/^(ausweis|reisepass)|^steuer(id|nummer|nr)/, "an official number"],
  [/ip(adresse|address)$/, "an IP address"],
];

/** What a column is about that only speaks of such a thing: `email_template`, `phone_prefix`, `ip_count`. */
export const aboutSomethingElse: ReadonlySet<string> = new Set([
  ...[
    "template",
    "subject",
    "format",
    "type",
    "kind",
    "status",
    "state",
    "count",
    "limit",
    "enabled",
    "disabled",
  ],
  ...["required", "verified", "confirmed", "at", "on", "cost", "price", "rate", "fee", "version", "length"],
  ...["pattern", "regex", "label", "prefix", "extension", "group", "category", "vorlage", "typ", "anzahl"],
]);

export const people: ReadonlySet<string> = new Set([
  ...[
    "person",
    "people",
    "customer",
    "client",
    "user",
    "member",
    "patient",
    "employee",
    "contact",
    "subscriber",
  ],
  ...["guest", "visitor", "student", "teacher", "lead", "applicant", "candidate", "participant", "attendee"],
  ...["passenger", "tenant", "owner", "buyer", "donor", "voter", "recipient", "author"],
  ...[
    "kunde",
    "kunden",
    "benutzer",
    "nutzer",
    "mitglied",
    "mitglieder",
    "patienten",
    "mitarbeiter",
    "kontakte",
  ],
  ...[
    "personen",
    "gast",
    "gaeste",
    "schueler",
    "bewerber",
    "teilnehmer",
    "empfaenger",
    "mieter",
    "abonnenten",
  ],
]);

/** Who is meant by `tenant_id` and `owner_id` is mostly a company or an account; by a table `tenants` too. */
export const neverByReference: ReadonlySet<string> = new Set(["tenant", "client", "lead", "owner"]);

/** How the name of a column ends that refers to a row elsewhere. */
export const referring: readonly string[] = ["id", "uuid", "no", "nr", "number", "nummer", "key", "ref"];

/** Words that mean a person's only where they are the whole name, or follow a word for people: no `max_age`. */
export const alone: ReadonlyMap<string, string> = new Map([
  ["age", "an age"],
  ["alter", "an age"],
  ["born", "a date or place of birth"],
  ["mobile", "a phone number"],
  ["mobil", "a phone number"],
  ["ort", "a postal address"],
  ["stadt", "a postal address"],
  ["town", "a postal address"],
  ["zip", "a postal address"],
  ["race", "a trait of a person"],
  ["tin", "an official number"],
  ["vin", "an official number"],
]);
