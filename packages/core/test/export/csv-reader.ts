export interface CsvCell {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * Reads separated values as a spreadsheet does: quotes count only at the start of a cell, and whatever stands
 * behind the closing quote belongs to the cell. With a comma, this reads RFC 4180. Lines in which nothing stands are
 * left out, as most readers leave them out.
 */
export const readCsv = (text: string, separator = ","): CsvCell[][] => {
  const lines: CsvCell[][] = [];
  let line: CsvCell[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    let cell = "";
    const quoted = text[at] === '"';
    if (quoted) {
      at += 1;
      while (at < text.length) {
        if (text[at] === '"' && text[at + 1] === '"') at += 1;
        else if (text[at] === '"') break;
        cell += text[at];
        at += 1;
      }
      at += 1;
    }
    while (at < text.length && text[at] !== separator && text[at] !== "\r" && text[at] !== "\n") {
      cell += text[at];
      at += 1;
    }
    const isNothing = cell === "" && !quoted && line.length === 0 && text[at] !== separator;
    if (!isNothing) line.push({ text: cell, quoted });
    if (text[at] === separator) {
      at += 1;
      // A separator at the very end has an empty cell behind it.
      if (at === text.length) line.push({ text: "", quoted: false });
      continue;
    }
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
    if (!isNothing) lines.push(line);
    line = [];
  }
  if (line.length > 0) lines.push(line);
  return lines;
};
