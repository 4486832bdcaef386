import { canonicalJson, type EvidenceFile, isSigned, signedPart } from "@subject-rights/core";
import { type Findings, problem, proof, together, unproven } from "./findings.ts";

/** The ids of the keys that the controller published; empty where nobody named any. */
export type TrustedKeys = ReadonlySet<string>;

/** Whether the whole file is as it was signed, and by whom. */
export const checkSignature = (file: EvidenceFile, trusted: TrustedKeys): Findings => {
  const { signature, controller } = file;
  if (signature === null) {
    return together(
      unproven("Who made this file, and that nothing but the audit was changed in it: it is not signed."),
      trusted.size > 0
        ? problem("The file is not signed, and a key was named that it should be signed with.")
        : together(),
    );
  }
  if (!isSigned(canonicalJson(signedPart(file)), signature)) {
    return problem("The signature does not fit the file: something in it was changed after it was signed.");
  }
  return together(
    proof(`Nothing in the file was changed since it was signed with the key ${signature.keyId}.`),
    whose(signature.keyId, controller, trusted),
  );
};

const whose = (keyId: string, controller: string, trusted: TrustedKeys): Findings => {
  if (trusted.size === 0) {
    return unproven(`Whose key that is: ask ${controller} for their public key, and name it with --key.`);
  }
  return trusted.has(keyId)
    ? proof("That is a key that you named.")
    : problem(`That is not a key that you named, which is ${[...trusted].join(", or ")}.`);
};
