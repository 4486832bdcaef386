import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type EvidenceSigner, ed25519Signer } from "@subject-rights/core";

/** The company's key for evidence, made at the first start. In real life: in a secret store. */
export const evidenceSignerIn = async (folder: string): Promise<EvidenceSigner> => {
  const file = join(folder, "evidence-key.pem");
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    await writeFile(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  return ed25519Signer(await readFile(file, "utf8"));
};
