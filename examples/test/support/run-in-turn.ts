/**
 * Runs the examples that are named, one after the other in this process: what they import is read once, and PGlite
 * compiled once. What one that is named again has left before is kept, under another name.
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";

const [, , output = "", ...names] = process.argv;
const done = new Set<string>();
for (const example of names) {
  const isAgain = done.has(example);
  console.log(`>>> ${example}${isAgain ? " again" : ""}`);
  if (isAgain) await cp(join(output, example), join(output, `${example} before`), { recursive: true });
  await import(`../../src/${example}/main.ts${isAgain ? "?again" : ""}`);
  done.add(example);
}
