/**
 * An application with a PostgreSQL database of fifteen tables. A data map says which of them hold a customer and what
 * becomes of each column; from that come the check against the schema, the plan, the export and the erasure.
 */
import { type CollectionOutcome, orThrow } from "@subject-rights/core";
import { coverage } from "@subject-rights/postgres";
import { company } from "../company/company.ts";
import type { Screen } from "../screen/screen.ts";
import { acknowledgeByMail } from "../story/acknowledge.ts";
import { admin, tenantAdmin } from "../story/actors.ts";
import { databaseMentions } from "../story/database-mentions.ts";
import { followRequest } from "../story/follow.ts";
import { showDeliveredPackage } from "../story/show-package.ts";
import { takeUp } from "../story/take-up.ts";
import { tellStory } from "../story/tell.ts";
import { dataMap } from "./data-map.ts";
import { type OpenShop, openShop } from "./open-shop.ts";
import { ada } from "./rows.ts";
import { nextMigration, nextMigrationUndone } from "./schema.ts";

/** Before anything runs: the map against the schema, as the application's own tests would. */
const showMap = async ({ client, source }: OpenShop, screen: Screen): Promise<void> => {
  screen.heading("Does the data map fit the schema?");
  const problems = orThrow(await source.check());
  screen.fact("check", problems.length === 0 ? "no problems" : `${problems.length} problems`);
  for (const { code, table, column } of problems) screen.fact(code, `${table} ${column ?? ""}`);

  const showCoverage = async () => {
    const { gaps, waived } = orThrow(await coverage(client, dataMap));
    screen.fact("coverage", `${gaps.length === 0 ? "no" : gaps.length} gaps, ${waived.length} waived`);
    for (const { table, column, message } of gaps) screen.fact(column ?? "", `${table}: ${message}`);
  };
  await client.exec(nextMigrationUndone);
  await showCoverage();
  screen.say(
    "The next migration adds a column and a table, and nobody thinks of the map. One line in the application's tests does:",
  );
  await client.exec(nextMigration);
  await showCoverage();
  await client.exec(nextMigrationUndone);
};

const showPlan = async ({ source }: OpenShop, screen: Screen): Promise<void> => {
  screen.heading(`What would become of ${ada.name}?`);
  const identifiers = [{ type: "email", value: ada.email.toLowerCase() }];
  const person = { tenant: company.tenant, category: "customer-data", identifiers } as const;
  const { rows, collections } = orThrow(await source.plan(person));
  for (const { collection, outcomes } of collections) screen.fact(collection, whatBecomes(outcomes));
  screen.fact("in all", `${rows} rows. Nothing has changed: this was a look.`);
};

const whatBecomes = (outcomes: readonly CollectionOutcome[]): string =>
  outcomes
    .map((each) =>
      each.outcome === "retained"
        ? `${each.count} retained until ${each.until}`
        : each.outcome === "absent"
          ? "none"
          : `${each.count} ${each.outcome}`,
    )
    .join(", ");

const showMentions = async ({ client }: OpenShop, screen: Screen): Promise<void> => {
  const found = await databaseMentions(client, Object.values(ada));
  if (found.length === 0) screen.fact("no row", "in any table, those of the library included");
  for (const [table, rows] of found) screen.fact(rows, table);
};

await tellStory("postgres-application", openShop, async (shop, screen) => {
  const { rights, mail, unfinished } = shop;
  const person = { category: "customer-data", email: ada.email } as const;

  if (unfinished.length === 0) {
    await showMap(shop, screen);
    await showPlan(shop, screen);
  }
  orThrow(await rights.start());

  screen.heading("Hand over a copy");
  const exported = await takeUp(shop, screen, "export", async () => {
    const submission = { actor: tenantAdmin, kind: "export", ...person } as const;
    return orThrow(await rights.requests.submit(submission)).request.id;
  });
  await acknowledgeByMail(shop, screen, exported);
  screen.fact("outcome", (await followRequest(shop, tenantAdmin, exported)) ?? "open");
  await showDeliveredPackage(shop, screen);

  screen.heading("Erase");
  const erased = await takeUp(shop, screen, "erasure", async () => {
    screen.say("What the database says of her, looked at through the back door:");
    await showMentions(shop, screen);
    const submission = { actor: admin, kind: "erasure", ...person } as const;
    return orThrow(await rights.requests.submit(submission)).request.id;
  });
  await acknowledgeByMail(shop, screen, erased);
  screen.fact("outcome", (await followRequest(shop, admin, erased)) ?? "open");
  screen.letter(await mail.waitFor(({ subject }) => subject.startsWith("Done")));

  screen.heading("Looked at from outside: what the database says of her now");
  await showMentions(shop, screen);
  screen.say("What the law has the company keep:");
  const { sources } = orThrow(await rights.requests.read({ actor: admin, requestId: erased }));
  for (const outcome of sources.flatMap(({ outcomes }) => outcomes)) {
    if (outcome.outcome !== "retained") continue;
    const { collection, count, until, reason } = outcome;
    screen.fact(collection, `${count} until ${until}. ${reason}`);
  }
  screen.fact("database", shop.shown(`${shop.folder}/database`));
});
