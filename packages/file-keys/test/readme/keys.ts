// keys.ts
import { fileKeyRing } from "@subject-rights/file-keys";

export const keyRing = fileKeyRing({
  directory: process.env["KEY_DIRECTORY"] ?? "",
  // 32 random bytes: openssl rand -base64 32
  masterKey: Buffer.from(process.env["MASTER_KEY"] ?? "", "base64"),
});
