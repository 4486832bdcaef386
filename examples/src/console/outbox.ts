import { Hono } from "hono";
import { html } from "hono/html";
import type { Letter } from "../mail/letter.ts";
import type { MailServer } from "../mail/mail-server.ts";
import { plainPage } from "./page.ts";

/** The letters that arrived at the example's mail server, to be read in the browser. Not a part of the library. */
export const outboxRoutes = ({ inbox }: MailServer): Hono => {
  const routes = new Hono();
  const letterOf = (number: string): Letter | undefined => inbox[Number(number) - 1];

  routes.get("/", (call) =>
    call.html(
      plainPage(
        "Letters",
        html`<p><a href="/">Back</a></p><ol reversed>${inbox
          .map((letter, index) => ({ letter, number: index + 1 }))
          .toReversed()
          .map(
            ({ letter, number }) =>
              html`<li><a href="/outbox/${number}">${letter.subject}</a><br>to ${letter.to}</li>`,
          )}</ol>`,
      ),
    ),
  );

  routes.get("/:number{[0-9]+}", (call) => {
    const letter = letterOf(call.req.param("number"));
    if (letter === undefined) return call.notFound();
    const { subject, from, to, text, attachments } = letter;
    return call.html(
      plainPage(
        subject,
        html`<p><a href="/outbox">All letters</a></p><p>From ${from}<br>To ${to}</p><pre>${withLinks(text)}</pre>
<ul>${attachments.map(({ filename }, index) => html`<li><a href="/outbox/${call.req.param("number")}/${index}" download="${filename}">${filename}</a></li>`)}</ul>`,
      ),
    );
  });

  routes.get("/:number{[0-9]+}/:attachment{[0-9]+}", (call) => {
    const found = letterOf(call.req.param("number"))?.attachments[Number(call.req.param("attachment"))];
    if (found === undefined) return call.notFound();
    return call.body(new Uint8Array(found.content), 200, {
      "Content-Type": "application/octet-stream",
      "Content-Disposition": "attachment",
    });
  });
  return routes;
};

/** The addresses in a letter, to be followed as a mail program lets people do. */
const withLinks = (text: string) =>
  text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : part));
