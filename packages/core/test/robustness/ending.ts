import { buffer } from "node:stream/consumers";
import { CallFailed } from "@subject-rights/core";
import { expect } from "vitest";
import { unpack } from "../unpack.ts";
import { personal } from "./company.ts";
import { dump, requestIn, type World } from "./world.ts";

/** What a run did to the outside world, comparable between runs: ids and tokens differ, these do not. */
export const effectsOf = ({ company, mail, tables }: World) => {
  const anonymous = (text: string) =>
    [...tables.requests.values()].reduce((so, { id }) => so.replaceAll(id, "request"), text);
  return {
    asked: [
      ...new Set(company.asked.map(({ source, ability, key }) => anonymous(`${source}.${ability} ${key}`))),
    ].sort(),
    sent: [...new Set(mail.sent.map(({ id }) => anonymous(id)))].sort(),
  };
};

/** Simulated minutes pass while a busy machine reads a file: it is told, and done again. */
const isSlow = (error: unknown) => error instanceof CallFailed && error.problem === "timed-out";

/** What has to be true of every finished request, however it came there. */
export const expectGoodEnding = async (world: World, outcome: string): Promise<void> => {
  const request = await requestIn(world);
  expect(request?.outcome).toBe(outcome);
  expect(request?.sources.map(({ status }) => status)).toEqual([
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
  ]);
  expect(world.errors.filter((error) => !isSlow(error))).toEqual([]);
  expectAuditWithoutGaps(world);
  expectOneMessagePerNotice(world);
  expectNothingPersonal(world);
};

export const expectAuditWithoutGaps = ({ tables }: World): void => {
  expect(tables.audit.size).toBe(tables.requests.size);
  for (const entries of tables.audit.values()) {
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).toSorted());
  }
};

/** A message that came twice is the same message. */
export const expectOneMessagePerNotice = ({ mail }: World): void => {
  for (const messages of Map.groupBy(mail.sent, ({ id }) => id).values()) {
    const facts = messages.map(({ to, at, notice, attachment }) => ({
      to,
      at,
      notice,
      bytes: attachment?.bytes,
    }));
    for (const each of facts) expect(each).toEqual(facts[0]);
  }
};

export const expectNothingPersonal = (world: World): void => {
  const kept = dump(world);
  for (const word of personal) expect(kept).not.toContain(word);
  for (const { notice } of world.mail.sent)
    if (notice.type === "confirmation") expect(kept).not.toContain(notice.token);
};

/** The rows of each collection in the newest package that was delivered. */
export const deliveredRows = async ({ mail }: World): Promise<unknown[]> => {
  const attachment = mail.sent.findLast(({ notice }) => notice.type === "delivery")?.attachment;
  if (!attachment) throw new Error("no package was delivered");
  const files = await unpack(await buffer(attachment.read()));
  const tables = [...files].filter(([path]) => path.startsWith("data/") && path.endsWith(".json"));
  return tables.map(([, bytes]) => JSON.parse(bytes.toString()) as unknown);
};
