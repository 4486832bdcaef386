import assert from "node:assert/strict";
import type { Message, Notice } from "@subject-rights/core";
import { answerOf } from "../answers.ts";
import { callOf } from "../calls.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { NotifierFixture, ReceivedMessage } from "./harness.ts";
import { factsOf, noticeTypes, sampleMessage } from "./sample-messages.ts";

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

const missingFacts = ({ text }: ReceivedMessage, notice: Notice): readonly string[] =>
  factsOf(notice).filter((fact) => !onOneLine(text).includes(onOneLine(fact)));

/** Sends a message that is expected to arrive once, at its recipient alone. */
const arrived = async ({ notifier, inbox }: NotifierFixture, message: Message): Promise<ReceivedMessage> => {
  await answerOf(notifier.send(message, callOf()));
  const received = (await inbox()).filter(({ to }) => to.includes(message.to));
  const [only] = received;
  assert.ok(only !== undefined && received.length === 1, "the message arrives once");
  assert.deepEqual(only.to, [message.to]);
  return only;
};

export const tellingCases = (test: CaseMaker<NotifierFixture>): readonly ConformanceCase[] => [
  ...noticeTypes.map((type) =>
    test(`send: a ${type} arrives at its one recipient, with what has to be in it`, async (fixture) => {
      const message = sampleMessage(type);
      assert.deepEqual(missingFacts(await arrived(fixture, message), message.notice), []);
    }),
  ),

  test("send: a confirmation without a page of its own carries the token to type in", async (fixture) => {
    const { notice, ...rest } = sampleMessage("confirmation");
    const message: Message = { ...rest, notice: { ...notice, url: null } };
    assert.deepEqual(missingFacts(await arrived(fixture, message), message.notice), []);
  }),

  test("send: a notice to the support contact holds nothing of an earlier one about a person", async (fixture) => {
    const confirmation = sampleMessage("confirmation", { to: "tenant.admin@example.com" });
    await arrived(fixture, confirmation);
    for (const type of ["support", "decision"] as const) {
      const { text } = await arrived(fixture, sampleMessage(type, { to: `${type}@example.com` }));
      for (const personal of [confirmation.notice.subject, confirmation.notice.token, confirmation.to]) {
        assert.ok(!text.includes(personal), `a ${type} notice is about no person`);
      }
    }
  }),

  test("send: messages of the same moment arrive each at its own recipient", async ({ notifier, inbox }) => {
    const messages = noticeTypes.map((type) => sampleMessage(type, { to: `${type}@example.com` }));
    await Promise.all(messages.map((message) => answerOf(notifier.send(message, callOf()))));
    const received = await inbox();
    assert.deepEqual(received.map(({ to }) => to.join()).toSorted(), messages.map(({ to }) => to).toSorted());
    for (const { to, notice } of messages) {
      const own = received.find((each) => each.to.includes(to));
      assert.ok(own !== undefined);
      assert.deepEqual(missingFacts(own, notice), []);
    }
  }),
];
