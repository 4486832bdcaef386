import { InvalidInput, SubjectRightsError } from "@subject-rights/core";
import type { Context, Handler } from "hono";
import { z } from "zod";
import { type ProblemDetails, problemOf, problemResponse } from "../problem.ts";
import type { WebContext } from "../web-context.ts";
import { type HttpCode, httpCodes } from "./error-codes.ts";
import { problemOfError } from "./error-problem.ts";
import { lastEventId } from "./event-stream.ts";
import type { ApiRoute, Reply } from "./route.ts";

/** Why a request was not understood; what it says is for whoever sent it. */
class Refused extends Error {
  readonly problem: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpCode, title: string, more: Readonly<Record<string, unknown>> = {}, headers = {}) {
    super(title);
    this.problem = problemOf(httpCodes[code], code, title, more);
    this.headers = headers;
  }
}

/** Serves a route: who asks, what exactly, and then the library is called. */
export const serveRoute = (context: WebContext, route: ApiRoute): Handler => {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return async (call) => {
    try {
      const actor = route.byToken ? null : await context.actor(call.req.raw);
      if (actor === null && !route.byToken) throw notSignedIn();
      if (route.byToken && !(await context.allow(call.req.raw))) throw tooMany();
      if (route.contentType === "text/event-stream" && call.req.header("Last-Event-ID") === lastEventId) {
        return new Response(null, { status: 204 });
      }
      const result = await route.handle({
        rights: context.rights,
        // A route by token asks for none.
        actor: actor as NonNullable<typeof actor>,
        path: pathOf(call, names),
        query: checked(route.query ?? noMembers, queryOf(call)),
        body: await bodyOf(call, route),
        idempotencyKey: idempotencyKeyOf(call, route),
        request: call.req.raw,
        failed: context.failed,
      });
      return result.match(
        (reply) => responseOf(reply),
        (error) => errorResponse(context, error),
      );
    } catch (thrown) {
      if (thrown instanceof Refused) return problemResponse(thrown.problem, thrown.headers);
      if (SubjectRightsError.is(thrown)) return errorResponse(context, thrown);
      throw thrown;
    }
  };
};

const noMembers = z.strictObject({});

// RFC 9110 wants a scheme named; which one it is, is the application's business.
const notSignedIn = () =>
  new Refused("not-signed-in", "Nobody is signed in.", {}, { "WWW-Authenticate": "Bearer" });

const tooMany = () =>
  new Refused("too-many-requests", "Too many at once.", { retryable: true }, { "Retry-After": "60" });

const errorResponse = (context: WebContext, error: SubjectRightsError): Response => {
  const problem = problemOfError(error);
  if (problem.status >= 500) context.failed(error);
  return problemResponse(problem, problem.status === 503 ? { "Retry-After": "5" } : {});
};

const responseOf = (reply: Reply<unknown>): Response => {
  if (reply.status === 204) return new Response(null, { status: 204 });
  const { status, headers = {} } = reply;
  if ("stream" in reply) return new Response(reply.stream, { status, headers });
  const text = "text" in reply ? reply.text : JSON.stringify(reply.json);
  return new Response(text, { status, headers: { ...headers, "Content-Type": "application/json" } });
};

const pathOf = (call: Context, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.map((name) => {
      const value = call.req.param(name) ?? "";
      // Ids are of the application and of the library: none has a control character, and a database may choke on one.
      if (!/^[^\p{C}]{1,200}$/u.test(value)) {
        throw new InvalidInput([{ path: name, message: "is not an id" }]);
      }
      return [name, value];
    }),
  );

const queryOf = (call: Context): Record<string, string> => {
  const query: Record<string, string> = {};
  for (const [name, value] of new URL(call.req.url).searchParams) {
    if (Object.hasOwn(query, name)) throw new InvalidInput([{ path: name, message: "is there twice" }]);
    query[name] = value;
  }
  return query;
};

const bodyOf = async (call: Context, route: ApiRoute): Promise<unknown> => {
  if (route.method === "get") return undefined;
  const text = await call.req.text();
  if (route.body === undefined && text.trim() === "") return {};
  const type = call.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new Refused("unsupported-content-type", "The body has to be JSON.", {
      accepted: "application/json",
    });
  }
  return checked(route.body ?? noMembers, parsed(text));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text, (_name, value: unknown) => {
      // I-JSON (RFC 7493): half of a surrogate pair has no canonical form, and could stand in no evidence.
      if (typeof value === "string" && !value.isWellFormed()) throw new TypeError("not well-formed");
      return value;
    });
  } catch {
    // What the parser says quotes the body, which may be personal.
    throw new Refused("malformed-body", "The body is not JSON.");
  }
};

const checked = (schema: z.ZodType, value: unknown): unknown => {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const unknown = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => z.core.toDotPath([...issue.path, key].map(short)))
      : [],
  );
  if (unknown.length > 0) {
    throw new Refused("unknown-member", "There are members that nobody knows here.", {
      members: unknown.slice(0, 20),
    });
  }
  throw new InvalidInput(
    error.issues.slice(0, 20).map(({ path, message }) => ({ path: z.core.toDotPath(path), message })),
  );
};

const short = (part: PropertyKey): PropertyKey => (typeof part === "string" ? part.slice(0, 100) : part);

const idempotencyKeyOf = (call: Context, route: ApiRoute): string | undefined => {
  const header = call.req.header("Idempotency-Key");
  if (header === undefined) return undefined;
  if (route.once !== true) {
    throw new Refused(
      "idempotency-key-not-taken",
      "This takes no Idempotency-Key: it makes nothing that could be there twice.",
    );
  }
  // A string of structured fields (RFC 9651), as the draft has it; most send it without the quotes.
  const key = /^"([^"\\]*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (key.length > 200 || !/^[!-~]+$/.test(key)) {
    throw new InvalidInput([
      { path: "Idempotency-Key", message: "is 1 to 200 characters of ASCII without spaces" },
    ]);
  }
  return key;
};
