import { errAsync, orThrow, StorageFailed, type Subject, subjectOf } from "@subject-rights/core";
import { memoryStorage } from "@subject-rights/memory";
import { type DataSourceHarness, dataSourceCases } from "@subject-rights/testing";
import { describe, it } from "vitest";
import { mailIntake, waitingMailSource } from "../../src/index.ts";
import { postOffice } from "./post-office.ts";
import { officer, privacy } from "./world.ts";

const subject = (email: string) => subjectOf([{ type: "email", value: email }]);
const never = (): never => {
  throw new Error("nothing in this mail is understood");
};

const make = async () => {
  const { intakeStore, keyRing } = memoryStorage();
  let isBroken = false;
  const post = postOffice([]);
  const intake = mailIntake({
    intakeStore,
    keyRing,
    rights: { requests: new Proxy({}, { get: never }) as never },
    actor: officer,
    controller: "Halmstrand Lamps",
    server: { host: "mail.halmstrand.example", port: 587 },
    from: { name: "Privacy", address: privacy },
    answersADay: 0,
    resolver: post.resolver,
  });
  // More than one page of them.
  for (let index = 0; index < 40; index += 1) {
    const from = index % 12 === 0 ? "Ada@example.org" : `somebody-${index}@example.org`;
    const text = [
      `What about granada@example.org and ada@example.org.example, no-ada@example.org? ${index}`,
      `What about bo@example.org? ${index}`,
      `Who is <ADA@Example.ORG>? ${index}`,
    ][index % 3];
    const raw = `From: ${from}\r\nTo: ${privacy}\r\nMessage-ID: <${index}@x.example>\r\n\r\n${text}`;
    orThrow(await intake.take(Buffer.from(raw)));
  }
  const source = waitingMailSource({
    keyRing,
    intakeStore: {
      ...intakeStore,
      list: (query) =>
        isBroken ? errAsync(new StorageFailed("intake-store", "list")) : intakeStore.list(query),
    },
  });
  return {
    source,
    person: subject("ada@example.org"),
    otherPerson: subject("bo@example.org"),
    unknownPerson: subject("nobody@example.org"),
    addressOnFile: "Ada@example.org",
    // The second door: what an administrator sees.
    holds: async (person: Subject) => {
      const email = person.values("email")[0] ?? "";
      let [count, cursor] = [0, undefined as string | undefined];
      do {
        const page = orThrow(await intake.waiting({ actor: officer, cursor }));
        count += page.mails.filter(({ content }) =>
          new RegExp(`(?:^|[ <"])${email}(?:[">?]|$)`, "im").test(
            `"${content?.from.join('" "')}" ${content?.text}`,
          ),
        ).length;
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      return [{ collection: "messages", count }];
    },
    breakIt: async () => {
      isBroken = true;
    },
  };
};

const harness: DataSourceHarness = {
  abilities: ["locate", "export", "erase"],
  tenant: officer.tenant,
  foreignTenant: "southwind",
  make,
  makeBreakable: make,
};

describe("the messages that wait, as a data source", () => {
  for (const each of dataSourceCases(harness)) it(each.name, each.run);
});
