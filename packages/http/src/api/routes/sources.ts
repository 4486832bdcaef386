import { z } from "zod";
import { acting } from "../errors-of-calls.ts";
import { type ApiRoute, json, nothing, route } from "../route.ts";
import { named } from "../schemas/named.ts";
import { sourceRow } from "../schemas/others.ts";
import { damaged, reason } from "../schemas/words.ts";

const sourceList = named("SourceList", z.object({ sources: z.array(sourceRow), damaged }));

export const sourceRoutes: readonly ApiRoute[] = [
  route({
    id: "listSources",
    method: "get",
    path: "/sources",
    title: "All data sources, each with its status",
    answer: sourceList,
    errors: { ...acting, damaged: true },
    handle: ({ rights, actor }) => rights.sources.list({ actor }).map(json(200)),
  }),
  route({
    id: "retrySourceForAll",
    method: "post",
    path: "/sources/{source}/retry",
    title: "Tries one source again for every open request that cannot go on because of it",
    answer: named("SourceRetried", z.object({ requests: z.array(z.string()) })),
    errors: { ...acting, damaged: true, "key-destroyed": true, "source-not-found": true },
    handle: ({ rights, actor, path }) => rights.sources.retryAll({ actor, ...path }).map(json(200)),
  }),
  route({
    id: "settleSourceForAll",
    method: "post",
    path: "/sources/{source}/settle",
    title:
      "Closes one source by hand for every request that cannot go on, or whose letter waits, because of it",
    text: "For a source that is given up, registered or not. Each whose part there was open ends with exceptions at best.",
    body: z.strictObject({ reason }),
    answer: named("SourceSettled", z.object({ requests: z.array(z.string()) })),
    errors: { ...acting, damaged: true, "key-destroyed": true, "source-not-found": true },
    handle: ({ rights, actor, path, body }) =>
      rights.sources.settleAll({ actor, ...path, ...body }).map(json(200)),
  }),
  route({
    id: "refreshSource",
    method: "post",
    path: "/sources/{source}/refresh",
    title: "Refreshes one copy from its origins",
    text: "Answers when that is finished.",
    answer: null,
    errors: {
      ...acting,
      "call-failed": true,
      "held-in-copy": true,
      "key-destroyed": true,
      "source-not-found": true,
      damaged: true,
    },
    handle: ({ rights, actor, path }) => rights.sources.refresh({ actor, ...path }).map(nothing),
  }),
];
