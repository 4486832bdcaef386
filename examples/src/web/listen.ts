import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebServer {
  /** Without a slash at the end. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Listens on this machine only, on a port that is free. */
export const listenOnLoopback = async (server: Server): Promise<WebServer> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Whoever still follows a request is hung up on.
        server.closeAllConnections();
      }),
  };
};
