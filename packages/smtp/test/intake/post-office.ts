import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import MailComposer from "nodemailer/lib/mail-composer/index.js";
import type { DnsResolver } from "../../src/index.ts";

/** Domains with keys of their own, the DNS that knows them, and the mail that people there write. */
export interface PostOffice {
  readonly resolver: DnsResolver;
  /** From here on the DNS answers nothing. */
  breakDns(): void;
  mendDns(): void;
  /** A message as somebody's mail program and server send it, signed by the domain of `by`. */
  write(letter: Letter): Promise<Buffer>;
  /** Signs what is there. */
  sign(raw: Buffer | string, domain: string, options?: { readonly maxBodyLength?: number }): Promise<Buffer>;
}

export interface Letter {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly messageId?: string | false;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly { readonly filename: string; readonly content: Buffer }[];
  readonly date?: Date;
  /** The domain that signs; null for none. Default: that of `from`. */
  readonly by?: string | null;
}

const selector = "mail";
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;

const notThere = (name: string) => Object.assign(new Error(`no ${name}`), { code: "ENOTFOUND" });

/** Each of the domains signs its mail, and says so by DMARC. */
export const postOffice = (
  domains: readonly string[],
  more: Readonly<Record<string, string>> = {},
): PostOffice => {
  let isDown = false;
  const records = new Map<string, string>(
    domains.flatMap((domain) => [
      [`${selector}._domainkey.${domain}`, record] as const,
      [`_dmarc.${domain}`, "v=DMARC1; p=reject"] as const,
    ]),
  );
  for (const [name, text] of Object.entries(more)) records.set(name, text);
  const sign: PostOffice["sign"] = async (raw, domain, { maxBodyLength } = {}) => {
    const signature = {
      signingDomain: domain,
      selector,
      privateKey: key,
      ...(maxBodyLength === undefined ? {} : { maxBodyLength }),
    };
    // Its types ask for one signature, and it reads a list.
    const { signatures, errors } = await dkimSign(raw, {
      ...signature,
      signatureData: [signature],
    } as Parameters<typeof dkimSign>[1]);
    if (signatures === "") throw new Error(`not signed: ${JSON.stringify(errors)}`);
    return Buffer.concat([Buffer.from(signatures), Buffer.from(raw)]);
  };
  return {
    resolver: async (name, type) => {
      if (isDown) throw Object.assign(new Error("the DNS is down"), { code: "ESERVFAIL" });
      const found = type === "TXT" ? records.get(name.toLowerCase()) : undefined;
      if (found === undefined) throw notThere(name);
      return [[found]];
    },
    breakDns: () => {
      isDown = true;
    },
    mendDns: () => {
      isDown = false;
    },
    sign,
    async write({ by, to, messageId, headers, attachments, ...letter }) {
      const composed = new MailComposer({
        ...letter,
        to: [to].flat() as string[],
        ...(headers === undefined ? {} : { headers: { ...headers } }),
        ...(attachments === undefined ? {} : { attachments: [...attachments] }),
        ...(typeof messageId === "string" ? { messageId } : {}),
      });
      let raw = await composed.compile().build();
      if (messageId === false)
        raw = Buffer.from(raw.toString("latin1").replace(/^Message-ID:.*\r\n/m, ""), "latin1");
      const domain = by === undefined ? (/@([\w.-]+)>?$/.exec(letter.from)?.[1] ?? "") : by;
      return domain === null ? raw : sign(raw, domain);
    },
  };
};
