import { orThrow } from "@subject-rights/core";
import { expect, it } from "vitest";
import { askedFor, officer, openWorld, privacy, registered, reply } from "./world.ts";

it("an export is asked for, confirmed and delivered by mail alone", async () => {
  const world = await openWorld();
  const { requestId, confirmation, replyAddress } = await askedFor(world);
  expect(confirmation.to).toEqual([registered]);
  expect(replyAddress).toMatch(/^privacy\+[a-z2-7]{52}@halmstrand\.example$/);
  expect(confirmation.mail.text).toContain('answer this message with the words "I confirm"');

  const answered = await world.take(
    await world.post.write(reply(confirmation, "I confirm.\n\nKind regards\nPetra")),
    {
      from: registered,
      to: [replyAddress],
    },
  );
  expect(answered).toEqual({
    outcome: "acknowledged",
    requestId,
    authentication: { origin: "proven", dkim: "pass", spf: "none", dmarc: "pass" },
  });

  const delivery = await world.arrival(({ mail }) => mail.attachments.length > 0);
  expect(delivery.to).toEqual([registered]);
  expect(delivery.mail.attachments[0]?.contentType).toBe("application/zip");
  expect(delivery.mail.replyTo).toBeUndefined();
  expect(delivery.mail.from?.value[0]?.address).toBe(privacy);
  const request = orThrow(await world.rights.requests.read({ actor: officer, requestId }));
  const actor = { id: "mail-intake", tenant: officer.tenant, roles: [] };
  expect(request.submittedBy).toBe(orThrow(await world.rights.recordedAs({ actor })));
});
