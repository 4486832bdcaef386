/** "Export user data – Telemetry (Tenant admin)": how a user used the application, system-generated logs included. */
import { henrik } from "../company/people.ts";
import { exportFor } from "../story/export-for.ts";

await exportFor({
  example: "export-user-telemetry",
  heading: "Export user telemetry",
  category: "user-telemetry",
  email: henrik.email,
  request: `${henrik.name} asks for his telemetry: what was recorded of how he uses the application, system logs included.`,
});
