import { newText } from "./new-text.ts";
import { hasWord, noWords, wordsIn } from "./vocabulary.ts";
import { afterthoughts, greetings, nameParticles, signOffs, yesPhrases } from "./yes-phrases.ts";

const mostNames = 5;
const mostNameLines = 3;
/** No answer that only says yes is longer, whoever signs it. */
const longestYes = 500;

/**
 * Whether somebody who answers a confirmation confirms: where everything that they wrote anew is a yes, but for a
 * greeting above it and a name below it. Whoever doubts, asks or says anything more has the link, and a person who reads
 * it.
 */
export const isYes = (text: string): boolean => {
  const said = newText(text).normalize("NFC");
  if (said.length > longestYes || said.includes("?") || hasWord(wordsIn(said), noWords)) return false;
  const lines = said
    .split("\n")
    .map(withoutPunctuation)
    .filter((line) => line !== "");
  const start = isGreeting(lines[0] ?? "") ? 1 : 0;
  const signOff = lines.findIndex((line) => signOffs.has(line.toLowerCase()));
  const end = signOff < 0 ? lines.length : signOff;
  return yesPhrases.has(phraseOf(lines.slice(start, end))) && areNames(lines.slice(end + 1));
};

const withoutPunctuation = (line: string): string => line.replace(/[\s.,!;:"“”„«»]+/g, " ").trim();

const phraseOf = (lines: readonly string[]): string =>
  lines.join(" ").toLowerCase().replaceAll("bestaetig", "bestätig");

const isGreeting = (line: string): boolean => {
  const words = line.split(" ");
  return [1, 2].some(
    (length) =>
      greetings.has(words.slice(0, length).join(" ").toLowerCase()) &&
      areNames([words.slice(length).join(" ")]),
  );
};

/** Who signs, or is greeted. A sentence has words in lower case. */
const areNames = (lines: readonly string[]): boolean =>
  lines.length <= mostNameLines &&
  lines.every((line) => {
    const words = line.split(" ").filter((word) => word !== "");
    return words.length <= mostNames && words.every(isName) && !hasWord(wordsIn(line), afterthoughts);
  });

const isName = (word: string): boolean =>
  /^(?:\p{Lu}[\p{L}\p{M}'’-]*|[\d+()/-]+)$/u.test(word) || nameParticles.has(word);
