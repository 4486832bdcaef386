import type { DataSource } from "../bridge/define-data-source.ts";
import { InvalidInput } from "../errors.ts";
import { type Category, categorySchema } from "../request/kinds.ts";
import { isOpening } from "../request/sources.ts";
import { err, ok, type Result } from "../result.ts";

/**
 * The sources that are registered here. They are had by tenant alone: who is another tenant's by now, whoever it was when a
 * request began, is asked about nobody of this one.
 */
export interface RegisteredSources {
  /** Those that may hold people of a tenant, in the order of their registration. */
  of(tenant: string): readonly DataSource[];
  /** Undefined where it is not registered, or is another tenant's. */
  find(tenant: string, id: string): DataSource | undefined;
  /** What it is called, whosever it is; of one that is not registered what it was called last, or else its id. */
  titleOf(id: string, last?: string): string;
  /** Whether it is registered, whosever it is. */
  has(id: string): boolean;
  /** All that are registered, whosever they are. */
  readonly ids: readonly string[];
  /** The categories that some source holds, whosever it is, and not only along with others. */
  readonly categories: readonly Category[];
  /** The tenants that some source names as its own. */
  readonly tenants: readonly string[];
}

/** @param all no two of the same id */
export const registeredSources = (all: readonly DataSource[]): RegisteredSources => {
  const byId = new Map(all.map((source) => [source.descriptor.id, source]));
  const isOf =
    (tenant: string) =>
    ({ descriptor: { tenants } }: DataSource): boolean =>
      tenants === undefined || tenants.includes(tenant);
  return {
    of: (tenant) => all.filter(isOf(tenant)),
    find: (tenant, id) => [byId.get(id)].find((source) => source !== undefined && isOf(tenant)(source)),
    titleOf: (id, last = id) => byId.get(id)?.descriptor.title ?? last,
    has: (id) => byId.has(id),
    ids: [...byId.keys()],
    categories: categorySchema.options.filter((category) =>
      all.some(({ descriptor }) => isOpening(descriptor, [category])),
    ),
    tenants: all.flatMap(({ descriptor }) => descriptor.tenants ?? []),
  };
};

/**
 * Where sources name their tenants, and none names this one, a name was written in two ways: whoever holds the people
 * would be asked about somebody else's, and nothing would be called done.
 */
export const checkTenant = (
  { sources: { tenants } }: { readonly sources: RegisteredSources },
  tenant: string,
): Result<void, InvalidInput> => {
  const message =
    "no data source is of this tenant, and some are of certain tenants only: compare it with `tenant: { only }` of the " +
    "data map, or name it in `tenants` of a source";
  return tenants.length === 0 || tenants.includes(tenant)
    ? ok(undefined)
    : err(new InvalidInput([{ path: "actor.tenant", message }]));
};

/** What is told of the types of identifiers that somebody has named. */
export interface NamedTypes {
  /**
   * Types of these identifiers by which no data source says that it finds anybody (`needs`, `shares`): one may be misspelt,
   * and lead to nobody. Left out: there are none.
   */
  readonly unknownTypes?: readonly string[];
}

/**
 * Not refused: a source is handed everything that is known of a person, and may find them, or tell of them, by more than it
 * declares.
 */
export const namedTypes = (
  { sources }: { readonly sources: RegisteredSources },
  tenant: string,
  identifiers: readonly { readonly type: string }[],
): NamedTypes => {
  const declared = sources
    .of(tenant)
    .flatMap(({ needs, descriptor }) => [...needs, ...(descriptor.shares ?? [])]);
  const known = new Set(["email", ...declared]);
  const unknownTypes = [...new Set(identifiers.map(({ type }) => type))].filter((type) => !known.has(type));
  return unknownTypes.length === 0 ? {} : { unknownTypes };
};
