import {
  type Ability,
  type ArtifactStore,
  type DataSource,
  defineArtifactStore,
  defineKeyRing,
  defineRequestStore,
  defineSourceStatusStore,
  type KeyRing,
  ok,
  orThrow,
  type RequestStore,
  type RequestStoreDefinition,
  ResultAsync,
  type SourceStatusStore,
  type StoredRequest,
  type Transact,
} from "@subject-rights/core";

/** Stands before and behind each effect that is made for a tenant: may let it through, or never go on. */
export type Gate = <Answer>(
  tenant: string,
  name: string,
  effect: () => PromiseLike<Answer>,
) => Promise<Answer>;

export const open: Gate = async (_tenant, _name, effect) => effect();

type AsWritten<Port> = {
  [Name in keyof Port]: Port[Name] extends (...input: infer Input) => ResultAsync<infer Answer, Error>
    ? (...input: Input) => Promise<Answer>
    : never;
};

interface WithTenant {
  readonly tenant?: unknown;
  readonly request?: { readonly tenant?: unknown };
}

/** Keys are named `request/<tenant>/…` and `pseudonyms/<tenant>`. Null where the library asks for nobody alone. */
const tenantOf = (input: unknown): string | null => {
  if (typeof input === "string") return input.split("/")[1] ?? null;
  if (typeof input !== "object" || input === null) return null;
  const { tenant, request }: WithTenant = input;
  const found = tenant ?? request?.tenant;
  return typeof found === "string" ? found : null;
};

/** A port as its author would have written it: plain async, and everything it does goes through the gate. */
const gated = <Port extends object>(port: Port, name: string, gate: Gate): AsWritten<Port> => {
  const operations = Object.entries(port).map(([operation, perform]) => [
    operation,
    (...input: unknown[]) => {
      const work = async () => orThrow(await perform(...input));
      const tenant = tenantOf(input[0]);
      return tenant === null ? work() : gate(tenant, `${name}.${operation}`, work);
    },
  ]);
  return Object.fromEntries(operations) as AsWritten<Port>;
};

const nothing = async (): Promise<void> => undefined;

/** A transaction through the gate: each step in it, before it is to be stored, and when that is done. */
const gatedTransaction =
  (transact: Transact, gate: Gate): NonNullable<RequestStoreDefinition["transaction"]> =>
  async (work) => {
    const name = "transaction";
    let tenant: string | null = null;
    const noted: Gate = (whose, what, effect) => {
      tenant = whose;
      return gate(whose, what, effect);
    };
    const value = orThrow(
      await transact(async (transaction) => {
        const { handle, ...operations } = transaction;
        const answer = await work({ handle, ...gated(operations, name, noted) });
        if (tenant !== null) await gate(tenant, `${name}.end`, nothing);
        return ok(answer);
      }),
    );
    if (tenant !== null) await gate(tenant, `${name}.stored`, nothing);
    return value;
  };

/** A source whose every call goes through the gate: each page, for an export. */
export const gatedSource = (source: DataSource, gate: Gate): DataSource => {
  const { id } = source.descriptor;
  const through = <Answer>(name: string, ability: Ability<Answer> | null): Ability<Answer> | null =>
    ability &&
    ((subject, call) =>
      new ResultAsync(gate(call.tenant, `${id}.${name}`, async () => ability(subject, call))));
  const { refresh, export: exported } = source;
  return {
    ...source,
    identify: through("identify", source.identify),
    locate: through("locate", source.locate),
    erase: through("erase", source.erase),
    remaining: through("remaining", source.remaining),
    refresh:
      refresh && ((call) => new ResultAsync(gate(call.tenant, `${id}.refresh`, async () => refresh(call)))),
    export:
      exported &&
      ((subject, call, cursor) => {
        const pages = exported(subject, call, cursor);
        return { ...pages, next: () => gate(call.tenant, `${id}.page`, pages.next) };
      }),
  };
};

export interface Storage {
  readonly requestStore: RequestStore;
  readonly artifactStore: ArtifactStore;
  readonly sourceStatusStore: SourceStatusStore;
  readonly keyRing: KeyRing;
}

export const gatedStorage = (storage: Storage, gate: Gate): Storage => {
  const { transaction, ...store } = storage.requestStore;
  const readByTokenHash = async (hash: string): Promise<StoredRequest | undefined> => {
    const found = orThrow(await store.readByTokenHash(hash));
    return found && gate(found.tenant, "request-store.read-by-token", async () => found);
  };
  return {
    requestStore: defineRequestStore({
      ...gated(store, "request-store", gate),
      readByTokenHash,
      ...(transaction && { transaction: gatedTransaction(transaction, gate) }),
    }),
    artifactStore: defineArtifactStore(gated(storage.artifactStore, "artifact-store", gate)),
    sourceStatusStore: defineSourceStatusStore(gated(storage.sourceStatusStore, "source-status-store", gate)),
    keyRing: defineKeyRing(gated(storage.keyRing, "key-ring", gate)),
  };
};
