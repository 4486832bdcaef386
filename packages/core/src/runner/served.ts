import type { DataSource } from "../bridge/define-data-source.ts";
import { InvalidInput } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import type { Services } from "./services.ts";

type Sources = Pick<Services, "sources">;

/** The sources that may hold people of a tenant. One that is another tenant's has no part in what is asked here. */
export const sourcesFor = ({ sources }: Sources, tenant: string): DataSource[] =>
  [...sources.values()].filter(
    ({ descriptor: { tenants } }) => tenants === undefined || tenants.includes(tenant),
  );

/**
 * Where sources name their tenants, and none names this one, a name was written in two ways: whoever holds the people
 * would be asked about somebody else's, and nothing would be called done.
 */
export const checkTenant = ({ sources }: Sources, tenant: string): Result<void, InvalidInput> => {
  const named = [...sources.values()].flatMap(({ descriptor }) => descriptor.tenants ?? []);
  const message =
    "no data source is of this tenant, and some are of certain tenants only: compare it with `tenant: { only }` of the " +
    "data map, or name it in `tenants` of a source";
  return named.length === 0 || named.includes(tenant)
    ? ok(undefined)
    : err(new InvalidInput([{ path: "actor.tenant", message }]));
};
