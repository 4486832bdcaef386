import assert from "node:assert/strict";
import type { Attachment } from "@subject-rights/core";
import { answerOf, errorOf } from "../answers.ts";
import { callOf } from "../calls.ts";
import type { CaseMaker, ConformanceCase } from "../conformance-case.ts";
import type { NotifierFixture, ReceivedMessage } from "./harness.ts";
import { sampleAttachment, sampleMessage } from "./sample-messages.ts";

const contentOf = async (attachment: Attachment): Promise<Uint8Array> => {
  const content = new Uint8Array(attachment.bytes);
  let start = 0;
  for await (const chunk of attachment.read()) {
    content.set(chunk, start);
    start += chunk.length;
  }
  return content;
};

const arrivedWhole = async (received: readonly ReceivedMessage[], attachment: Attachment): Promise<void> => {
  const [found] = received.flatMap(({ attachments }) => attachments);
  assert.ok(found !== undefined, "the attachment is there");
  assert.equal(found.filename, attachment.filename);
  assert.equal(found.contentType, attachment.contentType);
  const content = await contentOf(attachment);
  assert.equal(found.bytes.length, content.length);
  // Not compared as a whole: a difference would be printed byte by byte.
  const differs = found.bytes.findIndex((byte, index) => byte !== content[index]);
  assert.equal(differs, -1, "every byte is as it was");
};

export const attachingCases = (test: CaseMaker<NotifierFixture>): readonly ConformanceCase[] => [
  test("send: an attachment up to the limit arrives byte for byte", async ({ notifier, inbox }) => {
    if (notifier.attachmentLimit === 0) return;
    const attachment = sampleAttachment(notifier.attachmentLimit);
    await answerOf(notifier.send(sampleMessage("delivery", { attachment }), callOf()));
    await arrivedWhole(await inbox(), attachment);
  }),

  test("send: what could not be read to its end is an error, and does not arrive", async ({
    notifier,
    inbox,
  }) => {
    const whole = sampleAttachment(Math.max(1, notifier.attachmentLimit));
    const attachment: Attachment = {
      ...whole,
      async *read() {
        yield new Uint8Array(Math.floor(whole.bytes / 2));
        throw new Error("the package could not be read on");
      },
    };
    await errorOf(
      notifier.send(sampleMessage("delivery", { attachment }), callOf()),
      "half a package must not pass for a whole one",
    );
    assert.deepEqual(await inbox(), []);
  }),
];
