import { join } from "node:path";

/** Where everything of the company is, below its folder. */
export const filesOf = (folder: string) => ({
  customers: join(folder, "crm", "customers.csv"),
  orders: join(folder, "shop", "orders.jsonl"),
  carts: join(folder, "shop", "carts.jsonl"),
  tickets: join(folder, "helpdesk", "tickets.jsonl"),
  profiles: join(folder, "insights", "profiles.jsonl"),
  users: join(folder, "application", "users.jsonl"),
  preferences: join(folder, "application", "preferences.jsonl"),
  telemetry: join(folder, "application", "telemetry.jsonl"),
  audit: join(folder, "application", "audit.jsonl"),
  logs: join(folder, "application", "logs"),
});
