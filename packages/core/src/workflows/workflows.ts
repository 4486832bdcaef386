import type { RequestKind } from "../request/kinds.ts";
import { eraseWorkflow } from "./erase.ts";
import { exportWorkflow } from "./export.ts";
import type { Workflow } from "./workflow.ts";

export const workflowOf = (kind: RequestKind): Workflow =>
  kind === "erasure" ? eraseWorkflow : exportWorkflow;
