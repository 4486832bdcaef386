import { signedCheckpointSchema } from "@subject-rights/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createWebWorld, type WebWorld } from "./support/world.ts";

const email = "ada@example.org";
let world: WebWorld;
let id: string;
beforeAll(async () => {
  world = await createWebWorld();
  const asked = await world.post("/requests", { kind: "erasure", category: "customer-data", email });
  id = ((await asked.json()) as { request: { id: string } }).request.id;
  await world.post("/acknowledgements", { token: await world.token() });
  await (await world.api(`/requests/${id}/progress`)).text();
});
afterAll(() => world.close());

const answerOf = async (response: Response): Promise<unknown> => {
  expect(response.status).toBe(200);
  return response.json();
};

it("audits are verified, one by one and all together, against a checkpoint that was kept", async () => {
  const made = (await answerOf(await world.post("/audit/checkpoint"))) as { checkpoint: unknown };
  const kept = signedCheckpointSchema.parse(made.checkpoint);
  expect(await answerOf(await world.api(`/requests/${id}/audit/verdict`))).toMatchObject({
    intact: true,
    findings: [],
  });
  const report = await answerOf(await world.post("/audit/verify", { known: [kept] }));
  expect(report).toMatchObject({ intact: true, chains: 1, found: 0 });
  const { checkpoint, signature } = kept;
  const later = { checkpoint: { ...checkpoint, number: 99 }, signature };
  expect(await answerOf(await world.post("/audit/verify", { known: [later] }))).toMatchObject({
    intact: false,
    findings: [{ what: "checkpoint-missing", checkpoint: 99 }],
  });
});

it("whose audit it is can be told by whoever knows the address, until the person is unlinked", async () => {
  const about = (address: string) => world.post(`/requests/${id}/is-about`, { email: address });
  expect(await answerOf(await about(email))).toEqual({ isAbout: true });
  expect(await answerOf(await about("bo@example.org"))).toEqual({ isAbout: false });
  const known = await answerOf(await world.post("/audit/requests-of", { email }));
  expect(known).toMatchObject({ requests: [{ id }] });
  const identifiers = [{ type: "customer-number", value: "1" }];
  expect(await answerOf(await world.post("/audit/requests-of", { email, identifiers }))).toEqual({
    ...(known as object),
    unknownTypes: ["customer-number"],
  });
  const named = { email, identifiers: [{ type: "customer-number", value: "" }] };
  expect((await world.post(`/requests/${id}/is-about`, named)).status).toBe(400);
  expect(await answerOf(await world.post(`/requests/${id}/unlink`))).toEqual({ requests: 1 });
  const after = await about(email);
  expect([after.status, await after.json()]).toMatchObject([410, { code: "key-destroyed" }]);
  expect(await answerOf(await world.post("/audit/requests-of", { email }))).toEqual({
    requests: [],
    damaged: [],
  });
});
