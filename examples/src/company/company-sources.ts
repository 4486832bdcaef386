import type { DataSource } from "@subject-rights/core";
import { crmSource } from "./sources/crm.ts";
import { helpdeskSource } from "./sources/helpdesk.ts";
import { insightsSource } from "./sources/insights.ts";
import { logsSource } from "./sources/logs.ts";
import { shopSource } from "./sources/shop.ts";
import { telemetrySource } from "./sources/telemetry.ts";
import { usersSource } from "./sources/users.ts";

/** Everything the company holds data of people in, in the order of its Data Sources page. */
export const companySources = (folder: string, helpdesk: { readonly url: string }): DataSource[] => [
  crmSource(folder),
  shopSource(folder),
  helpdeskSource(helpdesk.url),
  insightsSource(folder),
  usersSource(folder),
  telemetrySource(folder),
  logsSource(folder),
];
