import type { RequestKey, StoredRequest } from "../../ports/request-store.ts";

/** One write of a request that is under way. */
export interface Writing {
  /** Whether nothing newer of the request was stored, by this process, while this was: else that one has woken it. */
  isNewest(): boolean;
  end(): void;
}

/**
 * Of two writes of one request the store may answer the newer one first. Its wake-up is the one that counts, and must not
 * give way to that of the older one.
 */
export interface WakeOrder {
  begin(request: StoredRequest): Writing;
}

interface UnderWay {
  writes: number;
  newest: number;
}

export const wakeOrder = (): WakeOrder => {
  const requests = new Map<string, UnderWay>();
  const nameOf = ({ tenant, id }: RequestKey) => JSON.stringify([tenant, id]);
  return {
    begin: (request) => {
      const name = nameOf(request);
      const underWay = requests.get(name) ?? { writes: 0, newest: 0 };
      requests.set(name, underWay);
      underWay.writes += 1;
      return {
        isNewest: () => {
          if (request.version < underWay.newest) return false;
          underWay.newest = request.version;
          return true;
        },
        end: () => {
          underWay.writes -= 1;
          if (underWay.writes === 0) requests.delete(name);
        },
      };
    },
  };
};
