import { type Category, emailSchema, type RequestKind } from "@subject-rights/core";
import { withoutSignature } from "./new-text.ts";
import { isOurAddress, type Ours } from "./own-mail.ts";
import type { ParsedMail } from "./parsed-mail.ts";
import { categoryWords, hasWord, kindWords, meaningsIn, noWords, wordsIn } from "./vocabulary.ts";

export interface Understood {
  readonly kind: RequestKind;
  readonly category: Category;
  readonly email: string;
}

/** Why a message is for a person to settle: what it lacks, or has too much of. */
export type NotUnderstood =
  | "no-address"
  | "several-addresses"
  | "unusual-address"
  | "no-kind"
  | "several-kinds"
  | "says-not"
  | "no-category"
  | "several-categories";

/** What the application knows that people do not have to say. */
export interface IfUnsaid {
  readonly kind?: RequestKind | undefined;
  readonly category?: Category | undefined;
}

/**
 * What a message asks for. Nothing is guessed: it has to name exactly one address that is not ours, and to say of one
 * kind and one category that it is meant, in English or German, without a "not" in the same sentence.
 */
export const understand = (
  { subject, text }: Pick<ParsedMail, "subject" | "text">,
  ours: Ours,
  ifUnsaid: IfUnsaid = {},
): Understood | NotUnderstood => {
  const pieces = `${subject}.\n\n${withoutSignature(text)}`.normalize("NFC").split(separators);
  const written = pieces.filter((piece) => piece.includes("@")).map(addressIn);
  const named = [...new Set(written)].filter((each) => each !== "" && !isOurAddress(ours, each));
  // Words in an address are nobody's words: `delete-me@…`, `user@…`.
  const sentences = pieces
    .map((piece) => (piece.includes("@") || /^https?:/i.test(piece) ? endOf(piece) : piece))
    .join("")
    .split(/[.!?;:](?=\s|$)|\n\s*\n/)
    .map(wordsIn);

  const [email, ...others] = named;
  if (email === undefined) return "no-address";
  if (others.length > 0) return "several-addresses";
  const { success, data: address } = emailSchema.safeParse(email);
  // Letters that look like others, or are not seen at all, are for a person to look at.
  if (!success || !plainAddress.test(address)) return "unusual-address";

  const kinds = meaningsIn(sentences.flat(), kindWords);
  const kind = kinds[0] ?? ifUnsaid.kind;
  if (kinds.length > 1) return "several-kinds";
  if (kind === undefined) return "no-kind";
  const isDenied = sentences.some((words) => hasWord(words, kindWords[kind]) && hasWord(words, noWords));
  if (isDenied) return "says-not";

  const category = categoryIn(sentences.flat()) ?? ifUnsaid.category ?? null;
  if (category === null) return "no-category";
  if (category === "several") return "several-categories";
  return { kind, category, email: address };
};

/** "The user's telemetry" is telemetry; telemetry of customers is a contradiction. */
const categoryIn = (words: readonly string[]): Category | "several" | null => {
  const meant = meaningsIn(words, categoryWords);
  if (meant.includes("user-telemetry")) return meant.includes("customer-data") ? "several" : "user-telemetry";
  return meant.length > 1 ? "several" : (meant[0] ?? null);
};

/** What stands between words and addresses; kept, because sentences end in it. A text of any kind is cut in one go. */
const separators = /([\s<>()[\]{}"'“”„‚‘’,;|\\]+)/u;
const longestAddress = 320;

/** The mark that ends a sentence behind an address. */
const endOf = (piece: string): string => /[.!?;:]$/.exec(piece.slice(-1))?.[0] ?? "";

/** What looks like an address, however odd, without what a sentence ends with. */
const addressIn = (piece: string): string =>
  piece.length > longestAddress || /^https?:/i.test(piece)
    ? piece
    : piece
        .replace(/^mailto:/i, "")
        .replace(/^[^@]*:(?=[^@]*@)/, "")
        .replace(/[^\p{L}\p{N}]+$/u, "")
        .toLowerCase();
const plainAddress = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9.-]+$/;
