import { type EvidenceFile, evidenceFileSchema, evidenceFormat, evidenceVersion } from "@subject-rights/core";

/** The file, or why it cannot be one. */
export const readEvidence = (text: string): EvidenceFile | string => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return "The file is no JSON: it was cut short, or is something else.";
  }
  if (typeof parsed !== "object" || parsed === null) return "The file is no evidence.";
  const { format, version } = parsed as { readonly format?: unknown; readonly version?: unknown };
  if (format !== evidenceFormat) return "The file is no evidence of Subject Rights.";
  if (version !== evidenceVersion) {
    return `The file has version ${JSON.stringify(version)}, and this program knows version ${evidenceVersion}: take a program of that version.`;
  }
  const { success, error } = evidenceFileSchema.safeParse(parsed);
  // What was parsed, and not the copy of it: an audit may have a million entries.
  if (success) return parsed as EvidenceFile;
  const [issue] = error.issues;
  return `The file is not as evidence is made: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
};
