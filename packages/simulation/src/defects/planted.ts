import { registerHooks } from "node:module";
import type { run } from "../run.ts";
import type { Defect } from "./defect.ts";

type RunOf = typeof run;

const packages = new URL("../../../", import.meta.url).href;
const isOurs = (url: string): boolean => url.startsWith(packages) && !url.includes("/node_modules/");

const mark = "?planted=";

/** What is planted, by the name in the addresses of its modules. */
const planted = new Map<string, Defect>();
let areHooked = false;

/** Every module that is imported under the mark of a defect imports others under the same mark. */
const hook = (): void => {
  if (areHooked) return;
  areHooked = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const [, name] = context.parentURL?.split(mark) ?? [];
      if (name === undefined || !isOurs(resolved.url) || resolved.url.includes(mark)) return resolved;
      return { ...resolved, url: `${resolved.url}${mark}${name}` };
    },
    load(url, context, nextLoad) {
      const [file = url, name] = url.split(mark);
      const defect = name === undefined ? undefined : planted.get(name);
      if (defect === undefined || file !== `${packages}${defect.file}`) return nextLoad(url, context);
      const loaded = nextLoad(url, context);
      return { ...loaded, source: withDefect(String(loaded.source), defect) };
    },
  });
};

/** @throws Error where the code does not stand there any more: the defect has to be planted elsewhere */
const withDefect = (source: string, { name, file, find, replace }: Defect): string => {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(
      `Defect "${name}": its code stands ${parts.length - 1} times in ${file}, and has to stand there once.`,
    );
  return parts.join(replace);
};

/** The same run, over a library in which a defect is planted. Everything else in this process goes on with the real one. */
export const withPlanted = async (defect: Defect): Promise<RunOf> => {
  hook();
  const key = encodeURIComponent(defect.name);
  planted.set(key, defect);
  const module = (await import(`${new URL("../run.ts", import.meta.url).href}${mark}${key}`)) as {
    run: RunOf;
  };
  return module.run;
};
