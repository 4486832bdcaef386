import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { orThrow } from "@subject-rights/core";
import { holidayCalendar } from "@subject-rights/holidays";
import { createHandler } from "@subject-rights/http";
import { Hono } from "hono";
import { company } from "../company/company.ts";
import { type OpenCompany, openCompany } from "../story/open-company.ts";
import type { Place } from "../story/place.ts";
import { evidenceSignerIn } from "./evidence-signer.ts";
import { firstRequests } from "./first-requests.ts";
import { helpdeskRoutes } from "./helpdesk-switch.ts";
import { outboxRoutes } from "./outbox.ts";
import { signInRoutes, whoIs } from "./sign-in.ts";

export interface OpenConsole extends OpenCompany {
  /** Without a slash at the end. */
  readonly origin: string;
  /** The folder that the letters arrive in, as somebody standing in the repository types it. */
  readonly outbox: string;
}

/**
 * Opens the company and the console over it, in one server on this machine: the console under `/privacy`, and what the
 * application around it would have, signing in and a mailbox, beside it.
 *
 * @param port 0 for any that is free
 */
export const startConsole = async (
  place: Place,
  { port, withRequests }: { readonly port: number; readonly withRequests: boolean },
): Promise<OpenConsole> => {
  // First, because letters have links to it in them. Whoever comes before everything is there waits.
  const { promise: whole, resolve: open } = Promise.withResolvers<Hono>();
  const listener = getRequestListener(async (request) => (await whole).fetch(request));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const isNew = !place.isLeftUnfinished;

  const opened = await openCompany(place, {
    links: {
      acknowledge: (token) => `${origin}/privacy/acknowledge#${token}`,
      download: (token) => `${origin}/privacy/download#${token}`,
    },
    timeZone: "Europe/Berlin",
    calendar: holidayCalendar({ country: "DE", state: "HH" }),
    evidenceSigner: await evidenceSignerIn(place.folder),
    // None of the five documented workflows; something to approve all the same.
    needsApproval: ({ kind, category }) => kind === "erasure" && category === "user-telemetry",
  });
  // Registered last, so that it is closed first.
  place.atEnd(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { rights, mail, helpdesk } = opened;
  orThrow(await rights.start());
  if (isNew && withRequests) await firstRequests(opened);

  const handler = createHandler({
    rights,
    authenticate: whoIs,
    basePath: "/privacy",
    signIn: "/",
    console: { support: company.support },
    onError: (error) => console.error(error instanceof Error ? error.name : "failed"),
  });
  const app = new Hono();
  app.route("/", signInRoutes());
  app.route("/outbox", outboxRoutes(mail));
  app.route("/helpdesk", helpdeskRoutes(helpdesk));
  app.all("/privacy/*", (call) => handler(call.req.raw));
  open(app);
  return { ...opened, origin, outbox: place.shown(join(place.folder, "mail")) };
};
