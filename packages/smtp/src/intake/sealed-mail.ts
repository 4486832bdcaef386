import {
  Damaged,
  type Forms,
  formToday,
  inFormOfToday,
  KeyDestroyed,
  orThrow,
  seal,
  unseal,
  type WaitingKey,
} from "@subject-rights/core";
import { z } from "zod";
import type { Authentication } from "./authenticate.ts";
import type { IntakeSettings } from "./options.ts";

/** What a person has to see of a message that waits. It is stored encrypted, and is cut where it is long. */
export interface MailContent {
  /** Addresses, in lower case, as the message has them: whoever wrote it chose them. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** When it was delivered: the deadline of what it asks for counts from there. */
  readonly receivedAt: string;
  readonly subject: string;
  /** At most 20,000 characters. */
  readonly text: string;
  /** What DKIM, SPF and DMARC said; null where that was not asked. */
  readonly authentication: Authentication | null;
}

const contentSchema = z.object({
  from: z.array(z.string()),
  to: z.array(z.string()),
  receivedAt: z.iso.datetime({ precision: 3 }),
  subject: z.string(),
  text: z.string(),
  authentication: z
    .object({
      origin: z.enum(["proven", "not-proven", "forged", "could-not-ask"]),
      dkim: z.string(),
      spf: z.string(),
      dmarc: z.string(),
    })
    .nullable(),
}) satisfies z.core.$ZodType<MailContent>;

/** Of what is stored encrypted of a message that waits. */
const mailForms: Forms = [];

type Keys = Pick<IntakeSettings, "keyRing">;

const keyName = ({ tenant, id }: WaitingKey): string => `intake-mail/${tenant}/${id}`;
const place = ({ tenant, id }: WaitingKey): string => JSON.stringify(["intake-mail", tenant, id]);

/** Encrypts a message under a key of its own. @throws StorageFailed, KeyDestroyed */
export const sealMail = async (
  { keyRing, randomness }: Keys & Pick<IntakeSettings, "randomness">,
  mail: WaitingKey,
  content: MailContent,
): Promise<string> => {
  orThrow(await keyRing.create(keyName(mail)));
  const key = orThrow(await keyRing.use(keyName(mail)));
  if (key === undefined) throw new KeyDestroyed();
  const sealed = seal(
    key,
    place(mail),
    Buffer.from(JSON.stringify({ form: formToday(mailForms), ...content })),
    randomness,
  );
  return Buffer.from(sealed).toString("base64");
};

/** The message; null where its key is destroyed. @throws StorageFailed; Damaged, with `isNewer` where newer code has stored it */
export const openMail = async (
  { keyRing }: Keys,
  mail: WaitingKey,
  sealed: string,
): Promise<MailContent | null> => {
  const key = orThrow(await keyRing.use(keyName(mail)));
  if (key === undefined) return null;
  const opened = unseal(key, place(mail), Buffer.from(sealed, "base64"));
  const what = `Message ${mail.id}`;
  const content = orThrow(inFormOfToday(mailForms, JSON.parse(Buffer.from(opened).toString()), what));
  const { success, data } = contentSchema.safeParse(content);
  if (!success) throw new Damaged(what);
  return data;
};

/** From here on nobody can read it any more. @throws StorageFailed */
export const destroyMail = async ({ keyRing }: Keys, mail: WaitingKey): Promise<void> =>
  orThrow(await keyRing.destroy(keyName(mail)));
