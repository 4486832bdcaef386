import type { Asset } from "../html/asset.ts";

/** The stylesheet and the scripts of the console; they are served beside those of the other pages. */
export const consoleAssets: readonly Asset[] = [];
