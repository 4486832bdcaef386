/** Writes the code of the documentation into `.output/docs/`, with a `tsconfig.json` that checks it and all else. */
import { readPages, writePages } from "./support/docs.ts";

await writePages(await readPages());
