import { type DataSource, defineDataSource, type FoundIdentifier } from "@subject-rights/core";
import { csvFile } from "../files/csv-file.ts";
import { countIn, eraseFrom, type FileCollection, pagesFrom, recordsOf } from "../files/file-collection.ts";
import { filesOf } from "../files-of.ts";

/** The customer records. Here an email address leads to a customer number, and to the address from before. */
export const crmSource = (folder: string): DataSource => {
  const customers: FileCollection = {
    collection: "customers",
    file: csvFile(filesOf(folder).customers),
    names: { customer: "customer-number", email: "email", previous_email: "email" },
    show: (row) => ({ ...row, newsletter: row["newsletter"] === "yes" }),
  };
  return defineDataSource({
    id: "crm",
    title: "Customer records",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["email", "customer-number"],

    async identify(subject, { signal }) {
      const found: FoundIdentifier[] = [];
      for await (const row of recordsOf(customers, subject, signal)) {
        // Not the telephone number: nothing here is found by it, and a household shares it.
        for (const [column, type] of Object.entries(customers.names)) {
          const value = row[column];
          if (typeof value !== "string") continue;
          found.push({ type, value: type === "email" ? value.toLowerCase() : value });
        }
      }
      return found;
    },
    locate: (subject, context) => countIn([customers], subject, context),
    export: (subject, context) => pagesFrom([customers], subject, context),
    erase: (subject, context) => eraseFrom([customers], subject, context),
  });
};
