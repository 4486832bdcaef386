import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";

export interface TestServer {
  /** Without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

/** A real server on loopback, at a port of its own. */
export const serveOnLoopback = async (
  handler: (request: Request) => Promise<Response>,
): Promise<TestServer> => {
  const server = await new Promise<Server>((resolve) => {
    const listening = serve({ fetch: handler, hostname: "127.0.0.1", port: 0 }, () =>
      resolve(listening as Server),
    );
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
