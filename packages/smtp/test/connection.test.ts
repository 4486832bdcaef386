import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { unwrap, unwrapError } from "@subject-rights/testing";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { type SmtpServerOptions, smtpNotifier } from "../src/index.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { attachment, call, message, notices } from "./messages.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const started = async (behaviour: SMTPServerOptions = {}): Promise<MailServer> => {
  const server = await startMailServer(behaviour);
  open.push(server);
  return server;
};

const send = (server: SmtpServerOptions, theCall = call(), toSend = message(notices.confirmation)) =>
  smtpNotifier({ server, from: { name: "Northwind", address: "privacy@northwind.example" } }).send(
    toSend,
    theCall,
  );

const mended = { code: "call-failed", problem: "unavailable", retryable: true };

/** Something that a server or an attachment tells the test. */
const occasion = () => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
};

describe("TLS", () => {
  it("is begun with STARTTLS", async () => {
    const server = await started();
    unwrap(await send(server.access));
    expect(server.arrived[0]).toMatchObject({ overTls: true, signedInAs: server.access.user });
  });

  it("can be there from the first byte", async () => {
    const server = await started({ secure: true });
    unwrap(await send({ ...server.access, tls: "implicit" }));
    expect(server.arrived[0]).toMatchObject({ overTls: true });
  });

  it("is required: a server without it gets neither the password nor the message", async () => {
    const seen: string[] = [];
    const server = await started({
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth: ({ username }, _session, answer) => {
        seen.push(`signed in as ${username}`);
        answer(null, { user: username });
      },
      onMailFrom: ({ address }, _session, answer) => {
        seen.push(`mail from ${address}`);
        answer();
      },
    });
    expect(unwrapError(await send(server.access))).toMatchObject(mended);
    expect(seen).toEqual([]);

    unwrap(await send({ ...server.access, tls: "not-required" }));
    expect(server.arrived[0]).toMatchObject({ overTls: false, signedInAs: server.access.user });
  });

  it("is used where it is offered, even if it is not required", async () => {
    const server = await started();
    unwrap(await send({ ...server.access, tls: "not-required" }));
    expect(server.arrived[0]).toMatchObject({ overTls: true });
  });

  it.each(["required", "not-required"] as const)("checks the certificate (%s)", async (tls) => {
    const server = await started();
    const { ca: _, ...untrusted } = server.access;
    expect(unwrapError(await send({ ...untrusted, tls }))).toMatchObject(mended);
    expect(unwrapError(await send({ ...server.access, tls, host: "localhost" }))).toMatchObject(mended);
    expect(server.arrived).toEqual([]);
  });
});

describe("signing in", () => {
  it("with a wrong password is an operator's mistake, and is tried again", async () => {
    const server = await started();
    const error = unwrapError(await send({ ...server.access, password: "wrong" }));
    expect(error).toMatchObject(mended);
    expect(server.arrived).toEqual([]);
    unwrap(await send(server.access));
  });

  it("is not skipped where a server with an account offers none", async () => {
    const server = await started({ disabledCommands: ["AUTH"] });
    expect(unwrapError(await send(server.access))).toMatchObject(mended);
    expect(server.arrived).toEqual([]);
  });

  it("is left out where no account is given", async () => {
    const server = await started({ authOptional: true });
    const { user: _user, password: _password, ...anonymous } = server.access;
    unwrap(await send(anonymous));
    expect(server.arrived[0]).toMatchObject({ signedInAs: "nobody", overTls: true });
  });
});

describe("verify", () => {
  const verify = (server: SmtpServerOptions) =>
    smtpNotifier({ server, from: { name: "Northwind", address: "privacy@northwind.example" } }).verify();
  const causeOf = async (server: SmtpServerOptions) => {
    const error = unwrapError(await verify(server));
    expect(error).toMatchObject({ ...mended, adapter: "smtp" });
    return String(error.cause);
  };

  it("signs in, and sends nothing", async () => {
    const signedIn: unknown[] = [];
    const server = await started({
      onAuth: ({ username }, _session, answer) => {
        signedIn.push(username);
        answer(null, { user: username });
      },
    });
    unwrap(await verify(server.access));
    expect([signedIn, server.arrived]).toEqual([[server.access.user], []]);
  });

  it("says what is wrong in the words of the server and the network: a password, a certificate, a name", async () => {
    const server = await started();
    expect(await causeOf({ ...server.access, password: "wrong" })).toMatch(/535/);
    const { ca: _, ...untrusted } = server.access;
    expect(await causeOf(untrusted)).toMatch(/certificate/);
    await server.close();
    open.splice(0);
    expect(await causeOf(server.access)).toMatch(/ECONNREFUSED/);
  });
});

describe("a server that is", () => {
  it("down is tried again", async () => {
    const server = await startMailServer();
    await server.close();
    expect(unwrapError(await send(server.access))).toMatchObject(mended);
  });

  it("silent is given up after connectionTimeout", async () => {
    const silent = createServer();
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    open.push({ close: async () => void silent.close() });
    const { port } = silent.address() as AddressInfo;
    const server = { host: "127.0.0.1", port, connectionTimeout: 50 };
    expect(unwrapError(await send(server))).toMatchObject(mended);
  });

  it("struck dumb is given up after socketTimeout", async () => {
    const server = await started({ onRcptTo: () => undefined });
    const error = unwrapError(await send({ ...server.access, socketTimeout: 100 }));
    expect(error).toMatchObject(mended);
  });
});

describe("a call that is ended", () => {
  /** A server that stops answering at one point, and says when it was reached and when the client went. */
  const hanging = async (at: "onRcptTo" | "onData") => {
    const reached = occasion();
    const left = occasion();
    const server = await started({
      [at]: (stream: unknown) => {
        if (at === "onData") (stream as NodeJS.ReadableStream).resume();
        reached.resolve();
      },
      onClose: () => left.resolve(),
    });
    return { server, reached: reached.promise, left: left.promise };
  };

  it.each(["onRcptTo", "onData"] as const)("by its signal closes the connection (%s)", async (at) => {
    const { server, reached, left } = await hanging(at);
    const stop = new AbortController();
    const sending = send(server.access, call({ signal: stop.signal }));
    await reached;
    stop.abort();
    expect(unwrapError(await sending)).toMatchObject({ problem: "interrupted", retryable: true });
    await left;
  });

  it("by its deadline closes the connection", async () => {
    const { server, reached, left } = await hanging("onRcptTo");
    const sending = send(server.access, call({ deadline: 500 }));
    await reached;
    expect(unwrapError(await sending)).toMatchObject({ problem: "timed-out", retryable: true });
    await left;
  });

  it("lets go of the attachment that it was reading", async () => {
    const server = await started();
    const stop = new AbortController();
    const released = occasion();
    const endless = attachment(new Uint8Array(1_000), {
      async *read() {
        try {
          yield new Uint8Array(500);
          stop.abort();
          yield new Uint8Array(500);
        } finally {
          released.resolve();
        }
      },
    });
    const delivery = message({ ...notices.delivery, url: null }, { attachment: endless });
    const sending = send(server.access, call({ signal: stop.signal }), delivery);
    expect(unwrapError(await sending).problem).toBe("interrupted");
    await released.promise;
    expect(server.arrived).toEqual([]);
  });

  it("before it began connects to nobody", async () => {
    let connected = 0;
    const server = await started({
      onConnect: (_session, answer) => {
        connected += 1;
        answer();
      },
    });
    expect((await send(server.access, call({ signal: AbortSignal.abort() }))).isErr()).toBe(true);
    unwrap(await send(server.access));
    expect(connected).toBe(1);
  });
});
