import { stripVTControlCharacters } from "node:util";

/** Fits a terminal of eighty columns. */
export const columns = 80;

/** What people typed in may hold escape sequences, and a terminal would obey them. Line breaks stay. */
const harmless = (text: string): string =>
  stripVTControlCharacters(text)
    .normalize("NFC")
    .replace(/(?!\n)[\p{Cc}\p{Bidi_Control}]/gu, "");

/** Brings a text to a width: filled up with spaces, or cut off with an ellipsis. */
export const fit = (text: string, width: number): string => {
  const letters = [...harmless(text).replaceAll("\n", " ")];
  if (letters.length > width) return `${letters.slice(0, width - 1).join("")}…`;
  return letters.join("") + " ".repeat(width - letters.length);
};

/** Breaks a text into lines of at most so many columns; what is longer than a line is broken anywhere. */
export const wrap = (text: string, width: number): string[] =>
  harmless(text)
    .split("\n")
    .flatMap((paragraph) => {
      const indent = " ".repeat(Math.min(paragraph.search(/[^ ]|$/), width / 2));
      return fill(paragraph.trim(), width - indent.length).map((line) => indent + line);
    });

const fill = (paragraph: string, width: number): string[] => {
  const lines = [""];
  for (const word of paragraph.split(" ").flatMap((each) => pieces(each, width))) {
    const line = lines.at(-1) ?? "";
    const longer = line === "" ? word : `${line} ${word}`;
    if ([...longer].length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
};

const pieces = (word: string, width: number): string[] => {
  const letters = [...word];
  return Array.from({ length: Math.max(1, Math.ceil(letters.length / width)) }, (_, index) =>
    letters.slice(index * width, (index + 1) * width).join(""),
  );
};
