/** The handler on plain `node:http`: the documented export, by its API and its pages. */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createHandler } from "@subject-rights/http";
import { exportOverHttp } from "../web/export-over-http.ts";
import { listenOnLoopback } from "../web/listen.ts";
import { whoIsSignedIn } from "../web/sessions.ts";

await exportOverHttp({
  example: "http-node",
  heading: "Over HTTP, on plain node:http",
  mount: (rights) => {
    const handler = createHandler({ rights, authenticate: whoIsSignedIn, basePath: "/privacy" });
    const listener = getRequestListener(handler);
    return listenOnLoopback(createServer((incoming, outgoing) => void listener(incoming, outgoing)));
  },
});
