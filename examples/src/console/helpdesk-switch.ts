import { Hono } from "hono";
import { html } from "hono/html";
import type { HelpdeskService } from "../company/helpdesk-service.ts";
import { plainPage } from "./page.ts";

/** The help desk is somebody else's product and can be down: here it is made to, to see what the console says then. */
export const helpdeskRoutes = (helpdesk: HelpdeskService): Hono => {
  const routes = new Hono();
  let isUp = true;
  routes.get("/", (call) =>
    call.html(
      plainPage(
        "The help desk",
        html`<p>It is ${isUp ? "up" : "down: requests that need it wait, and a warning is shown"}.</p>
<form method="post" action="/helpdesk"><button name="be" value="${isUp ? "down" : "up"}">${isUp ? "Switch it off" : "Switch it on"}</button></form> <p><a href="/">Back</a></p>`,
      ),
    ),
  );
  routes.post("/", async (call) => {
    const { be } = await call.req.parseBody();
    const shouldBeUp = be === "up";
    if (shouldBeUp !== isUp) await (shouldBeUp ? helpdesk.start() : helpdesk.stop());
    isUp = shouldBeUp;
    return call.redirect("/helpdesk", 303);
  });
  return routes;
};
