import { cp } from "node:fs/promises";
import { join } from "node:path";
import { companySources } from "../company/company-sources.ts";
import { companyUsers } from "../company/company-users.ts";
import { type HelpdeskService, startHelpdesk } from "../company/helpdesk-service.ts";
import { makeCompany } from "../company/make-company.ts";
import { type OpenApplication, type OwnParts, openApplication } from "./open-application.ts";
import { type OpenStore, openStore } from "./open-store.ts";
import type { Place } from "./place.ts";

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
  if (!place.isLeftUnfinished) {
    await makeCompany(before);
    await cp(before, after, { recursive: true });
  }
  const store = await openStore(place);
  await place.begin();

  const helpdesk = await startHelpdesk(after);
  place.atEnd(() => helpdesk.stop());
  const own = { sources: companySources(after, helpdesk), users: companyUsers(after), ...changes };
  return { ...(await openApplication(place, store, own)), store, helpdesk, before, after };
};
