const lineBreaking = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const reordering = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const halfCharacters = /\p{Cs}/gu;

/**
 * A text as one line. Whatever could begin a new line (CR, LF, NUL, U+2028, …) becomes a space, so that no
 * value can add a header field or pretend to be a fact of its own; marks that turn the reading direction, which
 * make an address look like another one, are left out.
 */
export const oneLine = (text: string): string =>
  text.replace(lineBreaking, " ").replace(reordering, "").replace(halfCharacters, "\uFFFD").trim();
