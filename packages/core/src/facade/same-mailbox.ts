import { sameDigest, sha256 } from "../crypto.ts";
import { emailSchema } from "../subject/identifier.ts";

/**
 * Whether two addresses are one mailbox: without regard to letter case, and with an internationalised domain in either
 * of its forms. False where one of them is none. The time it takes says nothing about where they differ.
 */
export const sameMailbox = (one: string, other: string): boolean => {
  const [left, right] = [comparable(one), comparable(other)];
  return left !== null && right !== null && sameDigest(sha256(left), sha256(right));
};

const comparable = (address: string): string | null => {
  const { success, data } = emailSchema.safeParse(address);
  if (!success) return null;
  const at = data.lastIndexOf("@");
  const url = `http://${data.slice(at + 1)}`;
  return URL.canParse(url) ? `${data.slice(0, at)}@${new URL(url).hostname}` : null;
};
