import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { publicKeyId, type SignedCheckpoint, signedCheckpointSchema } from "@subject-rights/core";
import { checkEvidence } from "./check-evidence.ts";
import { evidencePage } from "./page.ts";
import { verdictText } from "./words.ts";

const usage = `npx @subject-rights/verify FILE [--key PUBLIC.pem …] [--checkpoint KEPT.json …] [--html PAGE.html]

  Checks a file of evidence, without a database and without a network.

  --key         a public key (PEM) that the controller published: whether the file was signed with it
  --checkpoint  a checkpoint of this controller that you kept: whether the file agrees with it
  --html        writes a page to read and to print

  Ends with 0 where nothing is off, 1 where something is, 2 where it could not be checked.`;

/** What the process ends with, and says. */
export interface Said {
  readonly status: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

/** Says why nothing could be checked. */
class Complaint extends Error {}

const complain = (line: string): never => {
  throw new Complaint(line);
};

const read = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((thrown: unknown) =>
    complain(
      `${path} cannot be read: ${thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown"}.`,
    ),
  );

const readArguments = (given: readonly string[]) => {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        key: { type: "string", multiple: true, default: [] },
        checkpoint: { type: "string", multiple: true, default: [] },
        html: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (thrown) {
    return complain(thrown instanceof Error ? thrown.message : "");
  }
};

const idIn = async (key: string): Promise<string> => {
  const pem = await read(key);
  try {
    return publicKeyId(pem);
  } catch {
    return complain(`${key} holds no public Ed25519 key in PEM.`);
  }
};

const checkpointIn = async (kept: string): Promise<SignedCheckpoint> => {
  const text = await read(kept);
  try {
    return signedCheckpointSchema.parse(JSON.parse(text));
  } catch {
    return complain(`${kept} holds no checkpoint.`);
  }
};

const check = async (given: readonly string[]): Promise<Said> => {
  const { values, positionals } = readArguments(given);
  if (values.help) return { status: 0, stdout: `${usage}\n`, stderr: "" };
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) return complain("Name one file.");
  const trustedKeyIds = await Promise.all(values.key.map(idIn));
  const keptCheckpoints = await Promise.all(values.checkpoint.map(checkpointIn));
  const verdict = checkEvidence(await read(path), { trustedKeyIds, keptCheckpoints });
  if (values.html !== undefined) await writeFile(values.html, evidencePage(verdict));
  return { status: verdict.sound ? 0 : 1, stdout: `${verdictText(verdict)}\n`, stderr: "" };
};

/** What is given to the command behind its name, done. */
export const runCommand = async (given: readonly string[]): Promise<Said> => {
  try {
    return await check(given);
  } catch (thrown) {
    if (!(thrown instanceof Complaint)) throw thrown;
    return { status: 2, stdout: "", stderr: `${thrown.message}\n\n${usage}\n` };
  }
};
