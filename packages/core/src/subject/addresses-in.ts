import { emailSchema } from "./identifier.ts";

/** What is in no address. */
const beside = /[\s"<>()[\]\\,;:|/]+/u;

/**
 * The addresses in a text that is none, each of somebody: in brackets, two in one field. Nobody is found by such a record, and
 * who was erased by one of them is in it. None where the text is an address.
 */
export const addressesIn = (text: string): readonly string[] => {
  if (!text.includes("@") || emailSchema.safeParse(text).success) return [];
  return [...new Set(text.split(beside).flatMap((each) => emailSchema.safeParse(each).data ?? []))];
};
