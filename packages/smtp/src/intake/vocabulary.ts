import type { Category, RequestKind } from "@subject-rights/core";

/** A word, or what words begin with where it ends in *. Lower case, in the form NFC. */
export type Vocabulary<Meaning extends string> = Readonly<Record<Meaning, readonly string[]>>;

export const kindWords: Vocabulary<RequestKind> = {
  export: [
    ...["export*", "copy", "copies", "portability", "portable"],
    ...["auskunft*", "datenauskunft", "selbstauskunft", "kopie*", "datenkopie", "exportier*"],
    ...["datenübertragbarkeit", "datenuebertragbarkeit", "übertragbarkeit"],
  ],
  erasure: [
    ...[
      "erase*",
      "erasing",
      "erasure",
      "delete*",
      "deleting",
      "deletion",
      "remove",
      "removed",
      "removal",
      "forgotten",
    ],
    ...["lösch*", "loesch*", "gelöscht*", "geloescht*", "datenlöschung", "entfern*", "vergessenwerden"],
  ],
};

export const categoryWords: Vocabulary<Category> = {
  "customer-data": ["customer*", "client", "clients", "kunde*", "kundin*", "kundschaft"],
  "user-data": ["user", "users", "userdata", "benutzer*", "nutzer*", "nutzerdaten"],
  "user-telemetry": ["telemetry", "telemetrie*", "nutzungsdaten"],
};

export const noWords: readonly string[] = [
  ...[
    "no",
    "not",
    "never",
    "dont",
    "doesnt",
    "wont",
    "cannot",
    "cant",
    "stop",
    "decline*",
    "refuse*",
    "reject*",
    "deny",
  ],
  ...["cancel*", "disagree", "object", "wrong", "without", "except", "mistake", "neither", "nor", "unless"],
  ...[
    "nein",
    "nicht",
    "nie",
    "niemals",
    "kein*",
    "nichts",
    "ohne",
    "ablehn*",
    "abgelehnt",
    "lehne",
    "stopp*",
  ],
  ...["abbrechen", "abbruch", "widerspr*", "falsch", "irrtum", "außer", "ausser", "weder"],
];

/** The words of a text, in lower case; an apostrophe is left out, so that "don't" is one word. */
export const wordsIn = (text: string): readonly string[] =>
  text
    .normalize("NFC")
    .toLowerCase()
    .replace(/['’]/g, "")
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const fits = (word: string, entry: string): boolean =>
  entry.endsWith("*") ? word.startsWith(entry.slice(0, -1)) : word === entry;

export const hasWord = (words: readonly string[], entries: readonly string[]): boolean =>
  words.some((word) => entries.some((entry) => fits(word, entry)));

/** What is meant by any of the words. */
export const meaningsIn = <Meaning extends string>(
  words: readonly string[],
  vocabulary: Vocabulary<Meaning>,
): readonly Meaning[] =>
  (Object.keys(vocabulary) as Meaning[]).filter((meaning) => hasWord(words, vocabulary[meaning]));

const germanWords: readonly string[] = [
  "der",
  "die",
  "das",
  "und",
  "ich",
  "bitte",
  "ist",
  "nicht",
  "mit",
  "für",
  "von",
  "zu",
  "sie",
  "wir",
];
const englishWords: readonly string[] = [
  "the",
  "and",
  "please",
  "is",
  "not",
  "with",
  "for",
  "of",
  "to",
  "you",
  "we",
  "my",
  "i",
];

/** The language that a text is written in, of the two that answers are written in. */
export const languageOf = (text: string, otherwise: "en" | "de"): "en" | "de" => {
  const words = wordsIn(text).slice(0, 2_000);
  const count = (of: readonly string[]): number => words.filter((word) => of.includes(word)).length;
  const [german, english] = [count(germanWords), count(englishWords)];
  if (german === english) return otherwise;
  return german > english ? "de" : "en";
};
