import {
  type Category,
  type DataSource,
  defineDataSource,
  type IntakeStore,
  type KeyRing,
  optionsOf,
  orThrow,
  type Subject,
  type WaitingMail,
} from "@subject-rights/core";
import { destroyMail, type MailContent, openMail } from "./sealed-mail.ts";
import { deleteWaiting } from "./waiting.ts";

export interface WaitingMailSourceOptions {
  /** The same as the intake's. */
  readonly intakeStore: IntakeStore;
  readonly keyRing: KeyRing;
  /** Default: `mail-intake`. */
  readonly id?: string | undefined;
  /**
   * Requests of which categories reach it, where another source holds data of them: it opens none itself. Default:
   * `customer-data` and `user-data`.
   */
  readonly holds?: readonly Category[] | undefined;
}

const collection = "messages";
const pageSize = 25;

/**
 * The messages that wait for a person, as a data source: who is erased, or gets a copy of their data, is looked for in
 * them by their email addresses. A message that names somebody else too is erased as well. Of one that somebody else wrote
 * it stays in the list that there was one: they may have asked for something, and wait for an answer.
 *
 * @throws ConfigurationMistake where the options cannot work
 */
export const waitingMailSource = (options: WaitingMailSourceOptions): DataSource => {
  const names = { intakeStore: true, keyRing: true, id: true, holds: true } as const;
  const {
    intakeStore,
    keyRing,
    id = "mail-intake",
    holds = ["customer-data", "user-data"],
  } = optionsOf("waitingMailSource", names, options);
  const isTheirs = (person: Subject, { from }: MailContent): boolean => {
    const addresses = person.values("email").map((email) => email.toLowerCase());
    return from.length > 0 && from.every((address) => addresses.includes(address));
  };

  /** Those that name the person, page by page. What cannot be opened or read is an error, and never "not there". */
  async function* naming(person: Subject, tenant: string, from: string | null = null) {
    const addresses = person.values("email").map((email) => email.toLowerCase());
    let cursor = from ?? undefined;
    do {
      const page = orThrow(await intakeStore.list({ tenant, cursor, limit: pageSize }));
      const found: { readonly mail: WaitingMail; readonly content: MailContent }[] = [];
      for (const mail of page.mails) {
        const content = await openMail({ keyRing }, mail, mail.sealed);
        // Its key is destroyed: what it said is erased, or somebody settles it at this moment.
        if (content !== null && addresses.some((address) => isNamed(content, address)))
          found.push({ mail, content });
      }
      cursor = page.cursor;
      yield { found, cursor };
    } while (cursor !== undefined);
  }

  return defineDataSource({
    id,
    title: "Messages that wait for a person",
    holds,
    kind: "origin",
    // That somebody's user data is erased is not done by looking into messages.
    goesAlong: true,
    async locate(person, { tenant }) {
      let count = 0;
      for await (const { found } of naming(person, tenant)) count += found.length;
      return [{ collection, count }];
    },
    async *export(person, { tenant, cursor: start }) {
      for await (const { found, cursor } of naming(person, tenant, start)) {
        const rows = found.map(({ content: { receivedAt, from, subject, text } }) => ({
          received: receivedAt,
          from: from.join(", "),
          subject,
          text,
        }));
        yield cursor === undefined ? { collection, rows } : { collection, rows, cursor };
      }
    },
    async erase(person, { tenant }) {
      let count = 0;
      for await (const { found } of naming(person, tenant)) {
        for (const { mail, content } of found) {
          // What a mail server wrote asks for nothing.
          if (mail.reason === "bounced" || isTheirs(person, content))
            await deleteWaiting({ intakeStore, keyRing }, mail);
          else await destroyMail({ keyRing }, mail);
        }
        count += found.length;
      }
      return [count === 0 ? { collection, outcome: "absent" } : { collection, outcome: "erased", count }];
    },
  });
};

const isNamed = ({ from, to, subject, text }: MailContent, address: string): boolean => {
  const words = [...from, ...to, subject, text].join("\n").toLowerCase();
  for (let at = words.indexOf(address); at >= 0; at = words.indexOf(address, at + 1)) {
    // `ada@example.org` is not in `granada@example.org`, nor in `ada@example.org.example`.
    const [before, after] = [words.slice(0, at).at(-1) ?? "", words.slice(at + address.length)];
    if (!/[\p{L}\p{N}._+-]/u.test(before) && !/^[.-]?[\p{L}\p{N}]/u.test(after)) return true;
  }
  return false;
};
