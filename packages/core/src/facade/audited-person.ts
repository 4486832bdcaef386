import type { DamagedRecord } from "../bridge/readable.ts";
import { sameDigest } from "../crypto.ts";
import {
  Damaged,
  type InvalidInput,
  KeyDestroyed,
  type NotAllowed,
  NotPossibleNow,
  type StorageFailed,
} from "../errors.ts";
import type { Actor } from "../request/actor.ts";
import type { Request } from "../request/request.ts";
import { err, errAsync, ok, okAsync, orThrow, ResultAsync } from "../result.ts";
import { commitWithoutKey } from "../runner/commit-without-key.ts";
import { everyRequest } from "../runner/every-request.ts";
import { pseudonymsOf } from "../runner/keys.ts";
import { destroyPersonKey, personMark } from "../runner/person-keys.ts";
import { recordedAs } from "../runner/recorded-actor.ts";
import { type NamedTypes, namedTypes } from "../runner/served.ts";
import { type Identifier, spellingsOf } from "../subject/identifier.ts";
import { areTwo, numbersOf, shareNumber } from "../subject/numbers.ts";
import { caught } from "./caught.ts";
import { type FacadeContext, type OnRequest, type ReadError, readRequest } from "./context.ts";
import { authorise } from "./policy.ts";
import { readEach } from "./read-each.ts";
import { type RequestView, readView } from "./view.ts";

export type AboutPersonError = ReadError | KeyDestroyed;
export type RequestsOfError = InvalidInput | NotAllowed | StorageFailed | Damaged | KeyDestroyed;
export type UnlinkError = ReadError | NotPossibleNow | KeyDestroyed;

export interface RequestsOfPerson extends NamedTypes {
  readonly requests: readonly RequestView[];
  /** Requests whose record cannot be read: nobody knows whose they are. */
  readonly damaged: readonly DamagedRecord[];
}

/** Who is asked about. */
export interface AskedAbout {
  readonly email: string;
  /**
   * What says for good who it is, a customer number: requests of somebody who has another of that type, and has had the
   * address before or since, are not theirs. Left out: all that were made with the address are.
   */
  readonly identifiers?: readonly Identifier[];
}

/** Whose audits they are: the calls that need a person's key. */
export interface AuditedPerson {
  /**
   * Whether the audit of a request is about the person who goes by this address, as its first entry says: the answer to
   * whoever holds evidence, which names nobody.
   *
   * Errors: `KeyDestroyed` where the person was unlinked from this request, so that nobody can tell.
   */
  isAbout(input: OnRequest & AskedAbout): ResultAsync<boolean, AboutPersonError>;

  /**
   * The requests that were made with this address, newest first, open or not; those that were unlinked are not found.
   * Looks through all requests of the tenant.
   */
  requestsOf(input: { readonly actor: Actor } & AskedAbout): ResultAsync<RequestsOfPerson, RequestsOfError>;

  /**
   * Destroys the key of the person that a request is about: from here on nobody can tell whose the audits of any of that
   * person's requests are, and every chain is whole as before. Cannot be taken back. Where it was broken off, the same
   * call goes on; a request that is unlinked already is fine. Requests of whoever has another number, and has had the same
   * address before or since, stay as they are, and the key with them, until they are unlinked too.
   *
   * Errors: `NotPossibleNow` while something is due under any request of the person.
   */
  unlink(input: OnRequest): ResultAsync<{ readonly requests: number }, UnlinkError>;
}

