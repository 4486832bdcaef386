import type { Block, CheckedWords } from "./words.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

// No colours but the reader's own: that is what keeps a message readable in dark mode. Styles are inline because
// mail programs drop style sheets.
const styles = {
  body: "margin:0;padding:16px;font-family:sans-serif;font-size:16px;line-height:1.5",
  page: "max-width:38em;margin:0 auto;word-break:break-word;overflow-wrap:anywhere",
  heading: "margin:24px 0 0;font-size:16px",
  name: "padding:2px 16px 2px 0;text-align:left;vertical-align:top;font-weight:normal;white-space:nowrap",
  value: "padding:2px 0;vertical-align:top;font-weight:bold;white-space:pre-wrap",
  button:
    "display:inline-block;padding:10px 20px;border:2px solid currentColor;border-radius:6px;font-weight:bold",
  code: "font-family:monospace;font-size:18px;font-weight:bold",
};

/** The same words as a page: no images, nothing that is fetched, no script, no style sheet. */
export const html = ({ subjectLine, blocks, language }: CheckedWords): string =>
  [
    "<!doctype html>",
    `<html lang="${escaped(language)}">`,
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(subjectLine)}</title>`,
    "</head>",
    `<body style="${styles.body}">`,
    `<div style="${styles.page}">`,
    ...blocks.map(htmlOf),
    "</div>",
    "</body>",
    "</html>",
    "",
  ].join("\n");

const htmlOf = (block: Block): string => {
  switch (block.type) {
    case "paragraph":
      return `<p>${escaped(block.text)}</p>`;
    case "heading":
      return `<h2 style="${styles.heading}">${escaped(block.text)}</h2>`;
    case "facts": {
      const rows = block.facts.map(
        ({ name, value }) =>
          `<tr><th scope="row" style="${styles.name}">${escaped(name)}</th><td style="${styles.value}">${escaped(value)}</td></tr>`,
      );
      return `<table>\n${rows.join("\n")}\n</table>`;
    }
    case "list":
      return `<ul>\n${block.items.map((item) => `<li>${escaped(item)}</li>`).join("\n")}\n</ul>`;
    case "link": {
      const url = escaped(block.url);
      return `<p><a href="${url}" style="${styles.button}">${escaped(block.label)}</a></p>\n<p><a href="${url}">${url}</a></p>`;
    }
    case "code":
      return `<p><code style="${styles.code}">${escaped(block.text)}</code></p>`;
  }
};
