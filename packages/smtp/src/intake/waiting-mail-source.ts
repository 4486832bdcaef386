import {
  type Category,
  type CollectionCount,
  type CollectionOutcome,
  Damaged,
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
/** Whether one of these names the person nobody can tell: everybody is told that they are there. */
const unreadable = "messages that cannot be read";
const pageSize = 25;
const mostNamed = 5;
const mayNameThem = "Nobody can tell now whether it names the person";

/**
 * The messages that wait for a person, as a data source: who is erased, or gets a copy of their data, is looked for in
 * them by their email addresses. One that cannot be read stands in nobody's way, and is told of to everybody: it stays, and may
 * name them. A message that names somebody else too is erased as well. Of one that somebody else wrote
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

  /** Those that name the person, page by page, and those of which nobody can tell. What cannot be opened is an error, and never "not there". */
  async function* naming(person: Subject, tenant: string, from: string | null = null) {
    const addresses = person.values("email").map((email) => email.toLowerCase());
    let cursor = from ?? undefined;
    do {
      const page = orThrow(await intakeStore.list({ tenant, cursor, limit: pageSize }));
      const found: { readonly mail: WaitingMail; readonly content: MailContent }[] = [];
      const damaged: string[] = [];
      for (const mail of page.mails) {
        const content = await ifReadable(openMail({ keyRing }, mail, mail.sealed));
        if (content === "damaged") {
          damaged.push(mail.id);
          continue;
        }
        // Its key is destroyed: what it said is erased, or somebody settles it at this moment.
        if (content !== null && addresses.some((address) => isNamed(content, address)))
          found.push({ mail, content });
      }
      cursor = page.cursor;
      yield { found, damaged, cursor };
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
      let [count, left] = [0, 0];
      for await (const { found, damaged } of naming(person, tenant)) {
        count += found.length;
        left += damaged.length;
      }
      const counts: CollectionCount[] = [{ collection, count }];
      return left === 0 ? counts : [...counts, { collection: unreadable, count: left, becomes: "kept" }];
    },
    async *export(person, { tenant, cursor: start }) {
      for await (const { found, damaged, cursor } of naming(person, tenant, start)) {
        if (damaged.length > 0)
          yield {
            collection: unreadable,
            rows: damaged.map((id) => ({ message: id, note: mayNameThem })),
          };
        const rows = found.map(({ content: { receivedAt, from, subject, text } }) => ({
          received: receivedAt,
          from: from.join(", "),
          subject,
          text,
        }));
        yield cursor === undefined ? { collection, rows } : { collection, rows, cursor };
      }
    },
    async erase(person, { tenant, collections = [] }) {
      let count = 0;
      const left: string[] = [];
      for await (const { found, damaged } of naming(person, tenant)) {
        left.push(...damaged);
        for (const { mail, content } of found) {
          // What a mail server wrote asks for nothing.
          if (mail.reason === "bounced" || isTheirs(person, content))
            await deleteWaiting({ intakeStore, keyRing }, mail);
          else await destroyMail({ keyRing }, mail);
        }
        count += found.length;
      }
      const outcomes: CollectionOutcome[] = [
        count === 0 ? { collection, outcome: "absent" } : { collection, outcome: "erased", count },
      ];
      if (left.length > 0) outcomes.push(staying(left));
      else if (collections.includes(unreadable)) outcomes.push({ collection: unreadable, outcome: "absent" });
      return outcomes;
    },
  });
};

const ifReadable = async <Read>(reading: Promise<Read>): Promise<Read | "damaged"> => {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof Damaged) return "damaged";
    throw thrown;
  }
};

const staying = (ids: readonly string[]): CollectionOutcome => {
  const named = ids.slice(0, mostNamed).join(", ");
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : "";
  return {
    collection: unreadable,
    outcome: "kept",
    count: ids.length,
    reason: `${mayNameThem}: message ${named}${more}`,
  };
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
