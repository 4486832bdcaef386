import {
  type Actor,
  type AddressBookDefinition,
  actorSchema,
  adapterWatch,
  type Category,
  type Clock,
  checkDefinition,
  type IntakeStore,
  type KeyRing,
  listenerOf,
  type Policy,
  portSchema,
  type Randomness,
  type RequestKind,
  rolePolicy,
  type SafePolicy,
  type SubjectRights,
  safePolicy,
  systemClock,
  systemRandomness,
} from "@subject-rights/core";
import { z } from "zod";
import { addressSchema, domainOf, domainSchema } from "../address.ts";
import { fromSchema, type Settings, type SmtpServerOptions, serverSchema } from "../options.ts";
import { repliesSchema } from "../reply-addresses.ts";
import { type DnsResolver, systemResolver } from "./authenticate.ts";
import type { MailGivenUp } from "./mail-given-up.ts";
import type { Ours } from "./own-mail.ts";
import type { IfUnsaid } from "./understand.ts";

/** Which requests may come by mail, where they are kept, and how people are answered. */
export interface MailIntakeOptions {
  readonly rights: Pick<SubjectRights, "requests">;
  /** Both come with the storage: `mailIntake({ ...storage, … })`. */
  readonly intakeStore: IntakeStore;
  readonly keyRing: KeyRing;
  /**
   * As whom requests are submitted, and with that, for which tenant. A function is asked with the addresses that the
   * message went to; where it answers undefined, the message is refused.
   */
  readonly actor: Actor | ((recipients: readonly string[]) => Actor | undefined | Promise<Actor | undefined>);
  /** Who is answerable for the data, as people know it. */
  readonly controller: string;
  /** Where answers are handed in, as for `smtpNotifier`. */
  readonly server: SmtpServerOptions;
  /** Whom answers come from; the address that people write to. */
  readonly from: { readonly name: string; readonly address: string };
  /** Further addresses of the mailbox: none of them is ever taken for a person's. */
  readonly addresses?: readonly string[] | undefined;
  /** As for `smtpNotifier`. Left out: nobody confirms by answering. */
  readonly replies?: string | undefined;
  /** As for `smtpNotifier`. Default: the domain of `from`. */
  readonly messageIdDomain?: string | undefined;
  /** What is meant where a message does not say it: an application with customers only need not ask for more. */
  readonly ifUnsaid?:
    | { readonly kind?: RequestKind | undefined; readonly category?: Category | undefined }
    | undefined;
  /** List-Ids of mailing lists through which people write to this mailbox, such as a team's list. Default: none. */
  readonly ownLists?: readonly string[] | undefined;
  /** The language of answers to messages that do not show which they are in. Default: `en`. */
  readonly language?: "en" | "de" | undefined;
  /** The largest message that is read, in bytes. Default: 10 MiB. */
  readonly largest?: number | undefined;
  /** How many answers one address gets a day. Default: 3. */
  readonly answersADay?: number | undefined;
  /** How many messages of one tenant may wait for a person. Default: 1,000. */
  readonly mostWaiting?: number | undefined;
  /**
   * Milliseconds that a message waits before it is deleted here, and that it is known as taken. `onError` is told of each as
   * `MailGivenUp`, and `support`. Default: 90 days.
   */
  readonly keptFor?: number | undefined;
  /** Milliseconds that an answer is tried again for which the DNS could not be asked. Default: one day. */
  readonly dnsPatience?: number | undefined;
  /** Default: the DNS of the machine. */
  readonly resolver?: DnsResolver | undefined;
  /**
   * Who is told of messages that nobody has settled in time, and that are deleted: nothing personal. They stay until the letter
   * is accepted. The address book's `support` will do. Left out, or undefined: only `onError` is told.
   */
  readonly support?: AddressBookDefinition["support"] | undefined;
  /** Who may read and settle what waits. Default: as for `createSubjectRights`. */
  readonly policy?: Policy | undefined;
  /**
   * Is told of the first failure of the intake store, the key ring, the policy and the mail server that answers go to, once an
   * outage, with its `cause`, which may name a person. As `onError` of `createSubjectRights`, which tells of the others. And of
   * each message that nobody has settled in time: `MailGivenUp`.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly randomness?: Randomness | undefined;
}

const day = 86_400_000;
const callable = z.custom<() => unknown>((value) => typeof value === "function", "is a function");

// What comes with a storage and is for others, so that `...storage` can be written.
const forOthers = z.unknown().optional();

const optionsSchema = z.strictObject({
  rights: z.custom<object>((value) => typeof value === "object" && value !== null, "is missing"),
  intakeStore: portSchema("intake store"),
  keyRing: portSchema("key ring"),
  requestStore: forOthers,
  artifactStore: forOthers,
  sourceStatusStore: forOthers,
  sweepStore: forOthers,
  holdStore: forOthers,
  suppressionStore: forOthers,
  checkpointStore: forOthers,
  migrate: forOthers,
  actor: z.custom<Actor | (() => unknown)>(
    (value) => typeof value === "function" || actorSchema.safeParse(value).success,
    "say as whom requests are submitted: { id, tenant, roles }, or a function that answers one",
  ),
  controller: z.string().trim().min(1).max(200),
  server: serverSchema,
  from: fromSchema,
  addresses: z.array(addressSchema).default([]),
  replies: repliesSchema.optional(),
  messageIdDomain: domainSchema.optional(),
  ifUnsaid: z
    .strictObject({
      kind: z.enum(["erasure", "export"]).optional(),
      category: z.enum(["customer-data", "user-data", "user-telemetry"]).optional(),
    })
    .default({}),
  ownLists: z.array(z.string().min(1).toLowerCase()).default([]),
  language: z.enum(["en", "de"]).default("en"),
  largest: z
    .number()
    .int()
    .min(1_024)
    .max(256 * 1024 * 1024)
    .default(10 * 1024 * 1024),
  answersADay: z.number().int().nonnegative().default(3),
  mostWaiting: z.number().int().positive().default(1_000),
  keptFor: z
    .number()
    .int()
    .positive()
    .default(90 * day),
  dnsPatience: z.number().int().nonnegative().default(day),
  resolver: callable.optional(),
  support: callable.optional(),
  policy: callable.optional(),
  onError: callable.optional(),
  clock: z.custom<object>().optional(),
  randomness: z.custom<object>().optional(),
});

/** The options with everything that was left out filled in. */
export interface IntakeSettings
  extends Pick<MailIntakeOptions, "rights" | "intakeStore" | "keyRing" | "actor"> {
  readonly controller: string;
  readonly server: Settings["server"];
  readonly from: Settings["from"];
  readonly ours: Ours;
  readonly ifUnsaid: IfUnsaid;
  readonly ownLists: readonly string[];
  readonly language: "en" | "de";
  readonly largest: number;
  readonly answersADay: number;
  readonly mostWaiting: number;
  readonly keptFor: number;
  readonly dnsPatience: number;
  readonly resolver: DnsResolver;
  /** Who is told of what is given up; undefined where nobody is. Rejects where that could not be asked. */
  readonly addressBook: {
    readonly support: (query: { readonly tenant: string }) => Promise<string | undefined>;
  };
  /** Is told, and nothing comes of it. */
  readonly tell: (givenUp: MailGivenUp) => void;
  readonly policy: SafePolicy;
  /** Lets an answer be handed in, and hears whether that worked. */
  readonly mailServer: { readonly send: (work: () => Promise<void>) => Promise<void> };
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** @throws ConfigurationMistake which says what to change; it repeats no value */
export const checkIntakeOptions = (options: MailIntakeOptions): IntakeSettings => {
  const { addresses, replies, messageIdDomain, ...checked } = checkDefinition(
    "mailIntake",
    optionsSchema,
    options,
  );
  const { rights, intakeStore, keyRing, actor, clock = systemClock } = options;
  const tell = listenerOf(options.onError ?? (() => undefined));
  const watching = adapterWatch(clock, options.onError === undefined ? null : tell);
  return {
    controller: checked.controller,
    server: checked.server,
    from: checked.from,
    ifUnsaid: checked.ifUnsaid,
    ownLists: checked.ownLists,
    language: checked.language,
    largest: checked.largest,
    answersADay: checked.answersADay,
    mostWaiting: checked.mostWaiting,
    keptFor: checked.keptFor,
    dnsPatience: checked.dnsPatience,
    rights,
    intakeStore: watching.watch("intake-store", intakeStore),
    keyRing: watching.watch("key-ring", keyRing),
    mailServer: watching.watch("mail-server", { send: async (work: () => Promise<void>) => work() }),
    actor,
    ours: {
      addresses: [checked.from.address, ...addresses].map((address) => address.toLowerCase()),
      replies,
      messageIdDomain: messageIdDomain ?? domainOf(checked.from.address),
    },
    resolver: options.resolver ?? systemResolver(),
    addressBook: watching.watch("address-book", {
      support: async (query) => addressSchema.optional().parse(await options.support?.(query)),
    }),
    tell,
    policy: watching.watch("policy", safePolicy(options.policy ?? rolePolicy()), true),
    clock,
    randomness: options.randomness ?? systemRandomness,
  };
};
