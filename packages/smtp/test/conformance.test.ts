import { type NotifierFixture, notifierCases } from "@subject-rights/testing";
import type { SMTPServerOptions } from "smtp-server";
import { describe, it } from "vitest";
import { smtpNotifier } from "../src/index.ts";
import { startMailServer } from "./mail-server.ts";

const make = async (behaviour: SMTPServerOptions = {}): Promise<NotifierFixture> => {
  const server = await startMailServer(behaviour);
  return {
    notifier: smtpNotifier({
      server: server.access,
      from: { name: "Brightwater Privacy", address: "privacy@brightwater.example" },
      attachmentLimit: 100_000,
    }),
    inbox: async () =>
      server.arrived.map(({ mail, to }) => ({
        id: mail.messageId ?? "",
        to,
        text: `${mail.subject}\n${mail.text}`,
        attachments: mail.attachments.map(({ filename = "", contentType, content }) => ({
          filename,
          contentType,
          bytes: content,
        })),
      })),
    close: server.close,
  };
};

const makeDown = async (): Promise<NotifierFixture> => {
  const { close, ...fixture } = await make();
  await close?.();
  return fixture;
};

const makeRefusing = () =>
  make({
    onRcptTo: (_address, _session, answer) =>
      answer(Object.assign(new Error("5.1.1 No such mailbox"), { responseCode: 550 })),
  });

describe("smtp keeps the contract of a notifier", () => {
  for (const each of notifierCases({ make: () => make(), makeDown, makeRefusing }))
    it.concurrent(each.name, each.run);
});
