import { petra } from "./people.ts";

/** The invented company: a mail-order shop for lamps, and the application it keeps customer profiles in. */
export const company = {
  name: "Halmstrand Lamps",
  application: "Halmstrand Insights",
  tenant: "halmstrand",
  tenantAdmin: petra.email,
  privacy: "privacy@halmstrand.example",
  support: "data-support@halmstrand.example",
};
