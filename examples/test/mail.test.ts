import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpNotifier } from "@subject-rights/smtp";
import { sampleAttachment, sampleMessage, unwrap } from "@subject-rights/testing";
import { expect, it, onTestFinished } from "vitest";
import { startMailServer } from "../src/mail/mail-server.ts";
import { callTo } from "./support/call-to.ts";

const mailbox = async () => {
  const folder = await mkdtemp(join(tmpdir(), "mail-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const server = await startMailServer({ folder });
  onTestFinished(() => server.stop());
  return { folder, server };
};

const from = { name: "Halmstrand Lamps", address: "privacy@halmstrand.example" };

it("mail arrives over TLS, is taken apart, and is kept as it came", async () => {
  const { folder, server } = await mailbox();
  const notifier = smtpNotifier({ server: server.access, from });
  const arrival = server.waitFor(({ attachments }) => attachments.length > 0);
  const message = sampleMessage("delivery", { attachment: sampleAttachment(100_000) });
  unwrap(await notifier.send(message, callTo()));

  const letter = await arrival;
  expect(letter).toMatchObject({ to: message.to, messageId: expect.stringContaining("@") });
  expect(letter.from).toContain(from.address);
  expect(letter.text).not.toBe("");
  expect(letter.html).toContain("<");
  expect(letter.attachments[0]?.content.byteLength).toBe(100_000);
  expect(server.inbox).toEqual([letter]);

  expect(await readdir(folder)).toHaveLength(1);
  expect(letter.file).toMatch(/001-[a-z0-9-]+\.eml$/);
  expect(await readFile(letter.file, "utf8")).toContain(`Message-ID: ${letter.messageId}`);
});

it("nobody gets in with a wrong password", async () => {
  const { server } = await mailbox();
  const notifier = smtpNotifier({ server: { ...server.access, password: "guessed" }, from });
  expect((await notifier.send(sampleMessage("support"), callTo())).isErr()).toBe(true);
  expect(server.inbox).toEqual([]);
});

it("waiting for a letter comes to an end", async () => {
  const { server } = await mailbox();
  await expect(server.waitFor(() => true, 5)).rejects.toThrow("no such letter");
});
