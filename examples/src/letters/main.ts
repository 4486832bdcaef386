/**
 * The letters that the law asks for, as they arrive: when a request came in, that it takes longer, what was erased and
 * what is kept, to whom data had been disclosed, and why something is declined. In English, and in German.
 */
import { join } from "node:path";
import { type Actor, createSubjectRights, orThrow } from "@subject-rights/core";
import { english, german, smtpNotifier } from "@subject-rights/smtp";
import { startMailServer } from "../mail/mail-server.ts";
import { screenOn } from "../screen/screen.ts";
import { bothStores } from "../story/both-stores.ts";
import { guestBook } from "../story/guest-book.ts";
import { placeOf } from "../story/place.ts";
import { until } from "../story/until.ts";

const screen = screenOn(process.stdout);
const actor: Actor = { id: "officer-1", roles: ["admin"], tenant: "halmstrand" };
const ada = "ada@example.org";
const languages = { memory: english, PostgreSQL: german };
const privacy = "privacy@halmstrand.example";
const place = await placeOf("letters");

for await (const { name, stores } of bothStores(join(place.folder, "database"))) {
  const folder = join(place.folder, name === "memory" ? "english" : "german");
  const mail = await startMailServer({ folder });
  const { host, port, user, password, ca } = mail.access;
  const rights = createSubjectRights({
    ...stores,
    controller: "Hotel Halmstrand",
    sources: [
      guestBook([
        { email: ada, table: "bookings" },
        { email: ada, table: "invoices" },
      ]),
    ],
    notifier: smtpNotifier({
      server: { host, port, user, password, ca },
      from: { name: "Hotel Halmstrand", address: "privacy@halmstrand.example" },
      texts: languages[name],
    }),
    addresses: { tenantAdmin: () => privacy, support: () => "support@halmstrand.example" },
    links: { acknowledge: (token) => `https://halmstrand.example/privacy#${token}` },
    timeZone: "Europe/Berlin",
  });
  orThrow(await rights.start());

  const shown = new Set<string>();
  /** The next letter that was not shown yet. */
  const next = async (to: string) => {
    const letter = await mail.waitFor((each) => each.to.includes(to) && !shown.has(each.file));
    shown.add(letter.file);
    screen.letter(letter);
    return letter;
  };

  screen.heading(`A guest asks to be erased; everything is kept in ${name}`);
  const asked = { actor, kind: "erasure", category: "customer-data", email: ada } as const;
  const { request } = orThrow(await rights.requests.submit(asked));
  const on = { actor, requestId: request.id };
  const receipt = await next(privacy);

  screen.heading("It takes longer, and why");
  const why = {
    memory: "we have received very many requests",
    PostgreSQL: "uns erreichen sehr viele Anträge",
  };
  orThrow(await rights.requests.extend({ ...on, reason: why[name] }));
  await next(privacy);

  screen.heading("It is done, but for what the law keeps; and who had the data is told");
  const [, token = ""] = receipt.text.match(/privacy#([\w-]+)/) ?? [];
  orThrow(await rights.requests.acknowledge({ token }));
  await until(async () => (orThrow(await rights.requests.read(on)).phase === "closed" ? true : null));
  await next(privacy);
  await next("portal.example");

  screen.heading("Somebody asks the same every day: it is declined, with the rights that they have");
  const again = orThrow(await rights.requests.submit({ ...asked, email: "bo@example.org" })).request;
  shown.add((await mail.waitFor((each) => each.to.includes(privacy) && !shown.has(each.file))).file);
  const excessive = {
    memory: "you have asked for the same every day of this week (Art. 12(5) GDPR)",
    PostgreSQL: "Sie haben in dieser Woche jeden Tag dasselbe beantragt (Art. 12 Abs. 5 DSGVO)",
  };
  orThrow(await rights.requests.decline({ actor, requestId: again.id, reason: excessive[name] }));
  await next(privacy);
  screen.fact("to look at", place.shown(folder));

  await rights.stop();
  await mail.stop();
}
