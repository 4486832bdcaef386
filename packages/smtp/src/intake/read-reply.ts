import { newText } from "./new-text.ts";
import { hasWord, noWords, wordsIn, yesWords } from "./vocabulary.ts";

/**
 * Whether somebody who answers a confirmation confirms. Only a yes without any no is one: whoever doubts, asks or quotes
 * us where nobody can see the quote, has the link.
 */
export const isYes = (text: string): boolean => {
  const words = wordsIn(newText(text));
  return hasWord(words, yesWords) && !hasWord(words, noWords);
};
