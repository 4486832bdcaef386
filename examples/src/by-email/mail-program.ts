import { generateKeyPairSync } from "node:crypto";
import type { DnsResolver } from "@subject-rights/smtp";
import { createTransport } from "nodemailer";
import type { Letter } from "../mail/letter.ts";
import type { MailServer } from "../mail/mail-server.ts";

/** A mail program, with the server behind it that signs for its domain (DKIM), and the DNS that says so. */
export interface MailProgram {
  write(letter: { readonly to: string; readonly subject: string; readonly text: string }): Promise<void>;
  /** Answers a letter, and quotes it, as such programs do. */
  answer(letter: Letter, words: string): Promise<void>;
  readonly resolver: DnsResolver;
}

export const mailProgram = ({ access }: MailServer, address: string, name: string): MailProgram => {
  const domain = address.slice(address.indexOf("@") + 1);
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { host, port, user, password, ca } = access;
  const transport = createTransport({
    host,
    port,
    requireTLS: true,
    tls: { ca },
    auth: { user, pass: password },
    dkim: {
      domainName: domain,
      keySelector: "demo",
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    },
  });
  const spki = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const records: Readonly<Record<string, string>> = {
    [`demo._domainkey.${domain}`]: `v=DKIM1; k=rsa; p=${spki}`,
    [`_dmarc.${domain}`]: "v=DMARC1; p=reject",
  };
  const from = { name, address };
  return {
    write: async (letter) => void (await transport.sendMail({ from, ...letter })),
    answer: async ({ replyTo, subject, messageId, text }, words) =>
      void (await transport.sendMail({
        from,
        to: replyTo,
        subject: `Re: ${subject}`,
        inReplyTo: messageId ?? "",
        text: `${words}\n\n> ${text.replaceAll("\n", "\n> ")}`,
      })),
    // In real life: left out, and the DNS of the machine is asked.
    resolver: async (asked, type) => {
      const record = type === "TXT" ? records[asked] : undefined;
      if (record === undefined)
        throw Object.assign(new Error("there is no such record"), { code: "ENOTFOUND" });
      return [[record]];
    },
  };
};
