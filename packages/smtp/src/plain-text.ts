import type { Block, Words } from "./words.ts";

/** Lines are not wrapped: the mail program that shows them knows how wide they may be. */
export const plainText = ({ blocks }: Pick<Words, "blocks">): string =>
  `${blocks.map(textOf).join("\n\n")}\n`;

const textOf = (block: Block): string => {
  switch (block.type) {
    case "paragraph":
      return block.text;
    case "heading":
      return `${block.text}\n${"-".repeat(block.text.length)}`;
    case "facts":
      return block.facts.map(({ name, value }) => `${name}: ${value}`).join("\n");
    case "list":
      return block.items.map((item) => `- ${item}`).join("\n");
    case "link":
      return `${block.label}:\n${block.url}`;
    case "code":
      return `    ${block.text}`;
  }
};
