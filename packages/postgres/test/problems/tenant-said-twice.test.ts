import { expect, it } from "vitest";
import { type DataMap, postgresDataSource } from "../../src/index.ts";

const client = { query: () => Promise.reject(new Error("nobody asks")) };

it.each([[{ only: "halmstrand", column: "tenant_id" }], [{}]])(
  "a map that says %j of the tenant is told what to say",
  (tenant) => {
    const table = { table: "users", title: "Users", category: "customer-data", erasure: "delete" } as const;
    const belongs = { column: "email", identifier: "email" };
    const dataMap = { tenant, tables: [{ ...table, belongs, columns: { email: "exported" } }] };
    expect(() =>
      postgresDataSource({ client: client as never, dataMap: dataMap as unknown as DataMap }),
    ).toThrow("tenant: say one of the two: `only` where");
  },
);
