import { connect, createServer, type Socket } from "node:net";

/** What becomes of something that a client sends. `before`: it never arrives. `after`: its answer never does. */
export type Fate = "let" | "before" | "after";

export interface CuttingProxy {
  readonly port: number;
  /** How many connections it has cut. */
  readonly cuts: () => number;
  close(): Promise<void>;
}

/**
 * Stands between a client and the server, and cuts connections.
 *
 * @param decide is told the text of each piece that a client sends, and of all that the connection sent before
 */
export const cuttingProxy = async (
  serverPort: number,
  decide: (piece: string, before: string) => Fate,
): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>();
  let cuts = 0;
  const proxy = createServer((client) => {
    const server = connect(serverPort, "127.0.0.1");
    let before = "";
    let isToBeCut = false;
    const cut = () => {
      cuts += 1;
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (bytes) => {
      const piece = bytes.toString("latin1");
      const fate = decide(piece, before);
      before = `${before}${piece}`.slice(-20_000);
      if (fate === "before") return cut();
      isToBeCut ||= fate === "after";
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (isToBeCut) return cut();
      client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cuts: () => cuts,
    close: async () => {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
