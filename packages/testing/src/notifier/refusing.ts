import assert from "node:assert/strict";
import type { Message } from "@subject-rights/core";
import { errorOf } from "../answers.ts";
import { callOf } from "../calls.ts";
import { type CaseMaker, type ConformanceCase, casesOver } from "../conformance-case.ts";
import type { NotifierFixture, NotifierHarness } from "./harness.ts";
import { sampleMessage } from "./sample-messages.ts";

const stranger = "eve@example.net";

const addressesThatSmuggle = [
  `tenant.admin@example.com\r\nBcc: ${stranger}`,
  `tenant.admin@example.com\nTo: ${stranger}`,
  `tenant.admin@example.com, ${stranger}`,
  `tenant.admin@example.com;${stranger}`,
  `tenant.admin@example.com> RCPT TO:<${stranger}`,
  `"tenant.admin@example.com" <${stranger}>`,
  `Team: tenant.admin@example.com, ${stranger};`,
];

const textsThatSmuggle = [
  `Orders\r\nBcc: ${stranger}`,
  `Orders\nTo: ${stranger}`,
  `Orders\r\n.\r\nRCPT TO:<${stranger}>`,
];

/** Two support messages that carry a text of somebody's choosing where it is read out in a heading. */
const carrying = (text: string): readonly Message[] => {
  const message = sampleMessage("support");
  return [
    { ...message, id: "title", notice: { ...message.notice, source: { id: "orders", title: text } } },
    { ...message, id: "controller", notice: { ...message.notice, controller: text } },
  ];
};

export const refusingCases = (
  test: CaseMaker<NotifierFixture>,
  harness: NotifierHarness,
): readonly ConformanceCase[] => {
  const reachesStrangerWith = async ({ notifier, inbox }: NotifierFixture, messages: readonly Message[]) => {
    // An error is as good an answer as a message that reaches nobody else.
    for (const message of messages) await notifier.send(message, callOf());
    return (await inbox()).filter(({ to }) => to.some((address) => address.toLowerCase().includes(stranger)));
  };

  return [
    test("send: an address that smuggles in a second one reaches nobody else", async (fixture) => {
      const messages = addressesThatSmuggle.map((to, index) =>
        sampleMessage("support", { id: `message-${index}`, to }),
      );
      assert.deepEqual(await reachesStrangerWith(fixture, messages), []);
    }),

    test("send: a text that smuggles in a recipient reaches nobody else", async (fixture) => {
      assert.deepEqual(await reachesStrangerWith(fixture, textsThatSmuggle.flatMap(carrying)), []);
    }),

    ...(harness.makeDown === undefined
      ? []
      : [
          casesOver(harness.makeDown.bind(harness))(
            "send: while the other side cannot be reached, it is an error that is worth trying again",
            async ({ notifier }) => {
              const error = await errorOf(
                notifier.send(sampleMessage("support"), callOf()),
                "nothing was accepted",
              );
              assert.equal(error.retryable, true);
            },
          ),
        ]),

    ...(harness.makeRefusing === undefined
      ? []
      : [
          casesOver(harness.makeRefusing.bind(harness))(
            "send: what is refused for good is an error that is not tried again",
            async ({ notifier }) => {
              const error = await errorOf(
                notifier.send(sampleMessage("support"), callOf()),
                "nothing was accepted",
              );
              assert.equal(error.retryable, false);
            },
          ),
        ]),
  ];
};
