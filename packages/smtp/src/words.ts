import { z } from "zod";
import { oneLine } from "./text.ts";

/**
 * What a message says, before it becomes plain text and HTML: both are made from this, so that they say the
 * same. Every text in it is one line of plain text; nothing is markup.
 */
export interface Words {
  /** The mail's subject line. It is seen in logs and on locked screens: nothing personal. */
  readonly subjectLine: string;
  readonly blocks: readonly Block[];
  /** The language they are in, BCP 47. Default: `en`. */
  readonly language?: string | undefined;
}

export type Block =
  | { readonly type: "paragraph"; readonly text: string }
  | { readonly type: "heading"; readonly text: string }
  | { readonly type: "facts"; readonly facts: readonly Fact[] }
  | { readonly type: "list"; readonly items: readonly string[] }
  /** A button, with the address under it in full. Only `http` and `https`. */
  | { readonly type: "link"; readonly label: string; readonly url: string }
  /** Something to copy exactly, such as a token. */
  | { readonly type: "code"; readonly text: string };

export interface Fact {
  readonly name: string;
  readonly value: string;
}

const line = z.string().transform(oneLine);

export const wordsSchema = z.strictObject({
  subjectLine: line.pipe(z.string().min(1)),
  blocks: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("paragraph"), text: line }),
        z.strictObject({ type: z.literal("heading"), text: line }),
        z.strictObject({
          type: z.literal("facts"),
          facts: z.array(z.strictObject({ name: line, value: line })),
        }),
        z.strictObject({ type: z.literal("list"), items: z.array(line) }),
        z.strictObject({
          type: z.literal("link"),
          label: line,
          url: z.url({ protocol: /^https?$/, normalize: true, error: "must be an http or https address" }),
        }),
        z.strictObject({ type: z.literal("code"), text: line }),
      ]),
    )
    .min(1),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, "is a language tag such as en or de-AT")
    .default("en"),
}) satisfies z.core.$ZodType<Words, Words>;

/** Words that were checked: every text in one line, every link http or https. */
export type CheckedWords = z.output<typeof wordsSchema>;
