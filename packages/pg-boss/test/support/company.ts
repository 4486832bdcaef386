import { defineDataSource } from "@subject-rights/core";

/** A company whose only source holds nobody: what these tests look at is when its requests are woken. */
export const company = {
  controller: "Halmstrand Lamps",
  sources: [
    defineDataSource({
      id: "crm",
      title: "Customers",
      kind: "origin",
      holds: ["customer-data"],
      locate: async () => [{ collection: "people", count: 0 }],
      erase: async () => [{ collection: "people", outcome: "absent" }],
    }),
  ],
  addresses: { tenantAdmin: () => "admin@halmstrand.example", support: () => "support@halmstrand.example" },
};
