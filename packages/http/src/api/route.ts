import type { Actor, ResultAsync, SubjectRights, SubjectRightsError } from "@subject-rights/core";
import type { z } from "zod";

/** `"/requests/{requestId}"` has `"requestId"`. */
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** What a handler of a route gets; all of it was checked for its shape. */
export interface ApiCall<Name extends string, Query, Body> {
  readonly rights: SubjectRights;
  readonly actor: Actor;
  readonly path: Readonly<Record<Name, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly idempotencyKey: string | undefined;
  readonly request: Request;
  /** Tells the application of a failure after the answer has begun. */
  failed(error: unknown): void;
}

export type SuccessStatus = 200 | 201 | 202;

export type Reply<Value> =
  | { readonly status: SuccessStatus; readonly json: Value; readonly headers?: Headings }
  /** JSON that is written already: its form counts. */
  | { readonly status: 200; readonly text: string; readonly headers?: Headings }
  | { readonly status: 200; readonly stream: ReadableStream<Uint8Array>; readonly headers?: Headings }
  | { readonly status: 204 };

type Headings = Readonly<Record<string, string>>;

/** What is answered is handed on, not changed. */
type Shown<Value> = Value extends object ? { readonly [Name in keyof Value]: Shown<Value[Name]> } : Value;

interface RouteParts<
  Path extends string,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  /** Unique: the `operationId`. */
  readonly id: string;
  readonly method: "get" | "post";
  /** Within the API. */
  readonly path: Path;
  /** A few words, and what else is to be known. */
  readonly title: string;
  readonly text?: string;
  readonly query?: Query;
  readonly body?: Body;
  /** Null where nothing is answered. */
  readonly answer: Answer | null;
  /** Default: 200; 204 where nothing is answered. */
  readonly statuses?: readonly SuccessStatus[];
  /** Of something else than JSON. */
  readonly contentType?: "application/zip" | "text/event-stream";
  /** Whether it takes an `Idempotency-Key`. */
  readonly once?: boolean;
}

/** A route as it is served and documented. */
export interface ApiRoute extends RouteParts<string, z.ZodType, z.ZodType, z.ZodType> {
  /** Whether a token in the body is the right to it, and nobody has to be signed in. */
  readonly byToken: boolean;
  readonly errors: Readonly<Record<string, true>>;
  handle(call: ApiCall<string, unknown, unknown>): ResultAsync<Reply<unknown>, SubjectRightsError>;
}

/** The errors of a call, each once: one that is missing, or that cannot come, does not compile. */
type CodesOf<Failure extends SubjectRightsError> = Readonly<Record<Failure["code"], true>>;

/** Describes a route for somebody who is signed in. */
export const route = <
  const Path extends string,
  Failure extends SubjectRightsError,
  Answer extends z.ZodType,
  Query extends z.ZodType = z.ZodType<Record<string, never>>,
  Body extends z.ZodType = z.ZodType<Record<string, never>>,
>(
  parts: RouteParts<Path, Query, Body, Answer> & {
    handle(
      call: ApiCall<NamesIn<Path>, z.output<Query>, z.output<Body>>,
    ): ResultAsync<Reply<Shown<z.output<Answer>>>, Failure>;
    readonly errors: NoInfer<CodesOf<Failure>>;
  },
): ApiRoute => ({ ...parts, byToken: false }) as unknown as ApiRoute;

/** Describes a route for whoever has a token from a letter. */
export const tokenRoute = <
  const Path extends string,
  Failure extends SubjectRightsError,
  Answer extends z.ZodType,
  Body extends z.ZodType,
>(
  parts: RouteParts<Path, z.ZodType<Record<string, never>>, Body, Answer> & {
    handle(
      call: Omit<ApiCall<NamesIn<Path>, unknown, z.output<Body>>, "actor">,
    ): ResultAsync<Reply<Shown<z.output<Answer>>>, Failure>;
    readonly errors: NoInfer<CodesOf<Failure>>;
  },
): ApiRoute => ({ ...parts, byToken: true }) as unknown as ApiRoute;

/** `.map(json(200))` */
export const json =
  <const Status extends SuccessStatus>(status: Status) =>
  <Value>(value: Value): { readonly status: Status; readonly json: Value } => ({ status, json: value });

/** `.map(nothing)` */
export const nothing = (): { readonly status: 204 } => ({ status: 204 });
