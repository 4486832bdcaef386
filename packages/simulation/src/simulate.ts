import { registerHooks } from "node:module";
import type { Defect } from "./defects/defect.ts";
import { defects } from "./defects/defects.ts";
import { type Edit, withEdits } from "./defects/edit.ts";
import type { Run } from "./run.ts";
import type { Story } from "./story/story.ts";

const packages = new URL("../../", import.meta.url).href;
const isOurs = (url: string): boolean => url.startsWith(packages) && !url.includes("/node_modules/");

/** At the end of the addresses of modules that are loaded to be played with. */
const mark = "?simulated";

/** Simulated time does not wait for threads: with them, a package is made some simulated hours earlier or later. */
const withoutThreads: Edit = {
  name: "nothing is compressed in threads",
  file: "core/src/export/compression.ts",
  find: "if («block.length < worthAThread»)",
  replace: "true",
};
const edits: readonly Edit[] = [withoutThreads, ...defects];

const planted = new Set([withoutThreads.name]);
Object.assign(globalThis, { isPlanted: (name: string) => planted.has(name) });

// The library is loaded once more for the simulation: nobody else in this process meets what is planted in it.
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const isSimulated = context.parentURL?.endsWith(mark) === true && isOurs(resolved.url);
    return isSimulated ? { ...resolved, url: `${resolved.url}${mark}` } : resolved;
  },
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = edits.filter(({ file }) => `${packages}${file}${mark}` === url);
    return here.length === 0
      ? loaded
      : { ...loaded, source: withEdits(String(loaded.source), here, "globalThis.isPlanted") };
  },
});

const { run } = (await import(`${new URL("run.ts", import.meta.url).href}${mark}`)) as {
  run: (story: Story) => Promise<Run>;
};

/**
 * Plays a story over the library, and says which of its promises that has broken.
 *
 * @param defect what is planted in the library meanwhile
 */
export const simulate = async (story: Story, defect: Defect | null = null): Promise<Run> => {
  if (defect !== null) planted.add(defect.name);
  try {
    return await run(story);
  } finally {
    if (defect !== null) planted.delete(defect.name);
  }
};
