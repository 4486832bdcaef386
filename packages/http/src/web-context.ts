import { type Actor, actorSchema, isTold, listenerOf, type SubjectRights } from "@subject-rights/core";
import { z } from "zod";
import type { HandlerOptions, PublicRequests } from "./options.ts";

/** What each group of routes is handed. */
export interface WebContext {
  readonly rights: SubjectRights;
  /** Who is answerable for the data, as people know it. */
  readonly controller: string;
  /**
   * Who sends this request; null where nobody is signed in.
   *
   * @throws what `authenticate` throws: it could not say; TypeError where what it gives is no actor
   */
  actor(request: Request): Promise<Actor | null>;
  /** Whether the client may send another form now. @throws what `allow` throws */
  allow(request: Request): Promise<boolean>;
  /** Whether this client is shown what fails and what waits. */
  showsHealth(request: Request): Promise<boolean>;
  /** A request as it was handed to the handler, where its body had to be read in between. */
  original(request: Request): Request;
  readonly publicRequests: PublicRequests | null;
  /** Where something of this handler is found: `path("/console")` is `/privacy/console` for one mounted at `/privacy`. */
  path(to: string): string;
  /** Tells the application of a failure, before it is answered without a word of it. */
  failed(error: unknown): void;
  /** Where to send people who are not signed in; null where there is no such place. */
  readonly signIn: string | null;
  /** The origin that browsers see; null where it is that of the requests. */
  readonly origin: string | null;
}

/** @param originals of requests that had to be made anew */
export const webContextOf = (options: HandlerOptions, originals: WeakMap<Request, Request>): WebContext => {
  const original = (request: Request) => originals.get(request) ?? request;
  const base = (options.basePath ?? "").replace(/\/$/, "");
  const tell = listenerOf((error: unknown) => options.onError?.(error));
  return {
    rights: options.rights,
    controller: options.rights.controller,
    actor: async (request) => {
      const actor = await options.authenticate(original(request));
      if (actor == null) return null;
      const parsed = actorSchema.safeParse(actor);
      // The client can do nothing about it: it is no mistake of theirs.
      if (!parsed.success)
        throw new TypeError(`What \`authenticate\` gives is no actor. ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    },
    allow: async (request) =>
      options.allow === undefined || isLetPass(await options.allow(original(request))),
    showsHealth: async (request) => (await options.healthDetails?.(original(request))) === true,
    original,
    publicRequests: options.publicRequests ?? null,
    path: (to) => `${base}${to.startsWith("/") ? to : `/${to}`}`,
    failed: (error) => {
      // A failure of what the library was handed was told there, once an outage.
      if (!isTold(error)) tell(error);
    },
    signIn: options.signIn ?? null,
    origin: options.origin ?? null,
  };
};

/** @throws TypeError where it is neither */
const isLetPass = (answer: unknown): boolean => {
  if (typeof answer === "boolean") return answer;
  throw new TypeError(`What \`allow\` gives is ${typeof answer}: write true or false.`);
};
