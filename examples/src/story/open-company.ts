import { cp, mkdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { createSubjectRights, orThrow, type SubjectRights } from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { smtpNotifier } from "@subject-rights/smtp";
import { company } from "../company/company.ts";
import { companySources } from "../company/company-sources.ts";
import { companyUsers } from "../company/company-users.ts";
import { type HelpdeskService, startHelpdesk } from "../company/helpdesk-service.ts";
import { makeCompany } from "../company/make-company.ts";
import { type MailServer, startMailServer } from "../mail/mail-server.ts";

/** The company on one day: its files, its mail server, its help desk, and the library put into its application. */
export interface OpenCompany {
  readonly rights: SubjectRights;
  readonly mail: MailServer;
  readonly helpdesk: HelpdeskService;
  /** Everything that the example leaves behind. */
  readonly folder: string;
  /** The company's files as they were; never touched. */
  readonly before: string;
  /** The same files, worked on. */
  readonly after: string;
  /** A path as somebody standing in the repository types it. */
  shown(path: string): string;
  close(): Promise<void>;
}

const repository = join(import.meta.dirname, "..", "..", "..");

/** Makes the company anew under `.output/`, and starts all of it. */
export const openCompany = async (example: string): Promise<OpenCompany> => {
  const folder = join(repository, ".output", "examples", example);
  const [before, after] = [join(folder, "before"), join(folder, "after")];
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await makeCompany(before);
  await cp(before, after, { recursive: true });

  const mail = await startMailServer({ folder: join(folder, "mail") });
  const helpdesk = await startHelpdesk(after);
  const { host, port, user, password, ca } = mail.access;

  // This is all that an application has to write.
  const rights = createSubjectRights({
    ...memoryStorage(),
    controller: company.name,
    sources: companySources(after, helpdesk),
    users: companyUsers(after),
    notifier: smtpNotifier({
      server: { host, port, user, password, ca },
      from: { name: `${company.application} Privacy`, address: "privacy@halmstrand.example" },
    }),
    addresses: { tenantAdmin: () => company.tenantAdmin, support: () => company.support },
    links: { acknowledge: (token) => `https://insights.halmstrand.example/acknowledge#${token}` },
    // Quicker than in real life, so that nobody has to wait for a source to be given up.
    rules: { retry: { attempts: 3, firstDelay: 300 } },
  });
  orThrow(await rights.start());

  return {
    rights,
    mail,
    helpdesk,
    folder,
    before,
    after,
    shown: (path) => relative(repository, path),
    close: async () => {
      await rights.stop();
      await helpdesk.stop();
      await mail.stop();
    },
  };
};
