// Loads each built package as an application's Node does, without the `source` condition: in one process, by the name
// and the `exports` that it has, as it finds itself from its own folder.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { publishedPackages } from "./published.ts";

for (const { name, folder } of await publishedPackages()) {
  try {
    const built = createRequire(join(process.cwd(), folder, "package.json")).resolve(name);
    await import(pathToFileURL(built).href);
  } catch (cause) {
    console.error(`${name}:`, cause);
    process.exitCode = 1;
  }
}
