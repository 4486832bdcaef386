/** All of them, in the order in which the demo runs them: `NAME/main.ts`. */
export const examples = [
  "erase-customer-data",
  "erase-user-data",
  "export-customer-data",
  "export-user-data",
  "export-user-telemetry",
  "by-email",
  "postgres-application",
  "custom-data-source",
  "deadlines",
  "trust",
  "retention",
  "letters",
  "evidence",
  "http-node",
  "http-express",
];
