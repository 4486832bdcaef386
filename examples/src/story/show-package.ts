import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { exportManifestSchema } from "@subject-rights/core";
import { fromBufferPromise } from "yauzl";
import type { Screen } from "../screen/screen.ts";
import type { OpenApplication } from "./open-application.ts";

/** Waits for the letter with the export package, and shows both. */
export const showDeliveredPackage = async (application: OpenApplication, screen: Screen): Promise<void> => {
  const letter = await application.mail.waitFor(({ attachments }) => attachments.length > 0);
  screen.say("The exported data arrives at the tenant administrator's address:");
  screen.letter(letter);
  const [attached] = letter.attachments;
  if (attached === undefined) throw new Error("the letter has nothing attached");
  await showPackage(application, screen, Buffer.from(attached.content));
};

/** Puts a package on disk, unpacked too, and shows what is in it. */
export const showPackage = async (
  { folder, shown }: OpenApplication,
  screen: Screen,
  content: Buffer,
): Promise<void> => {
  const zip = join(folder, "package.zip");
  await writeFile(zip, content);
  const unpacked = join(folder, "package");
  const files = await unpack(content, unpacked);

  const manifest = exportManifestSchema.parse(JSON.parse(files.get("manifest.json") ?? ""));
  screen.heading("What is in the package");
  for (const { source, collection, rows, json } of manifest.collections) {
    screen.fact(
      `${rows} ${rows === 1 ? "row" : "rows"}`,
      `${source.title}: ${collection} (${json}, and as CSV)`,
    );
  }
  for (const { source, explanation } of manifest.missing)
    screen.fact("missing", `${source.title}: ${explanation}`);
  screen.fact("package", shown(zip));
  screen.fact("to read", shown(join(unpacked, "index.html")));
  screen.fact("mail", shown(join(folder, "mail")));
};

/** @returns the text of each file, by its path in the ZIP */
export const unpack = async (zip: Buffer, folder: string): Promise<ReadonlyMap<string, string>> => {
  const texts = new Map<string, string>();
  // yauzl refuses paths that lead out of the folder.
  const archive = await fromBufferPromise(zip, { lazyEntries: true });
  for await (const entry of archive.eachEntry()) {
    const path = join(folder, entry.fileName);
    await mkdir(dirname(path), { recursive: true });
    const content = await buffer(await archive.openReadStreamPromise(entry));
    await writeFile(path, content);
    texts.set(entry.fileName, content.toString());
  }
  return texts;
};
