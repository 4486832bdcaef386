import { type DataSource, defineDataSource } from "@subject-rights/core";
import { countIn, eraseFrom, type FileCollection, pagesFrom } from "../files/file-collection.ts";
import { jsonLinesFile } from "../files/json-lines-file.ts";
import { filesOf } from "../files-of.ts";

/** What the application recorded of how it is used. It knows people by user id alone. */
export const telemetrySource = (folder: string): DataSource => {
  const events: FileCollection = {
    collection: "telemetry",
    file: jsonLinesFile(filesOf(folder).telemetry),
    names: { user: "user-id" },
  };
  return defineDataSource({
    id: "telemetry",
    title: "Usage telemetry",
    holds: ["user-telemetry"],
    kind: "origin",
    needs: ["user-id"],

    locate: (subject, context) => countIn([events], subject, context),
    export: (subject, context) => pagesFrom([events], subject, context),
    erase: (subject, context) => eraseFrom([events], subject, context),
  });
};
