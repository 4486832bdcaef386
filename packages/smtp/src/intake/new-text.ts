/**
 * What somebody wrote anew in an answer: nothing that is quoted, and nothing below a signature's mark (RFC 3676, 4.3).
 * Programs mark quotes in many ways; where one is missed, there is more text than was meant, never less.
 */
export const newText = (text: string): string => {
  const lines = text.split(/\r\n|\r|\n/);
  const end = lines.findIndex((line, index) => isQuoteMark(line, lines.slice(index + 1, index + 4)));
  const [above, below] = end < 0 ? [lines, []] : [lines.slice(0, end), lines.slice(end)];
  return [...above, ...amongQuoted(below)]
    .filter((line) => !isQuoted(line))
    .join("\n")
    .trim();
};

const isQuoted = (line: string): boolean => /^\s*>/.test(line);

/**
 * What is written between and below the lines of a quote that has a mark before each of them. Where it has none, nobody
 * can tell its lines from others.
 */
const amongQuoted = (lines: readonly string[]): readonly string[] => {
  if (signatureMark.test(lines[0] ?? "")) return [];
  const start = lines.findIndex(isQuoted);
  if (start < 0) return [];
  const quote = lines.slice(start);
  const end = quote.findIndex((line) => signatureMark.test(line));
  return end < 0 ? quote : quote.slice(0, end);
};

/** Nothing that introduces a quote is longer. */
const longestMark = 500;

const isQuoteMark = (line: string, next: readonly string[]): boolean =>
  [line, next[0] ?? ""].every(({ length }) => length <= longestMark) && isMark(line, next);

const isMark = (line: string, next: readonly string[]): boolean =>
  [signatureMark, originalMark, senderMark].some((mark) => mark.test(line)) ||
  // A line across the page is anybody's, unless it stands above a sender.
  (/^\s*[_-]{10,}\s*$/.test(line) && senderMark.test(next.find((each) => each.trim() !== "") ?? "")) ||
  // The line that introduces a quote is often broken in two.
  (/^\s*(?:On|Am)\b/.test(line) &&
    [line, `${line} ${next[0] ?? ""}`].some((each) => /(?:wrote|schrieb\b.*):\s*$/.test(each)));

const signatureMark = /^-- ?$/;
const originalMark =
  /^\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Original-Nachricht)\s*-{2,}\s*$/i;
const senderMark = /^\s*\*?(?:From|Von):\*?\s.*@/i;

/** Without the signature only: whoever passes a message on wants what it says. */
export const withoutSignature = (text: string): string => {
  const lines = text.split(/\r\n|\r|\n/);
  const end = lines.findIndex((line) => signatureMark.test(line));
  return (end < 0 ? lines : lines.slice(0, end)).join("\n");
};
