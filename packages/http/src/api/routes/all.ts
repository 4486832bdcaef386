import type { ApiRoute } from "../route.ts";
import { auditRoutes } from "./audit.ts";
import { holdRoutes } from "./holds.ts";
import { meRoutes } from "./me.ts";
import { progressRoutes } from "./progress.ts";
import { requestRoutes } from "./requests.ts";
import { sourceRoutes } from "./sources.ts";
import { suppressionRoutes } from "./suppressions.ts";
import { sweepRoutes } from "./sweeps.ts";
import { tokenRoutes } from "./tokens.ts";
import { userRoutes } from "./users.ts";

export const apiRouteList: readonly ApiRoute[] = [
  ...requestRoutes,
  ...auditRoutes,
  ...progressRoutes,
  ...tokenRoutes,
  ...sourceRoutes,
  ...userRoutes,
  ...holdRoutes,
  ...suppressionRoutes,
  ...sweepRoutes,
  ...meRoutes,
];
