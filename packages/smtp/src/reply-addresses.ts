import { z } from "zod";
import { addressSchema } from "./address.ts";

/** Addresses with a token in them, and the way back. */
export interface ReplyAddresses {
  addressFor(token: string): string;
  /** The token in an address, in lower case; null where it is none of these addresses. */
  tokenIn(address: string): string | null;
}

/** As `replyTokenOf` of core has them. */
const tokenPattern = /^[a-z2-7]{52}$/;
const place = "{token}";
const sampleToken = "a".repeat(52);

const replyAddresses = (template: string): ReplyAddresses => {
  const [before = "", after = ""] = template.toLowerCase().split(place);
  return {
    addressFor: (token) => template.replace(place, token),
    tokenIn: (address) => {
      // Many servers and programs change the letter case of an address.
      const lower = address.trim().toLowerCase();
      if (!lower.startsWith(before) || !lower.endsWith(after)) return null;
      const token = lower.slice(before.length, lower.length - after.length);
      return tokenPattern.test(token) ? token : null;
    },
  };
};

export const repliesSchema = z.string().transform((template, context): ReplyAddresses => {
  const parts = template.split(place);
  const filled = addressSchema.safeParse(template.replace(place, sampleToken));
  const [before = "", after = ""] = parts;
  if (parts.length !== 2 || !after.includes("@") || before.includes("@") || !filled.success) {
    context.addIssue({
      code: "custom",
      message:
        "is an address with {token} once before the @, such as privacy+{token}@northwind.example; the token takes 52 of " +
        "the 64 characters there",
    });
    return z.NEVER;
  }
  return replyAddresses(template);
});
