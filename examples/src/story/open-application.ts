import { join } from "node:path";
import {
  createSubjectRights,
  orThrow,
  type RequestView,
  type SubjectRights,
  type SubjectRightsOptions,
} from "@subject-rights/core";
import { smtpNotifier } from "@subject-rights/smtp";
import { company } from "../company/company.ts";
import { type MailServer, startMailServer } from "../mail/mail-server.ts";
import { admin } from "./actors.ts";
import type { OpenStore } from "./open-store.ts";
import type { Place } from "./place.ts";

/** The library, put into an application of the company, and a mail server for its letters. */
export interface OpenApplication extends Pick<Place, "folder" | "shown"> {
  readonly rights: SubjectRights;
  readonly mail: MailServer;
  /** The requests that an interrupted run left, as they are now: the store knows. */
  readonly unfinished: readonly RequestView[];
}

/** What differs from one example to the next. */
export type OwnParts = Pick<
  SubjectRightsOptions,
  "sources" | "users" | "links" | "needsApproval" | "evidenceSigner" | "timeZone" | "calendar"
> & {
  /** The largest attachment of a letter, in bytes; a larger package goes by a link. */
  readonly attachmentLimit?: number;
  /** Where answers to letters go, with the token in the address. */
  readonly replies?: string;
};

/** Puts everything together. Nothing is worked on before the library is started. */
export const openApplication = async (
  { folder, shown, atEnd }: Place,
  { storage }: OpenStore,
  { attachmentLimit, replies, ...own }: OwnParts,
): Promise<OpenApplication> => {
  const mail = await startMailServer({ folder: join(folder, "mail") });
  atEnd(() => mail.stop());
  const { host, port, user, password, ca } = mail.access;

  // This is all that an application has to write.
  const rights = createSubjectRights({
    ...storage,
    links: { acknowledge: (token) => `https://insights.halmstrand.example/acknowledge#${token}` },
    ...own,
    controller: company.name,
    notifier: smtpNotifier({
      server: { host, port, user, password, ca },
      ...(attachmentLimit === undefined ? {} : { attachmentLimit }),
      from: { name: `${company.application} Privacy`, address: company.privacy },
      replies,
    }),
    addresses: { tenantAdmin: () => company.tenantAdmin, support: () => company.support },
    // Quicker than in real life, so that nobody has to wait for a source to be given up.
    rules: { retry: { attempts: 3, firstDelay: 300 } },
  });
  atEnd(() => rights.stop());
  const { requests } = orThrow(await rights.requests.list({ actor: admin, limit: 10 }));
  return { rights, mail, folder, shown, unfinished: requests };
};
