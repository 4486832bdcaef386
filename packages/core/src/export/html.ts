/** Text that is HTML already. Only `html` makes it, and `trusted` for what is written in this package. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | readonly Html[] | string | number | null;

/** HTML in which whatever is put in is text, unless it was made by `html` itself; null puts in nothing. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(literals.reduce((text, literal, index) => text + markup(parts[index - 1] ?? null) + literal));

/** For constants of this package, such as a style sheet. */
export const trusted = (text: string): Html => new Html(text);

const markup = (part: Part): string => {
  if (part === null) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(({ text }) => text).join("");
  return escaped(String(part));
};

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// Control characters have no place in HTML (WHATWG HTML, 3.2.5); what cannot be shown is shown as such.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
const special = /[&<>"']|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;

const escaped = (text: string): string => text.replace(special, (found) => entities[found] ?? "\uFFFD");
