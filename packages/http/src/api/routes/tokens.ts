import { z } from "zod";
import { packageHeaders, packageStream } from "../../package-download.ts";
import { changing } from "../errors-of-calls.ts";
import { type ApiRoute, json, tokenRoute } from "../route.ts";
import { requestView } from "../schemas/request.ts";

const { "not-allowed": _, ...applying } = changing;
const token = z.strictObject({ token: z.string().min(1).max(200) });

/** What somebody may do who has a token from a letter. It stands in the body: an address is written to logs. */
export const tokenRoutes: readonly ApiRoute[] = [
  tokenRoute({
    id: "acknowledge",
    method: "post",
    path: "/acknowledgements",
    title: "Acknowledges a request",
    body: token,
    answer: requestView,
    errors: applying,
    handle: ({ rights, body }) => rights.requests.acknowledge(body).map(json(200)),
  }),
  tokenRoute({
    id: "downloadPackage",
    method: "post",
    path: "/downloads",
    title: "Downloads an export package",
    body: token,
    answer: z.unknown(),
    contentType: "application/zip",
    errors: { ...applying, "package-not-available": true },
    handle: ({ rights, body, failed }) =>
      rights.packages.download(body).map((fetched) => ({
        status: 200,
        stream: packageStream(fetched, failed),
        headers: packageHeaders(fetched),
      })),
  }),
];
