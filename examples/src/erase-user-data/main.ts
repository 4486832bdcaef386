/**
 * "Manage delete requests for user data": on the Permissions page an administrator checks a user, and selects
 * Remove. The user's telemetry and the system logs about him go too; the audit log stays.
 */
import { orThrow } from "@subject-rights/core";
import { unwrapError } from "@subject-rights/testing";
import { henrik } from "../company/people.ts";
import { acknowledgeByMail } from "../story/acknowledge.ts";
import { admin } from "../story/actors.ts";
import { countMentions } from "../story/count-mentions.ts";
import { followRequest } from "../story/follow.ts";
import { openCompany } from "../story/open-company.ts";
import { takeUp } from "../story/take-up.ts";
import { tellStory } from "../story/tell.ts";

await tellStory("erase-user-data", openCompany, async (company, screen) => {
  const { rights, mail } = company;
  const showUsers = async () => screen.users(orThrow(await rights.users.list({ actor: admin })).users);
  const showMentions = async (folder: string) => {
    for (const [path, lines] of await countMentions(folder, [henrik.id, henrik.email]))
      screen.fact(lines, path);
  };

  screen.heading("Erase user data");
  const requestId = await takeUp(company, screen, "erasure", async () => {
    screen.say("The Permissions page:");
    await showUsers();
    screen.say(`What the application's files say of ${henrik.name} (${henrik.email}):`);
    await showMentions(company.before);

    screen.heading("Nobody removes themselves by accident");
    const oneself = await rights.users.remove({ actor: admin, userIds: [admin.id] });
    screen.fact("refused", unwrapError(oneself).message);

    screen.heading("Check the user, select Remove");
    const [removed] = orThrow(await rights.users.remove({ actor: admin, userIds: [henrik.id] }));
    return removed?.request.id ?? "";
  });
  orThrow(await rights.start());
  await acknowledgeByMail(company, screen, requestId);
  const outcome = await followRequest(company, admin, requestId);
  screen.fact("outcome", outcome ?? "open");
  screen.sources(orThrow(await rights.sources.list({ actor: admin })).sources);
  screen.letter(await mail.waitFor(({ subject }) => subject.startsWith("Done")));

  screen.heading("Looked at from outside: what the files say of him now");
  await showMentions(company.after);
  screen.say("The audit log stays: what was done has to be proven later. It is not a data source.");
  await showUsers();
  screen.fact("files before", company.shown(company.before));
  screen.fact("files after", company.shown(company.after));
  screen.fact("mail", company.shown(`${company.folder}/mail`));
});
