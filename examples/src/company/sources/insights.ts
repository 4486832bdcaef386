import { type DataSource, defineDataSource } from "@subject-rights/core";
import { countIn, type FileCollection, pagesFrom } from "../files/file-collection.ts";
import { jsonLinesFile } from "../files/json-lines-file.ts";
import { filesOf } from "../files-of.ts";
import { ingestProfiles } from "../ingest-profiles.ts";

/** The customer profiles are a copy: whoever is erased in the CRM is gone from here after the next refresh. */
export const insightsSource = (folder: string): DataSource => {
  const profiles: FileCollection = {
    collection: "profiles",
    file: jsonLinesFile(filesOf(folder).profiles),
    names: { customer: "customer-number", email: "email" },
  };
  return defineDataSource({
    id: "insights",
    title: "Customer profiles",
    holds: ["customer-data"],
    kind: "copy",
    copyOf: ["crm", "shop"],
    needs: ["customer-number", "email"],

    locate: (subject, context) => countIn([profiles], subject, context),
    export: (subject, context) => pagesFrom([profiles], subject, context),
    refresh: ({ signal }) => ingestProfiles(folder, signal),
  });
};
