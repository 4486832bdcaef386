/** A process that works on requests, to be killed by its parent. */
import { flushCompileCache } from "node:module";
import { orThrow } from "@subject-rights/core";
import { openLibrary } from "./library.ts";

const [url = "", masterKey = "", holds = ""] = process.argv.slice(2);
process.on("disconnect", () => process.exit());

const { rights } = await openLibrary({
  url,
  masterKey: Buffer.from(masterKey, "hex"),
  holds: holds === "holds",
  concurrency: holds === "holds" ? 1 : 4,
  onError: (error) => console.error(error),
});
orThrow(await rights.start());
flushCompileCache();
process.send?.("ready");
