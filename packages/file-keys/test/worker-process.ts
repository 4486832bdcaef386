/**
 * A process that uses a key directory until it is killed: `node worker-process.ts DIRECTORY MASTER_KEY FIRST`. It says
 * before each operation what it begins, and behind it what came of it: its lines are what it was told.
 */
import { flushCompileCache } from "node:module";
import { orThrow } from "@subject-rights/core";
import { fileKeyRing, rewrapKeys } from "@subject-rights/file-keys";
import { keyNames } from "./key-names.ts";

const [directory = "", masterKey = "", otherMasterKey = "", work = ""] = process.argv.slice(2);
const bytes = (hex: string) => Buffer.from(hex, "hex");
const keys = {
  masterKey: bytes(masterKey),
  otherMasterKeys: otherMasterKey === "" ? [] : [bytes(otherMasterKey)],
};
const say = (message: unknown) => void process.send?.(message);

flushCompileCache();
say("ready");
if (work === "rewrap") {
  say(orThrow(await rewrapKeys({ directory, ...keys })));
} else {
  const ring = fileKeyRing({ directory, ...keys });
  const operations = ["create", "rotate", "destroy", "create", "rotate"] as const;
  for (let turn = 0; ; turn += 1) {
    const name = keyNames[turn % keyNames.length] ?? "";
    const operation = operations[Math.floor(Math.random() * operations.length)] ?? "create";
    say({ began: operation, name });
    orThrow(await ring[operation](name));
    say({ ended: orThrow(await ring.useAll(name)).map((key) => Buffer.from(key).toString("hex")), name });
  }
}
