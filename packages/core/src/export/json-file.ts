import type { StagedCollection } from "./contents.ts";
import { stagedLines } from "./staged-lines.ts";

/** A collection as a JSON array, one row a line, so that it can be read by line too. */
export async function* jsonFile(staged: StagedCollection): AsyncGenerator<string> {
  let before = "[\n";
  for await (const lines of stagedLines(staged)) {
    yield before + lines.join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
