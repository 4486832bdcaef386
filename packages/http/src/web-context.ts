import type { Actor, SubjectRights } from "@subject-rights/core";
import type { HandlerOptions } from "./options.ts";

/** What each group of routes is handed. */
export interface WebContext {
  readonly rights: SubjectRights;
  /** Who is answerable for the data, as people know it. */
  readonly controller: string;
  /**
   * Who sends this request; null where nobody is signed in.
   *
   * @throws what `authenticate` throws: it could not say
   */
  actor(request: Request): Promise<Actor | null>;
  /** Where something of this handler is found: `path("/console")` is `/privacy/console` for one mounted at `/privacy`. */
  path(to: string): string;
  /** Tells the application of a failure, before it is answered without a word of it. */
  failed(error: unknown): void;
  /** Where to send people who are not signed in; null where there is no such place. */
  readonly signIn: string | null;
  /** The origin that browsers see; null where it is that of the requests. */
  readonly origin: string | null;
}

export const webContextOf = (options: HandlerOptions): WebContext => {
  const base = (options.basePath ?? "").replace(/\/$/, "");
  return {
    rights: options.rights,
    controller: options.rights.controller,
    actor: async (request) => (await options.authenticate(request)) ?? null,
    path: (to) => `${base}${to.startsWith("/") ? to : `/${to}`}`,
    failed: (error) => options.onError?.(error),
    signIn: options.signIn ?? null,
    origin: options.origin ?? null,
  };
};
