/**
 * What somebody wrote anew in an answer: nothing that is quoted, and nothing below a signature's mark (RFC 3676, 4.3).
 * Programs mark quotes in many ways; where one is missed, there is more text than was meant, never less.
 */
export const newText = (text: string): string => {
  const lines = text.split(/\r\n|\r|\n/);
  const end = lines.findIndex((line, index) => isQuoteMark(line, lines[index + 1] ?? ""));
  return (end < 0 ? lines : lines.slice(0, end))
    .filter((line) => !/^\s*>/.test(line))
    .join("\n")
    .trim();
};

/** Nothing that introduces a quote is longer. */
const longestMark = 500;

const isQuoteMark = (line: string, next: string): boolean =>
  line.length <= longestMark && next.length <= longestMark && isMark(line, next);

const isMark = (line: string, next: string): boolean =>
  marks.some((mark) => mark.test(line)) ||
  // The line that introduces a quote is often broken in two.
  (/^\s*(?:On|Am)\b/.test(line) &&
    [line, `${line} ${next}`].some((each) => /(?:wrote|schrieb\b.*):\s*$/.test(each)));

const marks: readonly RegExp[] = [
  /^-- ?$/,
  /^\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Original-Nachricht)\s*-{2,}\s*$/i,
  /^_{10,}\s*$/,
  /^\s*\*?(?:From|Von):\*?\s.*@/i,
];

/** Without the signature only: whoever passes a message on wants what it says. */
export const withoutSignature = (text: string): string => {
  const lines = text.split(/\r\n|\r|\n/);
  const end = lines.findIndex((line) => /^-- ?$/.test(line));
  return (end < 0 ? lines : lines.slice(0, end)).join("\n");
};
