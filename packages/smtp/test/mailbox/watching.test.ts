import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { ConfigurationMistake, systemClock } from "@subject-rights/core";
import { simulatedClock, unwrap } from "@subject-rights/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type MailboxOptions, type Taken, watchMailbox } from "../../src/index.ts";
import {
  ada,
  askedFor,
  exportRequest,
  officer,
  openWorld,
  privacy,
  registered,
  reply,
  type World,
} from "../intake/world.ts";
import { type Dovecot, dovecotPath, startDovecot } from "./dovecot.ts";

if (dovecotPath === undefined)
  console.warn("No mailbox is watched in these tests: Dovecot is not installed (Debian: dovecot-imapd).");

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not come to that");
};

describe.skipIf(dovecotPath === undefined)("a mailbox over IMAP", () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot();
  });
  afterAll(() => dovecot.stop());

  const watched = async (world: World, change: Partial<MailboxOptions> = {}) => {
    const taken: Taken[] = [];
    const errors: unknown[] = [];
    const watch = () => {
      const watching = watchMailbox({
        intake: world.intake,
        server: dovecot.access,
        onTaken: (each) => void taken.push(each),
        onError: (error) => void errors.push(error),
        ...change,
      });
      onTestFinished(() => watching.stop());
      return watching;
    };
    return { taken, errors, watch, watching: watch() };
  };

  it("takes what is there, and what arrives meanwhile; both stay, and count as read", async () => {
    const world = await openWorld();
    const before = (await dovecot.look()).length;
    await dovecot.deliver(await world.post.write(exportRequest), new Date("2026-03-02T12:00:00Z"));
    const { taken, errors, watching } = await watched(world);
    await until(() => taken.length === 1);
    const { requestId, confirmation } = await askedForBy(world, taken[0]);
    await dovecot.deliver(await world.post.write(reply(confirmation, "I confirm")));
    await until(() => taken.length === 2);
    expect(taken[1]).toMatchObject({ outcome: "acknowledged", requestId });
    expect((await world.requests())[0]?.deadline.receivedOn).toBe("2026-03-02");
    await watching.stop();
    await watching.stop();
    const there = await dovecot.look();
    expect(there).toHaveLength(before + 2);
    for (const { flags } of there)
      expect(flags).toEqual(expect.arrayContaining(["SubjectRightsTaken", "\\Seen"]));
    expect(errors).toEqual([]);
    // Nothing is taken again by whoever watches next.
    const next = await watched(world);
    await dovecot.deliver(
      await world.post.write({ ...exportRequest, text: "Export customer eve@example.org" }),
    );
    await until(() => next.taken.length === 1);
    expect(next.taken).toMatchObject([{ outcome: "submitted" }]);
  });

  it("goes on when the server comes back, and tells that it was gone", async () => {
    const world = await openWorld();
    // Its pauses are a twentieth of what they are.
    const clock = {
      now: () => systemClock.now(),
      wait: (milliseconds: number, signal?: AbortSignal) => systemClock.wait(milliseconds / 20, signal),
    };
    const { taken, errors } = await watched(world, { clock });
    await dovecot.deliver(await world.post.write(exportRequest));
    await until(() => taken.length === 1);
    await dovecot.crash();
    await until(() => errors.length > 0);
    await dovecot.restart();
    await dovecot.deliver(
      await world.post.write({ ...exportRequest, text: "Export customer bo@example.org" }),
    );
    await until(() => taken.length === 2);
    expect(await world.requests()).toHaveLength(2);
  });

  it("hands over again what was not marked, and it is one request all the same", async () => {
    const world = await openWorld();
    const taking = world.intake.take.bind(world.intake);
    let calls = 0;
    const { taken, errors, watching } = await watched(world, {
      lookEvery: 100,
      intake: {
        // The process is killed after the message was taken, and before that is known here.
        take: (raw, envelope) => {
          calls += 1;
          return calls > 1
            ? taking(raw, envelope)
            : taking(raw, envelope).map(() => {
                throw new Error("killed");
              });
        },
      },
    });
    await dovecot.deliver(await world.post.write(exportRequest));
    await until(() => taken.length === 1);
    expect(errors).toHaveLength(1);
    expect(taken).toEqual([{ outcome: "duplicate", first: "submitted" }]);
    expect(await world.requests()).toHaveLength(1);
    await watching.stop();
  });

  it("leaves what cannot be taken, and tries it again; it holds up no other", async () => {
    const world = await openWorld();
    const { confirmation } = await askedFor(world);
    const { taken, errors, watching } = await watched(world, { lookEvery: 100 });
    world.post.breakDns();
    await dovecot.deliver(await world.post.write(reply(confirmation, "I confirm")));
    await until(() => errors.length > 1);
    expect(errors[0]).toMatchObject({ code: "call-failed" });
    await dovecot.deliver(await world.post.write({ ...exportRequest, text: "Export user eve@example.org" }));
    await until(() => taken.length === 1);
    expect(taken).toMatchObject([{ outcome: "waiting" }]);
    world.post.mendDns();
    await until(() => taken.length === 2);
    expect(taken[1]).toMatchObject({ outcome: "acknowledged" });
    await watching.stop();
  });

  it("moves what was taken where that is wanted, and flags what is of no tenant", async () => {
    const world = await openWorld({
      intake: {
        actor: (to) =>
          to.includes(privacy)
            ? { id: "mail-intake", tenant: "halmstrand", roles: ["tenant-admin"] }
            : undefined,
      },
    });
    const { taken, errors, watching } = await watched(world, { moveTo: "Taken" });
    await until(async () =>
      (await dovecot.look().catch(() => [])).every(({ flags }) => flags.includes("SubjectRightsTaken")),
    );
    const [here, there] = [(await dovecot.look()).length, await dovecot.look("Taken").catch(() => [])];
    await dovecot.deliver(await world.post.write(exportRequest));
    await dovecot.deliver(await world.post.write({ ...exportRequest, to: "somebody@halmstrand.example" }));
    await until(() => taken.length === 2);
    await watching.stop();
    expect(taken).toMatchObject([{ outcome: "submitted" }, { outcome: "refused", reason: "no-tenant" }]);
    expect((await dovecot.look("Taken")).length).toBe(there.length + 1);
    const left = await dovecot.look();
    expect(left).toHaveLength(here + 1);
    expect(left.filter(({ flags }) => flags.includes("\\Flagged"))).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it("does not fetch the whole of 10 MB", async () => {
    const world = await openWorld({ intake: { largest: 256 * 1024 } });
    const line = `${"A".repeat(76)}\r\n`;
    await dovecot.deliver(
      Buffer.from(
        `From: ${registered}\r\nTo: ${privacy}\r\nSubject: Export ${ada}\r\n\r\n${line.repeat(135_000)}`,
      ),
    );
    let read = 0;
    const { taken, watching } = await watched(world, {
      intake: {
        take: (raw, envelope) => {
          async function* counted() {
            for await (const piece of raw as AsyncIterable<Uint8Array>) {
              read += piece.length;
              yield piece;
            }
          }
          return world.intake.take(counted(), envelope);
        },
      },
    });
    await until(() => taken.length === 1);
    expect(taken).toMatchObject([{ outcome: "waiting", reason: "too-large" }]);
    expect(read).toBeLessThan(1024 * 1024);
    await watching.stop();
  });

  it("tells of a wrong password, and of a certificate that nobody vouches for, and stops when it is told to", async () => {
    const world = await openWorld();
    for (const change of [{ password: "guessed" }, { ca: undefined }]) {
      const { errors, watching } = await watched(world, { server: { ...dovecot.access, ...change } });
      await until(() => errors.length > 0);
      await watching.stop();
      expect(String(errors[0])).not.toContain("guessed");
    }
    expect(await world.waiting()).toEqual([]);
    expect(unwrap(await world.rights.requests.list({ actor: officer })).requests).toEqual([]);
  });
});

