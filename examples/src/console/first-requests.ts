import { orThrow, type Submission } from "@subject-rights/core";
import { jonas, pia } from "../company/people.ts";
import { tokenIn } from "../story/acknowledge.ts";
import { admin, tenantAdmin } from "../story/actors.ts";
import type { OpenCompany } from "../story/open-company.ts";

const day = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * day).toISOString();

/** What a company has on its desk on some day: something overdue, something due soon, something to approve, and done. */
export const firstRequests = async (opened: OpenCompany): Promise<void> => {
  const { rights } = opened;
  const submit = async (submission: Omit<Submission, "actor">, actor = admin): Promise<string> =>
    orThrow(await rights.requests.submit({ actor, ...submission })).request.id;

  const done = await submit({ kind: "erasure", category: "user-data", email: pia.email });
  await confirm(opened, done);
  const asked = { kind: "export", category: "customer-data" } as const;
  await submit({ ...asked, email: "renate.holm@example.org", receivedAt: daysAgo(34) }, tenantAdmin);
  await submit({ kind: "erasure", category: "customer-data", email: jonas.email, receivedAt: daysAgo(26) });
  await submit({ ...asked, email: "arvid.lund@example.org", receivedAt: daysAgo(9) }, tenantAdmin);
  const approved = await submit({
    kind: "erasure",
    category: "user-telemetry",
    email: "wiebke.oltmann@halmstrand.example",
    receivedAt: daysAgo(3),
  });
  await confirm(opened, approved);
};

/** What the tenant administrator does by opening the link in the letter, and pressing the button behind it. */
const confirm = async ({ rights, mail }: OpenCompany, requestId: string): Promise<void> => {
  const letter = await mail.waitFor(
    ({ subject, text }) => /confirm/i.test(subject) && text.includes(requestId),
  );
  orThrow(await rights.requests.acknowledge({ token: tokenIn(letter) }));
};
