import type { Block, Fact } from "../words.ts";

export const paragraph = (text: string): Block => ({ type: "paragraph", text });
export const facts = (...rows: readonly Fact[]): Block => ({ type: "facts", facts: rows });
export const list = (items: readonly string[]): Block => ({ type: "list", items });
