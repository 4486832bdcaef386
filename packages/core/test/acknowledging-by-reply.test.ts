import {
  type Acknowledger,
  replyTokenOf,
  type SubjectRightsOptions,
  TokenRejected,
} from "@subject-rights/core";
import { unwrap, unwrapError } from "@subject-rights/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ada, admin, createWorld, peopleSource } from "./world.ts";

const onRecord = "tenant-admin@northwind.example";
const submission = { actor: admin, kind: "erasure", category: "customer-data", email: ada } as const;

const withRequest = async (
  changes: Partial<SubjectRightsOptions> = {},
  acknowledgedBy: Acknowledger = "tenant-admin",
) => {
  const world = await createWorld({
    sources: [peopleSource("crm", new Map([[ada, [{ name: "Ada" }]]]))],
    acknowledgedBy,
    ...changes,
  });
  const { request } = unwrap(await world.rights.requests.submit(submission));
  await world.settle();
  const token = replyTokenOf(world.token());
  const reply = (from: string, written = token) =>
    world.rights.requests.acknowledgeByReply({ token: written, from });
  const rejected = async (from: string, written = token) => {
    const error = unwrapError(await reply(from, written));
    return error instanceof TokenRejected ? error.reason : error;
  };
  return { world, requestId: request.id, token, reply, rejected };
};

describe("a reply", () => {
  it("from the address on record acknowledges, once, whatever the letter case", async () => {
    const { world, requestId, token, reply, rejected } = await withRequest();
    expect(unwrap(await reply(onRecord.toUpperCase(), token.toUpperCase()))).toMatchObject({
      id: requestId,
      phase: "acknowledged",
    });
    await world.settle();
    expect((await world.read(requestId)).outcome).toBe("completed");
    expect(await rejected(onRecord)).toBe("used");
    const audit = unwrap(await world.rights.requests.audit({ actor: admin, requestId }));
    expect(audit.filter(({ action }) => action === "acknowledged")).toMatchObject([
      { actor: "address-on-record" },
    ]);
  });

  it("from any other address acknowledges nothing, and uses nothing up", async () => {
    const { world, requestId, reply, rejected } = await withRequest();
    for (const from of [
      ada,
      "tenant-admin@northwind.example.org",
      "tenant-admin+x@northwind.example",
      "tenant-аdmin@northwind.example",
      "tenant-admin@northwind.example, mallory@example.org",
      "",
      "no address",
    ]) {
      expect(await rejected(from)).toBe("another-address");
    }
    expect((await world.read(requestId)).phase).toBe("received");
    expect((await reply(onRecord)).isOk()).toBe(true);
  });

  it("takes another token than the link, and each opens its own door only", async () => {
    const { world, token, rejected } = await withRequest();
    const link = world.token();
    expect(token).toMatch(/^[a-z2-7]{52}$/);
    expect(await rejected(onRecord, link)).toBe("unknown");
    const byLink = await world.rights.requests.acknowledge({ token });
    expect(unwrapError(byLink)).toMatchObject({ code: "token-rejected", reason: "unknown" });
    expect(JSON.stringify([...world.tables.requests.values()])).not.toContain(token);
    expect((await world.rights.requests.acknowledge({ token: link })).isOk()).toBe(true);
    expect(await rejected(onRecord)).toBe("used");
  });

  it("is for the address that is on record now", async () => {
    let address: string | undefined = "old@northwind.example";
    const { reply, rejected } = await withRequest({
      addresses: { tenantAdmin: () => address, support: () => "support@northwind.example" },
    });
    address = "new@northwind.example";
    expect(await rejected("old@northwind.example")).toBe("another-address");
    address = undefined;
    expect(await rejected("undefined")).toBe("another-address");
    address = "new@northwind.example";
    expect((await reply("new@northwind.example")).isOk()).toBe(true);
  });

  it("counts for either form of an internationalised domain", async () => {
    const { reply } = await withRequest({
      addresses: { tenantAdmin: () => "chef@bücher.example", support: () => "support@northwind.example" },
    });
    expect((await reply("chef@xn--bcher-kva.example")).isOk()).toBe(true);
  });

  it("of the person counts where they acknowledge for themselves", async () => {
    const { reply, rejected } = await withRequest({}, "data-subject");
    expect(await rejected(onRecord)).toBe("another-address");
    expect((await reply(ada)).isOk()).toBe(true);
  });

  it('is "could not ask" where the address on record cannot be looked up, and is taken later', async () => {
    let isDown = false;
    const { reply, rejected } = await withRequest({
      addresses: {
        tenantAdmin: () => {
          if (isDown) throw new Error("the directory is down");
          return onRecord;
        },
        support: () => "support@northwind.example",
      },
    });
    isDown = true;
    expect(await rejected(onRecord)).toMatchObject({ code: "storage-failed", port: "address-book" });
    isDown = false;
    expect((await reply(onRecord)).isOk()).toBe(true);
  });

  it("comes too late after seven days, after a new confirmation, and for what was called off", async () => {
    const late = await withRequest();
    await late.world.clock.advance(7 * 86_400_000);
    expect(await late.rejected(onRecord)).toBe("expired");

    await late.world.rights.requests.resendConfirmation({ actor: admin, requestId: late.requestId });
    await late.world.settle();
    expect(await late.rejected(onRecord)).toBe("unknown");
    expect((await late.reply(onRecord, replyTokenOf(late.world.token()))).isOk()).toBe(true);

    const over = await withRequest({}, "data-subject");
    await over.world.rights.requests.cancel({ actor: admin, requestId: over.requestId, reason: "a mistake" });
    expect(await over.rejected(ada)).toBe("expired");
  });

  it("has tokens that are as many as those they are made from", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 }), (tokens) => {
        const made = tokens.map(replyTokenOf);
        expect(new Set(made).size).toBe(tokens.length);
        expect(made.every((each) => /^[a-z2-7]{52}$/.test(each))).toBe(true);
      }),
    );
  });
});