export const auditedPerson = (context: FacadeContext): AuditedPerson => {
  const { services, policy } = context;
  const pseudonymOf = (tenant: string, email: string) =>
    pseudonymsOf(services, tenant, [{ type: "email", value: email }]).map(([pseudonym = ""]) => pseudonym);
  const numbersFor = (tenant: string, identifiers: readonly Identifier[] = []) => {
    const named = identifiers.flatMap(spellingsOf);
    return pseudonymsOf(services, tenant, named).map((pseudonyms) => numbersOf(named, pseudonyms));
  };
  return {
    isAbout: ({ email, identifiers, ...on }) =>
      readRequest(context, on, "link-person").andThen((request) =>
        request.pseudonyms.length === 0
          ? errAsync(new KeyDestroyed())
          : ResultAsync.combine([
              pseudonymOf(request.tenant, email),
              numbersFor(request.tenant, identifiers),
            ]).andThen(([pseudonym, numbers]) =>
              pseudonym === request.pseudonyms[0] && !areTwo(numbers, request.numbers ?? {})
                ? isCalledSo(context, request, pseudonym)
                : okAsync(false),
            ),
      ),

    requestsOf: ({ actor, email, identifiers }) =>
      authorise(policy, actor, "link-person").andThen(({ tenant }) =>
        ResultAsync.combine([pseudonymOf(tenant, email), numbersFor(tenant, identifiers)]).andThen(
          ([pseudonym, numbers]) =>
            caught(() => madeBy(context, tenant, pseudonym)).map(({ requests, damaged }) => {
              const theirs = requests.filter((each) => !areTwo(numbers, each.numbers ?? {}));
              const views = readEach(theirs, (request) => readView(request, services));
              return {
                requests: views.read,
                damaged: [...damaged, ...views.damaged],
                ...namedTypes(services, tenant, identifiers ?? []),
              };
            }),
        ),
      ),

    unlink: (on) =>
      readRequest(context, on, "unlink-person").andThen((request) => {
        const [pseudonym] = request.pseudonyms;
        return pseudonym === undefined
          ? okAsync({ requests: 0 })
          : caught(() => allMadeBy(context, request.tenant, pseudonym)).andThen((all) => {
              const requests = ofOnePerson(request, all);
              if (requests.some(({ key }) => key === "live"))
                return errAsync(new NotPossibleNow("Something is still due under a request of this person."));
              // It is made of the address: whoever else has had that is recognised by it still.
              const isAnothersToo = requests.length < all.length;
              const destroyed = isAnothersToo
                ? okAsync<void, StorageFailed>(undefined)
                : destroyPersonKey(services, request.tenant, pseudonym);
              return destroyed.andThen(() => caught(() => unlinkAll(context, requests, on)));
            });
      }),
  };
};

/** Where the record says so and the audit does not, the key is not the one any more that the audit was written with. */
const isCalledSo = (
  context: FacadeContext,
  request: Request,
  pseudonym: string,
): ResultAsync<boolean, StorageFailed | KeyDestroyed> =>
  personMark(context.services, request, pseudonym).andThen((mark) =>
    calledInAudit(context, request).andThen((called) =>
      mark !== null && called !== null && sameDigest(mark, called) ? ok(true) : err(new KeyDestroyed()),
    ),
  );

/** What the first entry of the audit calls the person. */
const calledInAudit = (
  { services }: FacadeContext,
  request: Request,
): ResultAsync<string | null, StorageFailed> =>
  services.requestStore.audit(request).map(([first]) => {
    const person = first?.detail["person"];
    return typeof person === "string" ? person : null;
  });

const madeBy = async ({ services }: FacadeContext, tenant: string, pseudonym: string) => {
  const requests: Request[] = [];
  const damaged: DamagedRecord[] = [];
  for await (const each of everyRequest(services, tenant)) {
    if (each.isErr()) damaged.push(each.error);
    else if (each.value.pseudonyms[0] === pseudonym) requests.push(each.value);
  }
  return { requests, damaged };
};

/** @throws Damaged where one cannot be read: something may be due under it, and it may be this person's */
const allMadeBy = async (context: FacadeContext, tenant: string, pseudonym: string): Promise<Request[]> => {
  const { requests, damaged } = await madeBy(context, tenant, pseudonym);
  const [first] = damaged;
  if (first !== undefined) throw new Damaged(`Request ${first.id}`);
  return requests;
};

/**
 * Of the requests that were made with one address, those of the person of this one: an address leads to people, a number
 * says who they are. One that knows no number may be anybody's who has had the address. Where it leads to several of whom
 * nothing tells which is meant, none of them is.
 */
const ofOnePerson = ({ numbers: own = {} }: Request, all: readonly Request[]): readonly Request[] => {
  const possible = all.filter(({ numbers = {} }) => !areTwo(own, numbers));
  const areSeveral = possible.some(({ numbers: one = {} }) =>
    possible.some(({ numbers: other = {} }) => areTwo(one, other)),
  );
  return areSeveral
    ? possible.filter(({ numbers = {} }) => Object.keys(numbers).length === 0 || shareNumber(own, numbers))
    : possible;
};

/** The one that was named comes last: while it knows the person, the call can be made again. */
const unlinkAll = async (
  { services }: FacadeContext,
  requests: readonly Request[],
  { actor, requestId }: OnRequest,
): Promise<{ readonly requests: number }> => {
  const by = orThrow(await recordedAs(services, actor));
  const inOrder = [
    ...requests.filter(({ id }) => id !== requestId),
    ...requests.filter(({ id }) => id === requestId),
  ];
  for (const request of inOrder) {
    for (let isDone = false; !isDone; ) {
      const stored = orThrow(await services.requestStore.read(request));
      isDone =
        stored === undefined ||
        (await commitWithoutKey(services, stored, { type: "person-unlinked" }, by)) !== null;
    }
  }
  return { requests: inOrder.length };
};
