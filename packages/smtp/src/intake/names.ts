import { createHash } from "node:crypto";
import { KeyDestroyed, keyedHash, orThrow } from "@subject-rights/core";
import type { IntakeSettings } from "./options.ts";
import type { ParsedMail } from "./parsed-mail.ts";

/**
 * The keyed hash by which something is known again within a tenant, of 64 hexadecimal digits.
 *
 * @throws StorageFailed, KeyDestroyed
 */
export const nameOf = async (
  { keyRing }: Pick<IntakeSettings, "keyRing">,
  tenant: string,
  what: readonly string[],
): Promise<string> => {
  const name = `intake-names/${tenant}`;
  orThrow(await keyRing.create(name));
  const key = orThrow(await keyRing.use(name));
  if (key === undefined) throw new KeyDestroyed();
  return keyedHash(key, JSON.stringify(what));
};

/**
 * What makes a message the same message: its Message-ID, and what it says. A Message-ID alone would do, but whoever
 * guesses one could have another's message taken for a duplicate. Where servers have added lines to it, it is the same.
 */
export const sameness = (mail: ParsedMail | null, bytes: Buffer): readonly string[] =>
  mail === null
    ? ["bytes", sha256(bytes)]
    : [
        "mail",
        mail.messageId ?? "",
        ...["from", "to", "cc", "date"].map((name) => mail.header(name).join()),
        mail.subject,
        sha256(mail.text),
      ];

const sha256 = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
