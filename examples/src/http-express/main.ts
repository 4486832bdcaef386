/** The handler within an application on Express: the documented export, by its API and its pages. */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createHandler } from "@subject-rights/http";
import express from "express";
import { exportOverHttp } from "../web/export-over-http.ts";
import { listenOnLoopback } from "../web/listen.ts";
import { whoIsSignedIn } from "../web/sessions.ts";

await exportOverHttp({
  example: "http-express",
  heading: "Over HTTP, within an application on Express",
  mount: (rights) => {
    const handler = createHandler({ rights, authenticate: whoIsSignedIn, basePath: "/privacy" });
    const application = express();
    // `all` leaves the path as it is, and no parser has read the body before.
    application.all("/privacy{/*rest}", getRequestListener(handler));
    application.use(express.json());
    application.get("/", (_request, response) => void response.send("Halmstrand Insights"));
    return listenOnLoopback(createServer(application));
  },
});
