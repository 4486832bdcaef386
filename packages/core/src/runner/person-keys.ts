import { keyedHash } from "../crypto.ts";
import { KeyDestroyed, type StorageFailed } from "../errors.ts";
import type { RequestKey } from "../ports/request-store.ts";
import { errAsync, okAsync, type ResultAsync } from "../result.ts";
import type { Services } from "./services.ts";

type Keys = Pick<Services, "keyRing">;

/**
 * Each person has a key of their own, under which the audit of each of their requests calls them something else: with
 * the key it can be told whose audit it is, and once it is destroyed by nobody, while the chain stays as it is.
 *
 * @param pseudonym of the address that the person asked with
 */
const nameOf = (tenant: string, pseudonym: string): string => `person/${tenant}/${pseudonym}`;

const markUnder = (key: Uint8Array, { tenant, id }: RequestKey): string =>
  keyedHash(key, JSON.stringify(["audit", tenant, id]));

/** What the audit of a request is to call the person. Makes them a key where they have none. */
export const newPersonMark = (
  { keyRing }: Keys,
  request: RequestKey,
  pseudonym: string,
): ResultAsync<string, StorageFailed | KeyDestroyed> =>
  keyRing
    .create(nameOf(request.tenant, pseudonym))
    .andThen(() => personMark({ keyRing }, request, pseudonym))
    .andThen((mark) => (mark === null ? errAsync(new KeyDestroyed()) : okAsync<string, KeyDestroyed>(mark)));

/** What the audit of a request calls this person, if it is about them; null where they have no key. */
export const personMark = (
  { keyRing }: Keys,
  request: RequestKey,
  pseudonym: string,
): ResultAsync<string | null, StorageFailed> =>
  keyRing
    .use(nameOf(request.tenant, pseudonym))
    .map((key) => (key === undefined ? null : markUnder(key, request)));

export const destroyPersonKey = (
  { keyRing }: Keys,
  tenant: string,
  pseudonym: string,
): ResultAsync<void, StorageFailed> => keyRing.destroy(nameOf(tenant, pseudonym));
