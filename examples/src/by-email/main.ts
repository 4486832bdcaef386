/**
 * The three documented exports by email alone: a message names whose data and which, the registered tenant administrator
 * confirms by answering, and the data arrives by mail. Nobody calls anything.
 */
import { type Category, orThrow } from "@subject-rights/core";
import { mailIntake, type Taken } from "@subject-rights/smtp";
import { company } from "../company/company.ts";
import { henrik, marta, petra } from "../company/people.ts";
import type { Screen } from "../screen/screen.ts";
import { tenantAdmin } from "../story/actors.ts";
import { followRequest } from "../story/follow.ts";
import { openCompany } from "../story/open-company.ts";
import type { Place } from "../story/place.ts";
import { tellStory } from "../story/tell.ts";
import { mailProgram } from "./mail-program.ts";

const replies = "privacy+{token}@halmstrand.example";

/** The company, with a mailbox whose messages are handed to the intake. */
const openMailbox = async (place: Place) => {
  const opened = await openCompany(place, { replies });
  const { mail, rights, store } = opened;
  const program = mailProgram(mail, petra.email, petra.name);

  // This is all that an application has to write.
  const intake = mailIntake({
    ...store.storage,
    rights,
    actor: { id: "mail-intake", tenant: company.tenant, roles: ["tenant-admin"] },
    controller: company.name,
    server: mail.access,
    from: { name: `${company.application} Privacy`, address: company.privacy },
    replies,
    resolver: program.resolver,
  });
  const outcomes: Taken[] = [];
  mail.handOver(
    (address) => address.startsWith("privacy"),
    async ({ raw, ...envelope }) => {
      outcomes.push(orThrow(await intake.take(raw, envelope)));
    },
  );
  return { ...opened, program, intake, outcomes };
};

type OpenMailbox = Awaited<ReturnType<typeof openMailbox>>;

const exports: readonly { readonly category: Category; readonly subject: string; readonly text: string }[] = [
  {
    category: "customer-data",
    subject: "Export of customer data",
    text: `Hello,\n\nplease export the data of our customer ${marta.email}.\n\n${petra.name}`,
  },
  {
    category: "user-data",
    subject: "Export of user data",
    text: `Hello,\n\nplease export the data of the user ${henrik.email}.\n\n${petra.name}`,
  },
  {
    category: "user-telemetry",
    subject: "Export",
    text: `Hello,\n\nplease export for the user ${henrik.email}: this is for the user's telemetry data.\n\n${petra.name}`,
  },
];

await tellStory("by-email", openMailbox, async (opened, screen) => {
  orThrow(await opened.rights.start());
  for (const each of exports) await exportByMail(opened, screen, each);
  await misunderstand(opened, screen);
});

async function exportByMail(
  opened: OpenMailbox,
  screen: Screen,
  { category, subject, text }: (typeof exports)[number],
): Promise<void> {
  const { mail, rights, program, outcomes, unfinished } = opened;
  screen.heading(`By email: ${category}`);
  let request = unfinished.find((left) => left.category === category);
  if (request === undefined) {
    screen.say(`${petra.name} writes to ${company.privacy}:`);
    screen.say(text.replaceAll("\n", " "));
    await program.write({ to: company.privacy, subject, text });
    const taken = outcomes.at(-1);
    if (taken?.outcome !== "submitted") throw new Error(`the message was ${taken?.outcome}`);
    const { requestId, authentication } = taken;
    screen.fact("DKIM, DMARC", `${authentication.dkim}, ${authentication.dmarc}: recorded, and nothing more`);
    request = orThrow(await rights.requests.read({ actor: tenantAdmin, requestId }));
  } else screen.say("The last run was interrupted. This one goes on with the same request.");
  const requestId = request.id;
  screen.fact("request", requestId);

  if (request.acknowledgement.acknowledgedAt === null) {
    const confirmation = await mail.waitFor(
      ({ subject: about, text: words }) => /confirm/i.test(about) && words.includes(requestId),
    );
    screen.say("The confirmation goes to the registered tenant administrator, whoever wrote:");
    screen.letter(confirmation);
    const words = "I confirm.";
    await program.answer(confirmation, words);
    const taken = outcomes.at(-1);
    if (taken?.outcome !== "acknowledged") throw new Error(`the answer was ${taken?.outcome}`);
    screen.fact(
      "answered",
      `${words} Proven to come from the address on record: DMARC ${taken.authentication.dmarc}`,
    );
  }
  const outcome = await followRequest(opened, tenantAdmin, requestId);
  screen.fact("outcome", outcome ?? "open");
  const delivery = await mail.waitFor(({ attachments }) =>
    attachments.some(({ filename }) => filename.includes(requestId)),
  );
  screen.fact("arrived", `${delivery.subject}, to ${delivery.to}`);
  for (const { filename, content } of delivery.attachments)
    screen.fact("attached", `${filename} (${content.byteLength.toLocaleString("en")} bytes)`);
  screen.fact("mail", opened.shown(delivery.file));
}

/** What is not clear is not guessed: it gets an answer, and waits for a person. */
async function misunderstand({ mail, program, intake }: OpenMailbox, screen: Screen): Promise<void> {
  screen.heading("A message that nobody can be sure of");
  const text = `Please do something about ${marta.email} and ${henrik.email}.`;
  screen.say(`${petra.name} writes: ${text}`);
  await program.write({ to: company.privacy, subject: "A question", text });
  screen.letter(await mail.waitFor(({ subject }) => subject.startsWith("Your message")));
  const { mails } = orThrow(await intake.waiting({ actor: tenantAdmin }));
  for (const { id, reason } of mails) {
    screen.fact("waits", `${reason}; an administrator looks, and settles it`);
    orThrow(await intake.settle({ actor: tenantAdmin, id, decision: { as: "nothing" } }));
  }
}
