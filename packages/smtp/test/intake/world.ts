import {
  type Actor,
  createSubjectRights,
  defineDataSource,
  orThrow,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { type MemoryTables, memoryStorage, memoryTables } from "@subject-rights/memory";
import { afterAll } from "vitest";
import { type MailIntakeOptions, mailIntake, smtpNotifier } from "../../src/index.ts";
import { type ArrivedMail, startMailServer } from "../mail-server.ts";
import { postOffice } from "./post-office.ts";

export const privacy = "privacy@halmstrand.example";
export const registered = "petra@halmstrand.example";
export const ada = "ada@example.org";
export const replies = "privacy+{token}@halmstrand.example";
export const intakeActor: Actor = {
  id: "mail-intake",
  tenant: "halmstrand",
  roles: ["admin", "tenant-admin"],
};
export const officer: Actor = { id: "officer-1", tenant: "halmstrand", roles: ["admin", "tenant-admin"] };

/** A source of each category that knows Ada. */
export const sources = (["customer-data", "user-data", "user-telemetry"] as const).map((category) =>
  defineDataSource({
    id: category,
    title: `The ${category}`,
    holds: [category],
    kind: "origin",
    locate: async (person) => [
      { collection: "people", count: person.values("email").filter((each) => each === ada).length },
    ],
    async *export(person) {
      yield { collection: "people", rows: person.values("email").map((email) => ({ email, category })) };
    },
    erase: async () => [{ collection: "people", outcome: "absent" }],
  }),
);

export interface WorldChanges {
  readonly intake?: Partial<MailIntakeOptions>;
  readonly rights?: Partial<SubjectRightsOptions>;
  readonly tables?: MemoryTables;
}

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** The library, its notifier and its intake, over a mail server on this machine. */
export const openWorld = async ({
  intake: changes,
  rights: more,
  tables = memoryTables(),
}: WorldChanges = {}) => {
  const server = await startMailServer();
  closing.push(() => server.close());
  const post = postOffice(["halmstrand.example", "example.org", "evil.example"]);
  const storage = memoryStorage({ tables });
  const from = { name: "Halmstrand Privacy", address: privacy };
  const rights = createSubjectRights({
    ...storage,
    controller: "Halmstrand Lamps",
    sources,
    notifier: smtpNotifier({ server: server.access, from, replies, attachmentLimit: 1_000_000 }),
    addresses: { tenantAdmin: () => registered, support: () => "support@halmstrand.example" },
    links: { acknowledge: (token) => `https://halmstrand.example/acknowledge#${token}` },
    ...more,
  });
  orThrow(await rights.start());
  closing.push(() => rights.stop());
  const intakeOver = (again: Partial<MailIntakeOptions> = {}) =>
    mailIntake({
      ...storage,
      rights,
      actor: intakeActor,
      controller: "Halmstrand Lamps",
      server: server.access,
      from,
      replies,
      resolver: post.resolver,
      ...changes,
      ...again,
    });
  const intake = intakeOver();
  return {
    server,
    post,
    storage,
    tables,
    rights,
    intake,
    intakeOver,
    /** Takes a message and says what became of it. */
    take: async (raw: Buffer | string, envelope = {}) =>
      orThrow(await intake.take(Buffer.from(raw), envelope)),
    /** The first mail to somebody that fits, as soon as it is there. */
    arrival: async (fits: (mail: ArrivedMail) => boolean): Promise<ArrivedMail> => {
      for (let tries = 0; tries < 1_000; tries += 1) {
        const found = server.arrived.find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error("no such mail arrived");
    },
    requests: async () => orThrow(await rights.requests.list({ actor: officer })).requests,
    waiting: async () => orThrow(await intake.waiting({ actor: officer })).mails,
  };
};

export type World = Awaited<ReturnType<typeof openWorld>>;

export const exportRequest = {
  from: `Petra Sandvik <${registered}>`,
  to: privacy,
  subject: "Export of customer data",
  text: `Please export the customer data of ${ada}.\n\nThank you\nPetra`,
};

/** Where an answer to a confirmation goes. */
const replyAddressOf = ({ mail }: ArrivedMail): string => mail.replyTo?.value[0]?.address ?? "";

/** Asks for an export by mail, and waits for the confirmation. */
export const askedFor = async (world: World) => {
  const taken = await world.take(await world.post.write(exportRequest));
  if (taken.outcome !== "submitted") throw new Error(`it was ${JSON.stringify(taken)}`);
  const { requestId } = taken;
  const confirmation = await world.arrival(({ mail }) => mail.text?.includes(requestId) === true);
  return { requestId, confirmation, replyAddress: replyAddressOf(confirmation) };
};

/** What Petra's mail program makes of an answer. */
export const reply = ({ mail }: ArrivedMail, words: string, to = mail.replyTo?.value[0]?.address ?? "") => ({
  from: `Petra Sandvik <${registered}>`,
  to,
  subject: `Re: ${mail.subject}`,
  text: `${words}\n\nOn Sat, 28 Nov 2026 at 01:00, Halmstrand Privacy\n<${privacy}> wrote:\n${(mail.text ?? "").replace(/^/gm, "> ")}`,
  headers: { "In-Reply-To": mail.messageId ?? "" },
});
