import { randomUUID } from "node:crypto";
import type { Actor } from "@subject-rights/core";
import { tenantAdmin } from "../story/actors.ts";

/** Who is signed in to the application, by session. A real one keeps them elsewhere, and asks for a password. */
const sessions = new Map<string, Actor>();

/** Signs the tenant administrator in. @returns the cookie that a browser would send from here on */
export const signIn = (): string => {
  const session = randomUUID();
  sessions.set(session, tenantAdmin);
  return `session=${session}`;
};

/** What the handler asks: who sends this request. */
export const whoIsSignedIn = (request: Request): Actor | null => {
  const session = /(?:^|; )session=(?<id>[\w-]+)/.exec(request.headers.get("Cookie") ?? "")?.groups?.["id"];
  return sessions.get(session ?? "") ?? null;
};
