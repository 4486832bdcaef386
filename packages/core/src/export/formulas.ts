/*
 * A spreadsheet runs a cell that starts like a formula, also from a CSV file, and a formula can send the other
 * cells to a stranger or start a program (OWASP, "CSV Injection"). A leading apostrophe makes it text.
 *
 * Where a spreadsheet is set to a language whose lists are separated by semicolons, it splits a file with commas
 * at semicolons, tabs and line ends inside our quotes, so a cell can begin in the middle of a text. Quotes, blanks
 * and characters that are not seen may stand before what it then takes for a formula.
 */
const separated = /(?<=[;\t\r\n])/;
const startsFormula = /^["\s\p{C}\p{Z}]*[=+\-@＝＋－＠﹦﹢﹣﹫]/u;
const startsWithControl = /^[\t\r\n]/;
const mayHoldFormula = /^[\t\r\n]|[=+\-@＝＋－＠﹦﹢﹣﹫]/;

/** A sign and digits call nothing: decimals are handed over as text, and shall still add up in a spreadsheet. */
const signedNumber = /^[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Infinity)$/i;

/**
 * A text as a spreadsheet may have it: an apostrophe before whatever it would run. Text that is only a number
 * with its sign, such as `-12.50` or `+441632960001`, stays as it is.
 */
export const harmless = (text: string): string => {
  if (!mayHoldFormula.test(text) || signedNumber.test(text)) return text;
  const cells = text.split(separated).map((cell) => (startsFormula.test(cell) ? `'${cell}` : cell));
  const joined = cells.join("");
  return startsWithControl.test(joined) ? `'${joined}` : joined;
};
