import { unreadable } from "./unreadable.ts";

/** An element's text; null for NULL; a list for a further dimension. */
export type ElementText = string | null | readonly ElementText[];

/** PostgreSQL has no array with more dimensions (MAXDIM). */
const mostDimensions = 6;

/**
 * Takes an array's text apart, as section 8.15.6 of PostgreSQL's manual describes it. Lower bounds (`[2:3]={…}`)
 * are left out: they number the elements, and say nothing of them.
 *
 * @throws Error where it is no array
 */
export const arrayElements = (text: string, delimiter: string): readonly ElementText[] => {
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;

  const list = (dimension: number): readonly ElementText[] => {
    if (text[at] !== "{" || dimension > mostDimensions) throw unreadable("array");
    at += 1;
    const elements: ElementText[] = [];
    if (text[at] === "}") {
      at += 1;
      return elements;
    }
    for (;;) {
      elements.push(text[at] === "{" ? list(dimension + 1) : element());
      const separator = text[at];
      at += 1;
      if (separator === "}") return elements;
      if (separator !== delimiter) throw unreadable("array");
    }
  };

  const element = (): string | null => {
    if (text[at] === '"') {
      const { content, end } = quotedText(text, at + 1);
      at = end;
      return content;
    }
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== "}") at += 1;
    const content = text.slice(start, at);
    if (content === "") throw unreadable("array");
    // A string of this content would stand in quotes.
    return content === "NULL" ? null : content;
  };

  const elements = list(1);
  if (at !== text.length) throw unreadable("array");
  return elements;
};

/**
 * Takes a composite value's text apart, as section 8.16.6 of PostgreSQL's manual describes it. One field at
 * least: `()` is one that is NULL, and what has no attributes at all looks the same.
 *
 * @throws Error where it is no composite value
 */
export const compositeFields = (text: string): readonly (string | null)[] => {
  if (!text.startsWith("(")) throw unreadable("composite");
  const fields: (string | null)[] = [];
  let at = 1;
  for (;;) {
    if (text[at] === '"') {
      const { content, end } = quotedText(text, at + 1);
      fields.push(content);
      at = end;
    } else {
      const start = at;
      while (at < text.length && text[at] !== "," && text[at] !== ")") at += 1;
      // An empty string would stand in quotes.
      fields.push(at === start ? null : text.slice(start, at));
    }
    const separator = text[at];
    at += 1;
    if (separator === ")" && at === text.length) return fields;
    if (separator !== ",") throw unreadable("composite");
  }
};

/** From behind the opening quote. Arrays write a quote as `\"`, composites as `""`; neither writes the other. */
const quotedText = (text: string, start: number): { readonly content: string; readonly end: number } => {
  let content = "";
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character !== "\\" && character !== '"') continue;
    content += text.slice(from, at);
    if (character === '"' && text[at + 1] !== '"') return { content, end: at + 1 };
    from = at + 1;
    at += 1;
  }
  throw unreadable("quoted");
};
