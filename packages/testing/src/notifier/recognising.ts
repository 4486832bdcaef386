import assert from "node:assert/strict";
import type { Message } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import { callOf } from "../calls.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { NotifierFixture } from "./harness.ts";
import { sampleMessage } from "./sample-messages.ts";

const idsAfter = async ({ notifier, inbox }: NotifierFixture, ...messages: readonly Message[]) => {
  for (const message of messages) await answerOf(notifier.send(message, callOf()));
  return (await inbox()).map(({ id }) => id);
};

export const recognisingCases = (
  test: CaseMaker<NotifierFixture>,
  makeAnother: () => Promise<NotifierFixture>,
): readonly ConformanceCase[] => [
  test("send: the same message twice is one message to the other side", async (fixture) => {
    const ids = await idsAfter(fixture, sampleMessage("confirmation"), sampleMessage("confirmation"));
    assert.ok(ids.length === 1 || ids.length === 2, "it arrives once or twice");
    assert.ok(ids[0] !== undefined && ids[0] !== "", "the other side is given something to recognise it by");
    assert.equal(new Set(ids).size, 1, "both go by the same id");
  }),

  test("send: the same message is the same after a restart", async (fixture) => {
    const first = await idsAfter(fixture, sampleMessage("delivery", { id: "message-2" }));
    const restarted = await makeAnother();
    try {
      // Something else comes first there, so that counting does not pass for recognising.
      const [, again] = await idsAfter(
        restarted,
        sampleMessage("support", { id: "message-1" }),
        sampleMessage("delivery", { id: "message-2" }),
      );
      assert.deepEqual([again], first);
    } finally {
      await restarted.close?.();
    }
  }),

  test("send: different messages are different, however alike they are", async (fixture) => {
    const messages = ["message-1", "message-11", "Message-1", "message.1"].map((id) =>
      sampleMessage("support", { id }),
    );
    const ids = await idsAfter(fixture, ...messages);
    assert.equal(new Set(ids).size, messages.length);
  }),

  test("send: what the other side recognises it by holds nothing personal", async (fixture) => {
    const message = sampleMessage("confirmation", { to: "grace.okafor@example.net" });
    const [id] = await idsAfter(fixture, message);
    for (const personal of ["grace.okafor", "example.net", "ada.lindqvist", message.notice.token]) {
      assert.ok(
        id !== undefined && !id.toLowerCase().includes(personal.toLowerCase()),
        "an id lasts in many logs",
      );
    }
  }),
];
