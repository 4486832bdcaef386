/** "Export user data (Tenant admin)": what the application holds of one of its own users. */
import { henrik } from "../company/people.ts";
import { exportFor } from "../story/export-for.ts";

await exportFor({
  example: "export-user-data",
  heading: "Export user data",
  category: "user-data",
  email: henrik.email,
  request: `${henrik.name}, a user of the application, asks for a copy of his data: ${henrik.email}`,
});
