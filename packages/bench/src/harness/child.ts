import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Answer } from "./as-child.ts";

const bundles = new Map<string, Promise<string>>();

/**
 * Turns a script into plain JavaScript, as applications run it: Node takes some 40 MB for reading TypeScript alone.
 * What is not ours stays outside, as it is where it is installed.
 */
const bundled = (script: URL): Promise<string> => {
  const made = bundles.get(script.href) ?? bundle(script);
  bundles.set(script.href, made);
  return made;
};

const bundle = async (script: URL): Promise<string> => {
  const name = script.pathname.slice(script.pathname.lastIndexOf("/") + 1).replace(/\.ts$/, ".js");
  const file = fileURLToPath(new URL(`../../node_modules/.bundles/${name}`, import.meta.url));
  await build({
    entryPoints: [fileURLToPath(script)],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    conditions: ["source"],
    external: ["pg", "pg-boss", "pg-copy-streams", "pg-cursor", "yazl"],
    logLevel: "error",
  });
  return file;
};

/** A process of its own, which answers one question after the other. */
export interface Child {
  ask<Input extends object, Output>(input: Input): Promise<Output>;
  /** Resolves when it has ended. */
  close(): Promise<void>;
}

/** @param script calls `asChild` */
export const openChild = async (script: URL): Promise<Child> => {
  const child = fork(await bundled(script), { execArgv: [] });
  let waiting: PromiseWithResolvers<unknown> | null = null;
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => waiting?.reject(error));
    child.on("exit", (code, signal) => {
      waiting?.reject(new Error(`The process ended with ${code ?? signal}.`));
      resolve();
    });
  });
  child.on("message", (message) => {
    const { failure, output } = message as Answer;
    if (failure === undefined) waiting?.resolve(output);
    else waiting?.reject(new Error(failure));
    waiting = null;
  });
  return {
    ask: <Input extends object, Output>(input: Input) => {
      waiting = Promise.withResolvers<unknown>();
      child.send(input);
      return waiting.promise as Promise<Output>;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
};

/** Does one thing in a process of its own, so that its memory is its own. */
export const inChild = async <Input extends object, Output>(script: URL, input: Input): Promise<Output> => {
  const child = await openChild(script);
  try {
    return await child.ask<Input, Output>(input);
  } finally {
    await child.close();
  }
};
