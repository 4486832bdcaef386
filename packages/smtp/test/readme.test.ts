import { readFile } from "node:fs/promises";
import { unwrap } from "@subject-rights/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { call, message, notices } from "./messages.ts";

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const codeBlocks = async (): Promise<string[]> => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  return [...readme.matchAll(/```ts\n(.*?)```/gsu)].map(([, code]) => code ?? "");
};

const file = (name: string) => readFile(new URL(name, import.meta.url), "utf8");

it("the first example sends mail as it stands", async () => {
  expect((await codeBlocks())[0]).toBe(await file("readme/notifier.ts"));
  const { host, port, user, password, ca } = server.access;
  vi.stubEnv("SMTP_HOST", host);
  vi.stubEnv("SMTP_PORT", String(port));
  vi.stubEnv("SMTP_USER", user);
  vi.stubEnv("SMTP_PASSWORD", password);
  vi.stubEnv("SMTP_CA", ca);
  const { notifier } = await import("./readme/notifier.ts");
  unwrap(await notifier.send(message(notices.confirmation), call()));
  expect(server.arrived.at(-1)?.mail.replyTo?.text).toBe("dpo@northwind.example");
});

it("the example of one's own words gives words that can be sent", async () => {
  expect((await codeBlocks())[1]).toBe(await file("readme/texts.ts"));
  const { texts } = await import("./readme/texts.ts");
  const { smtpNotifier } = await import("../src/index.ts");
  const notifier = smtpNotifier({
    server: server.access,
    from: { name: "Northwind Privacy", address: "privacy@northwind.example" },
    texts,
  });
  unwrap(await notifier.send(message(notices.confirmation), call()));
  const mail = server.arrived.at(-1)?.mail;
  expect(mail?.subject).toBe("Northwind: a request waits for you");
  expect(mail?.text).toContain("extension 1815");
});
