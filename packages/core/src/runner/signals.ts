import type { RequestKey } from "../ports/request-store.ts";
import type { Request } from "../request/request.ts";

/** Tells whoever listens in this process that a request was changed. A nudge only: the record is the truth. */
export interface Signals {
  changed(request: Request): void;
  /** @returns a function that stops listening */
  listen(key: RequestKey, listener: (request: Request) => void): () => void;
}

export const createSignals = (): Signals => {
  const listeners = new Map<string, Set<(request: Request) => void>>();
  const name = ({ tenant, id }: RequestKey) => JSON.stringify([tenant, id]);
  return {
    changed: (request) => {
      for (const listener of [...(listeners.get(name(request)) ?? [])]) listener(request);
    },
    listen: (key, listener) => {
      const those = listeners.get(name(key)) ?? new Set();
      listeners.set(name(key), those.add(listener));
      return () => {
        those.delete(listener);
        if (those.size === 0) listeners.delete(name(key));
      };
    },
  };
};
