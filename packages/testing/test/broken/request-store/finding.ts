import type { StoredRequest } from "@subject-rights/core";
import type { Broken } from "../describe-suite.ts";
import type { Fault } from "./world.ts";

export const findingFaults: readonly Broken<Fault>[] = [
  {
    fault: "what is not there is an error",
    how: ({ good }) => ({
      async read(key) {
        const found = await good.read(key);
        if (found === undefined) throw new Error("no rows");
        return found;
      },
    }),
    caughtBy: [
      "read: a request that is not there is no answer, and no error",
      "read: another tenant's request is not there",
      "insert: a second open request with the same duplicate key is not stored, and the answer names the first",
    ],
  },
  {
    fault: "requests are read from other tenants where the own has none",
    how: ({ good, tables }) => ({
      async read(key) {
        return (await good.read(key)) ?? [...tables.requests.values()].find(({ id }) => id === key.id);
      },
    }),
    caughtBy: ["read: another tenant's request is not there"],
  },
  {
    fault: "the first token hash alone is indexed",
    how: ({ good, tables }) => ({
      async readByTokenHash(tokenHash) {
        await good.due({ until: "2000-01-01T00:00:00.000Z", limit: 1 });
        return [...tables.requests.values()].find(({ tokenHashes }) => tokenHashes[0] === tokenHash);
      },
    }),
    caughtBy: [
      "readByTokenHash: finds a request by each of its hashes, of whichever tenant, closed or not",
      "readByTokenHash: a hash that was replaced finds nothing any more",
    ],
  },
  {
    fault: "a token of a closed request finds nothing",
    how: ({ good }) => ({
      async readByTokenHash(tokenHash) {
        const found = await good.readByTokenHash(tokenHash);
        return found?.open === true ? found : undefined;
      },
    }),
    caughtBy: ["readByTokenHash: finds a request by each of its hashes, of whichever tenant, closed or not"],
  },
  {
    fault: "replaced token hashes stay in the index",
    how: ({ good }) => {
      const index = new Map<string, StoredRequest>();
      const remember = (request: StoredRequest) => {
        for (const tokenHash of request.tokenHashes) index.set(tokenHash, request);
      };
      return {
        insert(input) {
          remember(input.request);
          return good.insert(input);
        },
        commit(input) {
          remember(input.request);
          return good.commit(input);
        },
        async readByTokenHash(tokenHash) {
          return (await good.readByTokenHash(tokenHash)) ?? index.get(tokenHash);
        },
      };
    },
    caughtBy: ["readByTokenHash: a hash that was replaced finds nothing any more"],
  },
  {
    fault: "only open requests are found by whom they are about",
    how: ({ good }) => ({
      async findAbout(query) {
        return (await good.findAbout(query)).filter(({ open }) => open);
      },
    }),
    caughtBy: ["findAbout: finds every request of the tenant that is about somebody, closed ones too"],
  },
  {
    fault: "a request is found once for each pseudonym",
    how: ({ good }) => ({
      async findAbout({ tenant, pseudonyms }) {
        const found = await Promise.all(
          pseudonyms.map((each) => good.findAbout({ tenant, pseudonyms: [each] })),
        );
        return found.flat();
      },
    }),
    caughtBy: ["findAbout: finds every request of the tenant that is about somebody, closed ones too"],
  },
  {
    fault: "whom a request is about is indexed when it is inserted, and not again",
    how: ({ good }) => {
      const index = new Map<string, readonly string[]>();
      return {
        insert(input) {
          index.set(input.request.id, input.request.about);
          return good.insert(input);
        },
        async findAbout(query) {
          const found = await good.findAbout(query);
          return found.filter(({ id }) => index.get(id)?.some((each) => query.pseudonyms.includes(each)));
        },
      };
    },
    caughtBy: ["findAbout: whom a request comes to be about is found from that commit on"],
  },
  {
    fault: "whom a request was about stays in the index",
    how: ({ good, tables }) => {
      const index = new Map<string, Set<string>>();
      const remember = ({ id, about }: StoredRequest) =>
        void index.set(id, new Set([...(index.get(id) ?? []), ...about]));
      return {
        insert(input) {
          remember(input.request);
          return good.insert(input);
        },
        commit(input) {
          remember(input.request);
          return good.commit(input);
        },
        async findAbout({ tenant, pseudonyms }) {
          await good.due({ until: "2000-01-01T00:00:00.000Z", limit: 1 });
          return [...tables.requests.values()]
            .filter(
              (request) =>
                request.tenant === tenant && pseudonyms.some((each) => index.get(request.id)?.has(each)),
            )
            .map((request) => ({ ...request, about: [...(index.get(request.id) ?? [])] }));
        },
      };
    },
    caughtBy: ["findAbout: who a request is not about any more is not found"],
  },
  {
    fault: "the list has the oldest first",
    how: ({ good }) => ({
      async list(query) {
        const { requests } = await good.list({ ...query, cursor: undefined, limit: 1_000 });
        const start = Number(query.cursor ?? 0);
        const end = start + query.limit;
        return {
          requests: requests.toReversed().slice(start, end),
          cursor: end < requests.length ? String(end) : undefined,
        };
      },
    }),
    caughtBy: [
      "list: all of a tenant and nobody else's, the newest first",
      "list: a request that arrives between two pages moves none of the others",
      "list: open ones, closed ones, or all",
    ],
  },
  {
    fault: "the cursor counts from the start",
    how: ({ good }) => ({
      async list(query) {
        const { requests } = await good.list({ ...query, cursor: undefined, limit: 1_000 });
        const start = Number(query.cursor ?? 0);
        const end = start + query.limit;
        return {
          requests: requests.slice(start, end),
          cursor: end < requests.length ? String(end) : undefined,
        };
      },
    }),
    caughtBy: ["list: a request that arrives between two pages moves none of the others"],
  },
  {
    fault: "the cursor takes all of one moment for one",
    how: ({ good }) => ({
      async list(query) {
        const { requests } = await good.list({ ...query, cursor: undefined, limit: 1_000 });
        const behind = requests.filter(
          ({ receivedAt }) => query.cursor === undefined || receivedAt < query.cursor,
        );
        const page = behind.slice(0, query.limit);
        return { requests: page, cursor: page.length < behind.length ? page.at(-1)?.receivedAt : undefined };
      },
    }),
    caughtBy: ["list: page by page nothing is lost and nothing comes twice"],
  },
  {
    fault: "the list never ends",
    how: ({ good }) => ({
      async list(query) {
        const page = await good.list(query);
        return { ...page, cursor: page.cursor ?? "9999-12-31T23:59:59.999Z" };
      },
    }),
    caughtBy: [
      "list: page by page nothing is lost and nothing comes twice",
      "list: a request that arrives between two pages moves none of the others",
      "list: open ones, closed ones, or all",
    ],
  },
  {
    fault: "the list knows no limit",
    how: ({ good }) => ({ list: (query) => good.list({ ...query, limit: 1_000 }) }),
    caughtBy: [
      "list: page by page nothing is lost and nothing comes twice",
      "list: a request that arrives between two pages moves none of the others",
      "list: open ones, closed ones, or all",
    ],
  },
  {
    fault: "the list does not tell open from closed",
    how: ({ good }) => ({ list: (query) => good.list({ ...query, open: undefined }) }),
    caughtBy: ["list: open ones, closed ones, or all"],
  },
  {
    fault: "the list is of all tenants",
    how: ({ good, tables }) => ({
      async list(query) {
        const tenants = new Set([query.tenant, ...[...tables.requests.values()].map(({ tenant }) => tenant)]);
        const pages = await Promise.all([...tenants].map((tenant) => good.list({ ...query, tenant })));
        return { requests: pages.flatMap(({ requests }) => requests), cursor: pages[0]?.cursor };
      },
    }),
    caughtBy: ["list: all of a tenant and nobody else's, the newest first"],
  },
];
