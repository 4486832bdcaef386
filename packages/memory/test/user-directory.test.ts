import { type MemoryUser, memoryUserDirectory } from "@subject-rights/memory";
import { unwrap } from "@subject-rights/testing";
import { expect, it } from "vitest";

const user = (id: string, tenant = "tenant-one"): MemoryUser => ({
  id,
  tenant,
  email: `${id}@example.org`,
  roles: ["user"],
  administrator: false,
});

it("lists the users of one tenant, without saying which", async () => {
  const directory = memoryUserDirectory([user("ben"), user("ada"), user("cleo", "tenant-two")]);
  const { tenant: _, ...ada } = user("ada");
  const { tenant: __, ...ben } = user("ben");
  expect(unwrap(await directory.list({ tenant: "tenant-one" })).users).toEqual([ada, ben]);
});

it("lists thousands page by page, and looks at the list anew each time", async () => {
  const users = Array.from({ length: 2_500 }, (_, index) => user(`user-${String(index).padStart(4, "0")}`));
  const directory = memoryUserDirectory(users);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = unwrap(await directory.list({ tenant: "tenant-one", cursor }));
    seen.push(...page.users.map(({ id }) => id));
    cursor = page.cursor;
    // Somebody is removed in between: nobody else is passed over.
    users.shift();
  } while (cursor !== undefined);
  expect(seen).toEqual(Array.from({ length: 2_500 }, (_, index) => `user-${String(index).padStart(4, "0")}`));
});
