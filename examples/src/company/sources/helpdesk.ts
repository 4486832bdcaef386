import { type DataSource, defineDataSource, type Row, type Subject } from "@subject-rights/core";
import { removed } from "../files/file-collection.ts";

/** The support tickets, behind the help desk's own API. */
export const helpdeskSource = (url: string): DataSource => {
  const ask = async (method: string, path: string, subject: Subject, signal: AbortSignal, skip = 0) => {
    const address = new URL(path, url);
    for (const email of subject.values("email")) address.searchParams.append("email", email);
    for (const number of subject.values("customer-number")) address.searchParams.append("customer", number);
    address.searchParams.set("skip", String(skip));
    const response = await fetch(address, { method, signal });
    if (!response.ok) throw new Error(`the help desk answered ${response.status}`);
    return response.json();
  };
  async function* pages(subject: Subject, signal: AbortSignal, handedOver: number) {
    for (let skip = handedOver; ; ) {
      const { tickets } = (await ask("GET", "/tickets", subject, signal, skip)) as { tickets: Row[] };
      if (tickets.length === 0) return;
      skip += tickets.length;
      yield { rows: tickets, cursor: String(skip) };
    }
  }
  return defineDataSource({
    id: "helpdesk",
    title: "Support tickets",
    holds: ["customer-data"],
    kind: "origin",
    needs: ["email", "customer-number"],

    async identify(subject, { signal }) {
      const numbers = new Set<string>();
      for await (const { rows } of pages(subject, signal, 0)) {
        for (const { customer } of rows) if (typeof customer === "string") numbers.add(customer);
      }
      // A mailbox that wrote for several customers belongs to none of them alone.
      return [...numbers].map((value) => ({ type: "customer-number", value, shared: numbers.size > 1 }));
    },
    async locate(subject, { signal }) {
      const { count } = (await ask("GET", "/tickets/count", subject, signal)) as { count: number };
      return [{ collection: "tickets", count }];
    },
    async *export(subject, { signal, cursor }) {
      for await (const page of pages(subject, signal, Number(cursor ?? 0))) {
        yield { collection: "tickets", cursor: page.cursor, rows: page.rows.map(withAttachments) };
      }
    },
    async erase(subject, { signal }) {
      const { deleted } = (await ask("DELETE", "/tickets", subject, signal)) as { deleted: number };
      return [removed("tickets", deleted)];
    },
  });
};

/** Attachments come as base64 text, and are handed out as the bytes that they are. */
const withAttachments = (ticket: Row): Row => ({
  ...ticket,
  attachments: (ticket["attachments"] as readonly { name: string; type: string; base64: string }[]).map(
    ({ name, type, base64 }) => ({ name, type, content: Buffer.from(base64, "base64") }),
  ),
});
