import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Row, type Subject, subjectOf } from "@subject-rights/core";
import { isAbout, recordsOf } from "./files/file-collection.ts";
import { jsonLinesFile } from "./files/json-lines-file.ts";
import { removeRecords } from "./files/remove-records.ts";
import { filesOf } from "./files-of.ts";

/** The help desk is somebody else's product: it is reached over HTTP, and it can be down. */
export interface HelpdeskService {
  /** Stays the same over a stop and a start. */
  readonly url: string;
  /** Twice does no more than once. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const pageSize = 100;

/**
 * Starts the help desk over its file of tickets, on a free port of this machine.
 *
 * - `GET /tickets?email=…&customer=…&skip=0` answers `{ tickets }`, a hundred at most, and none behind the last
 * - `GET /tickets/count?email=…` answers `{ count }`
 * - `DELETE /tickets?email=…` answers `{ deleted }`
 *
 * `email` and `customer` may be given several times; one match is enough.
 */
export const startHelpdesk = async (folder: string): Promise<HelpdeskService> => {
  const tickets = {
    file: jsonLinesFile(filesOf(folder).tickets),
    names: { from: "email", customer: "customer-number" },
  };
  const never = new AbortController().signal;

  const answer = async (method: string, url: URL): Promise<unknown> => {
    const subject = subjectIn(url.searchParams);
    const route = `${method} ${url.pathname}`;
    if (route === "DELETE /tickets") {
      return { deleted: await removeRecords(tickets.file, isAbout(subject, tickets.names), never) };
    }
    if (route !== "GET /tickets" && route !== "GET /tickets/count") return undefined;
    const found: Row[] = [];
    for await (const ticket of recordsOf(tickets, subject, never)) found.push(ticket);
    if (route === "GET /tickets/count") return { count: found.length };
    const skip = Number(url.searchParams.get("skip") ?? 0);
    return { tickets: found.slice(skip, skip + pageSize) };
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const body = await answer(request.method ?? "GET", url).catch(() => null);
    response.statusCode = body === undefined ? 404 : body === null ? 500 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body ?? {}));
  };

  const server = createServer((request, response) => void respond(request, response));
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    start: () => listen(port),
    stop: () =>
      new Promise((resolve, reject) => {
        if (!server.listening) return resolve();
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};

const subjectIn = (query: URLSearchParams): Subject =>
  subjectOf([
    ...query.getAll("email").map((value) => ({ type: "email", value: value.toLowerCase() })),
    ...query.getAll("customer").map((value) => ({ type: "customer-number", value })),
  ]);
