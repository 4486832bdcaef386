export { type CheckOptions, checkEvidence, type Verdict } from "./check-evidence.ts";
export { evidencePage } from "./page.ts";
