import { writeFile } from "node:fs/promises";
import { orThrow } from "@subject-rights/core";
import { tenantAdmin } from "./actors.ts";
import type { OpenApplication } from "./open-application.ts";

/** What was done to each request, entry by entry, for when there is no database to ask any more. */
export const writeAudit = async (
  { rights: { requests } }: Pick<OpenApplication, "rights">,
  path: string,
): Promise<void> => {
  const actor = tenantAdmin;
  const made = orThrow(await requests.list({ actor, limit: 10 })).requests;
  const audits = await Promise.all(
    made.map(async ({ id }) => orThrow(await requests.audit({ actor, requestId: id }))),
  );
  await writeFile(path, JSON.stringify(audits, null, 2));
};
