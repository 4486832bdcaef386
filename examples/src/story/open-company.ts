import { join } from "node:path";
import { companySources } from "../company/company-sources.ts";
import { companyUsers } from "../company/company-users.ts";
import { copyCompany } from "../company/copy-company.ts";
import { type HelpdeskService, startHelpdesk } from "../company/helpdesk-service.ts";
import { type OpenApplication, type OwnParts, openApplication } from "./open-application.ts";
import { type OpenStore, openStore } from "./open-store.ts";
import type { Place } from "./place.ts";
import { writeAudit } from "./write-audit.ts";

/** The company on one day: its files, its mail server, its help desk, and the library put into its application. */
export interface OpenCompany extends OpenApplication {
  readonly store: OpenStore;
  readonly helpdesk: HelpdeskService;
  /** The company's files as they were; never touched. */
  readonly before: string;
  /** The same files, worked on. */
  readonly after: string;
}

/** Makes the company anew, or finds it as an interrupted run left it, and opens all of it. */
export const openCompany = async (
  place: Place,
  changes: Omit<OwnParts, "sources" | "users"> = {},
): Promise<OpenCompany> => {
  const [before, after] = [join(place.folder, "before"), join(place.folder, "after")];
  if (!place.isLeftUnfinished) await copyCompany(before, after);
  const store = await openStore(place, { staysAfterwards: false });
  await place.begin();

  const helpdesk = await startHelpdesk(after);
  place.atEnd(() => helpdesk.stop());
  const own = { sources: companySources(after, helpdesk), users: companyUsers(after), ...changes };
  const application = await openApplication(place, store, own);
  place.atEnd(async (isFinished) => {
    if (isFinished) await writeAudit(application, join(place.folder, "audit.json"));
  });
  return { ...application, store, helpdesk, before, after };
};
