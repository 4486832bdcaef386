import { type Asset, asset } from "../html/asset.ts";
import { script } from "./script.ts";
import { styles } from "./styles.ts";

export const consoleStyles = asset("console.css", "text/css; charset=utf-8", styles);
export const consoleScript = asset("console.js", "text/javascript; charset=utf-8", script);

/** The stylesheet and the script of the console; they are served beside those of the other pages. */
export const consoleAssets: readonly Asset[] = [consoleStyles, consoleScript];
