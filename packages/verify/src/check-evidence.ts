import {
  ChainCheck,
  type ChainFinding,
  canonicalJson,
  type EvidenceFile,
  evidenceFileSchema,
  evidenceFormat,
  evidenceVersion,
  isSigned,
  sha256,
  signedPart,
} from "@subject-rights/core";

/** What a file of evidence proves, in plain words. */
export interface Verdict {
  /** Whether nothing is off. A file that proves little may still be sound. */
  readonly sound: boolean;
  /** The file, where it could be read. */
  readonly file: EvidenceFile | null;
  readonly problems: readonly string[];
  readonly proven: readonly string[];
  readonly notProven: readonly string[];
}

export interface CheckOptions {
  /** The id of the key that the controller published (`publicKeyId`). Left out: any key is taken, and said to be. */
  readonly trustedKeyId?: string | undefined;
}

/** Checks a file of evidence, by itself: no database, no network. */
export const checkEvidence = (text: string, { trustedKeyId }: CheckOptions = {}): Verdict => {
  const read = readFile(text);
  if (typeof read === "string")
    return { sound: false, file: null, problems: [read], proven: [], notProven: [] };
  const problems: string[] = [];
  const proven: string[] = [];
  const notProven: string[] = [];
  if (canonicalJson(read) !== text.trim()) {
    problems.push(
      "The file is not in the form in which it was made: something was added to it, or written anew.",
    );
  }
  const findings = chainFindings(read);
  problems.push(...findings.map(findingInWords));
  const { entries } = read.audit.head;
  if (findings.length === 0) {
    proven.push(
      `The ${entries} audit entries are one chain: none was changed, left out, moved or added within it.`,
    );
  }
  const { signature } = read;
  if (signature === null) {
    if (trustedKeyId !== undefined)
      problems.push("The file is not signed, and a key was named that it should be signed with.");
    notProven.push("Who made this file, and that nothing but the audit was changed in it: it is not signed.");
  } else if (!isSigned(canonicalJson(signedPart(read)), signature)) {
    problems.push("The signature does not fit the file: something in it was changed after it was signed.");
  } else {
    proven.push(`Nothing in the file was changed since it was signed with the key ${signature.keyId}.`);
    if (trustedKeyId === undefined) {
      notProven.push(
        `Whose key that is: ask ${read.controller} for their public key, and name it with --key.`,
      );
    } else if (trustedKeyId === signature.keyId) {
      proven.push("That is the key that you named.");
    } else {
      problems.push(`That is not the key that you named, which is ${trustedKeyId}.`);
    }
  }
  notProven.push(...whatNoFileProves(read));
  return { sound: problems.length === 0, file: read, problems, proven, notProven };
};

/** The file, or why it cannot be one. */
const readFile = (text: string): EvidenceFile | string => {
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
    return `The file has version ${JSON.stringify(version)}, and this program knows version ${evidenceVersion}: take a newer one.`;
  }
  const { success, data, error } = evidenceFileSchema.safeParse(parsed);
  if (success) return data;
  const [issue] = error.issues;
  return `The file is not as evidence is made: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
};

const chainFindings = ({ audit, request }: EvidenceFile): readonly ChainFinding[] => {
  const check = new ChainCheck(sha256);
  for (const entry of audit.entries) check.add(entry);
  const foreign = audit.entries.filter(
    ({ requestId, tenant }) => requestId !== request.id || tenant !== request.tenant,
  );
  return [
    ...foreign.map(({ sequence }): ChainFinding => ({ sequence, what: "misplaced" })),
    ...check.finish(audit.head),
  ];
};

const findingInWords = ({ sequence, what }: ChainFinding): string => {
  switch (what) {
    case "changed":
      return `Audit entry ${sequence} was changed, or does not follow on the one before.`;
    case "missing":
      return `Audit entry ${sequence} is missing.`;
    case "misplaced":
      return `An audit entry of number ${sequence} stands where it does not belong.`;
    case "cut-off":
      return `The audit does not end where it did: entries are missing or were added from number ${sequence} on.`;
  }
};

const whatNoFileProves = ({ request, grades }: EvidenceFile): string[] => {
  const weak = grades.filter(
    ({ grade }) => grade !== null && grade !== "verified-absent" && grade !== "verified-changed",
  );
  return [
    ...(request.closedAt === null ? ["How the request ends: it was open when this file was made."] : []),
    ...weak.map(
      ({ source, collection, grade }) => `What became of ${collection ?? "the data"} in ${source}: ${grade}.`,
    ),
    "That the sources told the truth, and that there are no others: the file says what they answered.",
  ];
};
