/**
 * {@include ../README.md}
 *
 * @module @subject-rights/verify
 */

export { type CheckOptions, checkEvidence, type Verdict } from "./check-evidence.ts";
export type { Findings } from "./findings.ts";
export { evidencePage } from "./page.ts";
