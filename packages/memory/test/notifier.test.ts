import { memoryNotifier } from "@subject-rights/memory";
import { sampleAttachment, sampleMessage, simulatedClock, unwrapError } from "@subject-rights/testing";
import { expect, it } from "vitest";

const call = {
  tenant: "tenant-one",
  requestId: "request-1",
  categories: ["customer-data"] as const,
  idempotencyKey: "notice-1",
  signal: new AbortController().signal,
  clock: simulatedClock(),
  deadline: 1_000,
};

const bytesOf = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const read: Uint8Array[] = [];
  for await (const chunk of chunks) read.push(chunk);
  return Buffer.concat(read);
};

it("keeps what it was given in order, one that came twice twice", async () => {
  const notifier = memoryNotifier();
  for (const type of ["confirmation", "support", "confirmation"] as const) {
    expect((await notifier.send(sampleMessage(type), call)).isOk()).toBe(true);
  }
  expect(notifier.sent).toEqual(
    ["confirmation", "support", "confirmation"].map((type) => ({
      ...sampleMessage(type as "confirmation" | "support"),
    })),
  );
});

it("keeps attachments readable, again and again, when the package is long gone", async () => {
  const notifier = memoryNotifier();
  const attachment = sampleAttachment(100_000);
  let gone = false;
  const read = () => {
    if (gone) throw new Error("the package has expired");
    return attachment.read();
  };
  await notifier.send(sampleMessage("delivery", { attachment: { ...attachment, read } }), call);
  gone = true;
  const kept = notifier.sent[0]?.attachment;
  const expected = await bytesOf(attachment.read());
  for (const _ of ["once", "again"]) {
    expect(Buffer.compare(await bytesOf(kept?.read() ?? attachment.read()), expected)).toBe(0);
  }
});

it("refuses for good what is larger than its limit, whatever the attachment says of itself", async () => {
  const notifier = memoryNotifier({ attachmentLimit: 10 });
  const attachment = { ...sampleAttachment(11), bytes: 1 };
  const sent = await notifier.send(sampleMessage("delivery", { attachment }), call);
  expect(unwrapError(sent)).toMatchObject({ problem: "permanent-failure", retryable: false });
  expect(notifier.sent).toEqual([]);
});
