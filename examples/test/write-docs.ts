/** Writes the code of the documentation into `.output/docs/`, which `tsconfig.json` includes. */
import { readPages, writePages } from "./support/docs.ts";

await writePages(await readPages(), "docs");