const askedForBy = async (world: World, taken: Taken | undefined) => {
  if (taken?.outcome !== "submitted") throw new Error(`it was ${JSON.stringify(taken)}`);
  const { requestId } = taken;
  return {
    requestId,
    confirmation: await world.arrival(({ mail }) => mail.text?.includes(requestId) === true),
  };
};

it("a server that says nothing is left ten seconds after the mailbox is not to be watched any more", async () => {
  const server = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const clock = simulatedClock();
  const watching = watchMailbox({
    intake: { take: () => expect.unreachable() },
    server: {
      host: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      user: "x",
      password: "x",
      tls: "not-required",
    },
    onError: () => undefined,
    clock,
  });
  const [socket] = (await once(server, "connection")) as [Socket];
  const closed = once(socket, "close");
  const stopped = watching.stop();
  await clock.advance(9_999);
  expect(socket.destroyed).toBe(false);
  await clock.advance(1);
  await Promise.all([stopped, closed]);
});

it("a mistake in the options of a mailbox is said at once", () => {
  const intake = {
    take: () => {
      throw new Error("never called");
    },
  };
  const server = { host: "mail.example", port: 993, user: "x", password: "a secret" };
  const good = { intake, server, onError: () => undefined };
  for (const change of [
    { server: { ...server, port: 0 } },
    { server: { ...server, password: undefined } },
    { server: { ...server, accessToken: () => "x" } },
    { onError: undefined as unknown as () => void },
    { lookEvery: 0 },
  ]) {
    expect(() => watchMailbox({ ...good, ...change } as MailboxOptions)).toThrow(ConfigurationMistake);
  }
});
