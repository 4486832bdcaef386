const written: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r" };

/** The text of a value that the text format of COPY wrote; section "File Formats" of COPY in PostgreSQL's manual. */
export const copiedText = (text: string): string =>
  text.includes("\\")
    ? text.replaceAll(/\\(.)/gsu, (_, character: string) => written[character] ?? character)
    : text;
