import { orThrow, type SubjectRights } from "@subject-rights/core";
import { linksTo } from "@subject-rights/http";
import { marta } from "../company/people.ts";
import type { Letter } from "../mail/letter.ts";
import { progressBarsOn } from "../screen/progress.ts";
import { type OpenCompany, openCompany } from "../story/open-company.ts";
import type { Place } from "../story/place.ts";
import { showPackage } from "../story/show-package.ts";
import { takeUp } from "../story/take-up.ts";
import { tellStory } from "../story/tell.ts";
import { browserAt } from "./browser.ts";
import type { WebServer } from "./listen.ts";
import { signIn } from "./sessions.ts";

export interface HttpStory {
  readonly example: string;
  readonly heading: string;
  /** Puts the handler into an application under `/privacy`, and serves that. */
  readonly mount: (rights: SubjectRights) => Promise<WebServer>;
}

interface OpenSite extends OpenCompany {
  /** Of the handler. */
  readonly address: string;
}

const openSite = async (place: Place, mount: HttpStory["mount"]): Promise<OpenSite> => {
  // Known once the server listens; until then no letter is written.
  let address = "";
  const company = await openCompany(place, {
    links: {
      acknowledge: (token) => linksTo(address).acknowledge(token),
      download: (token) => linksTo(address).download(token),
    },
    // So that the package goes by a link, and the page behind it has something to hand out.
    attachmentLimit: 0,
  });
  const server = await mount(company.rights);
  place.atEnd(() => server.stop());
  address = `${server.origin}/privacy`;
  return { ...company, address };
};

/** The documented export, asked for, confirmed, followed and fetched over HTTP. */
export const exportOverHttp = ({ example, heading, mount }: HttpStory): Promise<void> =>
  tellStory(
    example,
    (place) => openSite(place, mount),
    async (site, screen) => {
      const { address, mail, rights } = site;
      screen.heading(heading);
      screen.fact("served at", address);
      screen.say(
        `${marta.name} asks for a copy of her data. The tenant administrator submits it to the API:`,
      );
      const browser = browserAt(address, signIn());
      const asked = { kind: "export", category: "customer-data", email: marta.email };
      const requestId = await takeUp(
        site,
        screen,
        "export",
        async () => (await browser.submit(asked, `ticket-4711-${example}`)).id,
      );
      orThrow(await rights.start());

      let { acknowledgement } = await browser.read(requestId);
      if (acknowledgement.acknowledgedAt === null) {
        const letter = await mail.waitFor(
          ({ text }) => text.includes(requestId) && hasLink(text, "acknowledge"),
        );
        screen.letter(letter);
        screen.say("The link leads to a page with a button. Opening it changes nothing; the button does:");
        await browser.press(linkIn(letter, "acknowledge", address));
        ({ acknowledgement } = await browser.read(requestId));
      }
      screen.fact("acknowledged", acknowledgement.acknowledgedAt ?? "");

      const bars = progressBarsOn(process.stdout);
      for await (const event of browser.progress(requestId)) {
        if (event.type === "source") bars.show(event.source);
        if (event.type === "closed") screen.fact("outcome", event.outcome);
      }

      const letter = await mail.waitFor(({ text }) => hasLink(text, "download"));
      screen.letter(letter);
      const download = await browser.press(linkIn(letter, "download", address));
      screen.fact("downloaded", `${download.headers.get("Content-Length")} bytes`);
      await showPackage(site, screen, Buffer.from(await download.arrayBuffer()));
    },
  );

const hasLink = (text: string, page: string): boolean => text.includes(`/privacy/${page}#`);

/** After an interruption the same page is at another port. */
const linkIn = ({ text }: Letter, page: string, address: string): string => {
  const token = new RegExp(`/privacy/${page}#([\\w-]{43})`).exec(text)?.[1];
  if (token === undefined) throw new Error(`the letter has no link to ${page}`);
  return `${address}/${page}#${token}`;
};
