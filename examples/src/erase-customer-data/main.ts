/**
 * "Manage delete requests for customer data": a customer is erased in the original data sources, and each copy is
 * refreshed. On the way one source is down, so that the warning, the notice to support and the later retry show.
 */
import { orThrow } from "@subject-rights/core";
import { marta, martaBefore } from "../company/people.ts";
import { acknowledgeByMail } from "../story/acknowledge.ts";
import { admin } from "../story/actors.ts";
import { countMentions } from "../story/count-mentions.ts";
import { followRequest } from "../story/follow.ts";
import { openCompany } from "../story/open-company.ts";
import { takeUp } from "../story/take-up.ts";
import { tellStory } from "../story/tell.ts";

const names = [marta, martaBefore].flatMap(({ email, customer }) => [email, customer]);

await tellStory("erase-customer-data", openCompany, async (company, screen) => {
  const { rights, mail, helpdesk, unfinished } = company;
  const showMentions = async (folder: string) => {
    for (const [path, lines] of await countMentions(folder, names)) screen.fact(lines, path);
  };
  const showSources = async () =>
    screen.sources(orThrow(await rights.sources.list({ actor: admin })).sources);

  // What an interrupted run leaves is a request, and the request tells how far the story was.
  const [left] = unfinished;
  const wasDown = left?.messages.some(({ kind, status }) => kind === "support" && status === "sent") ?? false;
  const isWarning = left?.sources.some(({ id, status }) => id === "helpdesk" && status === "warning");
  const isBack = wasDown && isWarning === false;
  if (left !== undefined && left.acknowledgement.acknowledgedAt !== null && !isBack) await helpdesk.stop();

  screen.heading("Erase customer data");
  screen.say(
    `${marta.name} asks to be erased. An administrator names her by her email address: ${marta.email}`,
  );
  screen.say("What the company's files say of her, under any of her addresses and customer numbers:");
  await showMentions(company.before);

  const requestId = await takeUp(company, screen, "erasure", async () => {
    const person = { category: "customer-data", email: marta.email } as const;
    return orThrow(await rights.requests.submit({ actor: admin, kind: "erasure", ...person })).request.id;
  });
  orThrow(await rights.start());
  await acknowledgeByMail(company, screen, requestId);

  if (!isBack) {
    screen.heading("The help desk happens to be down");
    await helpdesk.stop();
    await followRequest(company, admin, requestId);
    screen.say(
      "The others are done. What failed is not hidden: the Data Sources page shows a warning triangle,",
    );
    await showSources();
    screen.say("and the support contact was told, without anything personal:");
    screen.letter(await mail.waitFor(({ to }) => to.includes("data-support@")));

    screen.heading("The help desk is back: retry that one source");
    await helpdesk.start();
    orThrow(await rights.requests.retrySource({ actor: admin, requestId, source: "helpdesk" }));
  }
  const outcome = await followRequest(company, admin, requestId);
  await showSources();
  screen.fact("outcome", outcome ?? "open");
  screen.letter(await mail.waitFor(({ subject }) => subject.startsWith("Done")));

  screen.heading("Looked at from outside: what the files say of her now");
  await showMentions(company.after);
  screen.say(
    "The invoices are what the law has the company keep, and the letter says so, each with its reason and date.",
  );
  screen.fact("files before", company.shown(company.before));
  screen.fact("files after", company.shown(company.after));
  screen.fact("mail", company.shown(`${company.folder}/mail`));
});
