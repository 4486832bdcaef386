/** "Export customer data (Tenant admin)": everything that is held of one customer, by mail to the tenant admin. */
import { marta } from "../company/people.ts";
import { exportFor } from "../story/export-for.ts";

await exportFor({
  example: "export-customer-data",
  heading: "Export customer data",
  category: "customer-data",
  email: marta.email,
  request: `${marta.name} asks for a copy of her data, and is named by her email address: ${marta.email}`,
});
