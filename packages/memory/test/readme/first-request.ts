import { createSubjectRights, defineDataSource, orThrow, type Subject } from "@subject-rights/core";
import { memoryNotifier, memoryStorage } from "@subject-rights/memory";

let customers = ["Ada@example.org", "bo@example.org"];
const isOf = (subject: Subject) => (email: string) => subject.values("email").includes(email.toLowerCase());

const notifier = memoryNotifier();
const rights = createSubjectRights({
  controller: "Northwind Lamps",
  sources: [
    defineDataSource({
      id: "customers",
      title: "Customers",
      holds: ["customer-data"],
      kind: "origin",
      locate: async (subject) => [{ collection: "customers", count: customers.filter(isOf(subject)).length }],
      async erase(subject) {
        const found = customers.filter(isOf(subject));
        customers = customers.filter((email) => !found.includes(email));
        return [{ collection: "customers", outcome: "erased", count: found.length }];
      },
    }),
  ],
  notifier,
  addresses: { tenantAdmin: () => "admin@northwind.example", support: () => "support@northwind.example" },
  ...memoryStorage(),
});
orThrow(await rights.start());

const actor = { id: "admin-1", tenant: "northwind", roles: ["admin"] };
const asked = { actor, kind: "erasure", category: "customer-data", email: "ada@example.org" } as const;
const { request } = orThrow(await rights.requests.submit(asked));
const progress = orThrow(await rights.requests.progress({ actor, requestId: request.id }));
for await (const event of progress) {
  // Nothing happens before the token from the message comes back.
  const notice = event.type === "message" && event.message.status === "sent" && notifier.sent.at(-1)?.notice;
  if (notice && notice.type === "confirmation")
    orThrow(await rights.requests.acknowledge({ token: notice.token }));
  if (event.type === "closed") console.log(event.outcome, customers);
}
await rights.stop();
