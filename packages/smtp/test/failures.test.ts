import { unwrapError } from "@subject-rights/testing";
import type { SMTPServerOptions } from "smtp-server";
import { expect, it } from "vitest";
import { smtpNotifier } from "../src/index.ts";
import { startMailServer } from "./mail-server.ts";
import { call, message, notices } from "./messages.ts";

type Stage = "onConnect" | "onAuth" | "onMailFrom" | "onRcptTo" | "onData";

const refusing = (stage: Stage, code: number, text: string): SMTPServerOptions => {
  const refusal = Object.assign(new Error(text), { responseCode: code });
  switch (stage) {
    case "onConnect":
      return { onConnect: (_session, answer) => answer(refusal) };
    case "onAuth":
      return { onAuth: (_given, _session, answer) => answer(refusal) };
    case "onMailFrom":
    case "onRcptTo":
      return {
        [stage]: (_address: unknown, _session: unknown, answer: (error: Error) => void) => answer(refusal),
      };
    case "onData":
      return {
        onData: (stream, _session, answer) => {
          stream.resume();
          stream.on("end", () => answer(refusal));
        },
      };
  }
};

const failure = async (stage: Stage, code: number, text: string) => {
  const server = await startMailServer(refusing(stage, code, text));
  try {
    const notifier = smtpNotifier({
      server: server.access,
      from: { name: "Northwind", address: "privacy@northwind.example" },
    });
    return unwrapError(await notifier.send(message(notices.confirmation), call()));
  } finally {
    await server.close();
  }
};

it.concurrent.each<readonly [Stage, number, string]>([
  ["onConnect", 421, "4.3.2 Too many connections"],
  ["onConnect", 554, "5.7.1 No service for you"],
  ["onConnect", 554, "No service for you"],
  ["onAuth", 550, "Account closed"],
  ["onAuth", 454, "4.7.0 Try later"],
  ["onAuth", 535, "5.7.8 Wrong password"],
  ["onAuth", 534, "5.7.9 Use another mechanism"],
  ["onMailFrom", 451, "4.3.0 Try later"],
  ["onMailFrom", 550, "5.7.1 You may not send as this"],
  ["onMailFrom", 553, "Sender not allowed"],
  ["onRcptTo", 450, "4.2.0 Greylisted"],
  ["onRcptTo", 452, "4.2.2 Mailbox full"],
  ["onRcptTo", 552, "5.2.2 Mailbox full"],
  ["onRcptTo", 554, "5.7.1 <admin@northwind.example>: Relay access denied"],
  ["onRcptTo", 550, "5.1.8 Sender address rejected: Domain not found"],
  ["onRcptTo", 503, "5.5.1 Bad sequence"],
  ["onRcptTo", 504, "5.5.2 Helo command rejected"],
  ["onData", 451, "4.3.0 Try later"],
  ["onData", 550, "5.7.26 Unauthenticated mail is not accepted"],
  ["onData", 554, "5.3.5 System incorrectly configured"],
])("%s answering %i %s is tried again", async (stage, code, text) => {
  const error = await failure(stage, code, text);
  expect(error).toMatchObject({ problem: "unavailable", retryable: true });
  expect(String(error.cause)).toContain(String(code));
});

it.concurrent.each<readonly [Stage, number, string]>([
  ["onMailFrom", 552, "5.3.4 Message too large"],
  ["onRcptTo", 501, "5.1.3 Bad address syntax"],
  ["onRcptTo", 550, "5.1.1 No such mailbox"],
  ["onRcptTo", 550, "No such mailbox"],
  ["onRcptTo", 551, "User not local"],
  ["onRcptTo", 552, "Over quota"],
  ["onRcptTo", 553, "Mailbox name not allowed"],
  ["onRcptTo", 554, "Transaction failed"],
  ["onRcptTo", 556, "5.1.10 Domain does not accept mail"],
  ["onData", 552, "5.3.4 Message too large"],
  ["onData", 554, "5.6.0 Message refused"],
])("%s answering %i %s is given up", async (stage, code, text) => {
  const error = await failure(stage, code, text);
  expect(error).toMatchObject({ problem: "permanent-failure", retryable: false });
  expect(String(error.cause)).toContain(String(code));
});

it("names no address in the error that it throws", async () => {
  const error = await failure("onRcptTo", 550, "5.1.1 <admin@northwind.example> unknown");
  expect(`${error.message} ${String(error.cause)}`).not.toContain("@");
});
