import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import yauzl from "yauzl";
import { collection } from "./rows.ts";

/** What is in a package, whoever made it: how many rows, and a hash over what they say. */
export const packageRows = async (file: string): Promise<{ rows: number; hash: string }> => {
  const hash = createHash("sha256");
  let rows = 0;
  for await (const line of linesOfCollection(file)) {
    const text = line.endsWith(",") ? line.slice(0, -1) : line;
    if (!text.startsWith("{")) continue;
    const row = JSON.parse(text) as Record<string, unknown>;
    // The row that only keeps the CSV away is nobody's.
    if (row["id"] === undefined) continue;
    rows += 1;
    const amount = row["amount"] === null ? null : Number(row["amount"]);
    const visited = new Date(String(row["visited_at"])).getTime();
    hash.update(
      JSON.stringify([String(row["id"]), visited, row["page"], amount, row["is_member"], row["note"]]),
    );
  }
  return { rows, hash: hash.digest("hex") };
};

async function* linesOfCollection(file: string): AsyncGenerator<string> {
  const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(file, { lazyEntries: true });
  try {
    const isWanted = ({ fileName }: yauzl.Entry): boolean =>
      fileName.endsWith(".json") && fileName.toLowerCase().includes(collection.toLowerCase());
    const entry = await new Promise<yauzl.Entry>((resolve, reject) => {
      zip.on("entry", (each: yauzl.Entry) => (isWanted(each) ? resolve(each) : zip.readEntry()));
      zip.on("end", () => reject(new Error("The package lacks the collection.")));
      zip.on("error", reject);
      zip.readEntry();
    });
    const stream = await promisify(zip.openReadStream.bind(zip) as OpenReadStream)(entry);
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    zip.close();
  }
}

type OpenReadStream = (
  entry: yauzl.Entry,
  callback: (error: Error | null, stream: NodeJS.ReadableStream) => void,
) => void;
