import { z } from "zod";
import { type ErrorCode, type HttpCode, httpCodes, statusOf } from "./error-codes.ts";
import type { ApiRoute } from "./route.ts";
import { named, namedSchemas } from "./schemas/named.ts";

type Json = Readonly<Record<string, unknown>>;

/** RFC 9457. `code` is what to switch on. */
const problemSchema = named(
  "Problem",
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum([...Object.keys(statusOf), ...Object.keys(httpCodes)] as [string, ...string[]]),
    retryable: z.boolean(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    members: z.array(z.string()).optional(),
    action: z.string().optional(),
    source: z.string().optional(),
    sources: z.array(z.string()).optional(),
    reason: z.string().optional(),
    adapter: z.string().optional(),
    problem: z.string().optional(),
    port: z.string().optional(),
    operation: z.string().optional(),
    accepted: z.string().optional(),
  }),
);

/**
 * The API as an OpenAPI document.
 *
 * @param server where the API is found: a path, or an address
 * @param beside further paths
 */
export const openApiDocument = (routes: readonly ApiRoute[], server: string, beside: Json): Json => {
  for (const { id, body } of routes) if (body !== undefined) nameOnce(`${capital(id)}Body`, body);
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Subject Rights",
      version: "1",
      description:
        "Data subject requests under the GDPR. Who asks is told from the request as the application does it. Nothing personal belongs into an address.",
    },
    servers: [{ url: server }],
    paths: { ...paths, ...beside },
    components: { schemas: componentsOf() },
  };
};

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const nameOnce = (id: string, schema: z.ZodType): void => {
  if (!namedSchemas.has(schema)) named(id, schema);
};

const reference = (schema: z.ZodType): Json => ({
  $ref: `#/components/schemas/${namedSchemas.get(schema)?.id}`,
});

const jsonSchemaOf = (schema: z.ZodType): Json => {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input", override: withoutPatterns }) as Json;
  return plain;
};

/** A format says the same as the pattern that it is checked by. */
const withoutPatterns = ({ jsonSchema }: { jsonSchema: { format?: unknown; pattern?: unknown } }): void => {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
};

const componentsOf = (): Json => {
  const { schemas } = z.toJSONSchema(namedSchemas, {
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
    override: withoutPatterns,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  );
};

const operationOf = (route: ApiRoute): Json => ({
  operationId: route.id,
  summary: route.title,
  ...(route.text === undefined ? {} : { description: route.text }),
  parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
  ...(route.body === undefined
    ? {}
    : {
        requestBody: { required: true, content: { "application/json": { schema: reference(route.body) } } },
      }),
  responses: { ...successes(route), ...failures(route) },
});

const pathParameters = ({ path }: ApiRoute): Json[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1, maxLength: 200 },
  }));

const queryParameters = ({ query }: ApiRoute): Json[] => {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
};

const headerParameters = ({ once, contentType }: ApiRoute): Json[] => [
  ...(once === true
    ? [
        {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description:
            "Names this call: the same key answers what the first call made, and never makes a second. With another body: 422.",
          schema: { type: "string", minLength: 1, maxLength: 202 },
        },
      ]
    : []),
  ...(contentType === "text/event-stream"
    ? [{ name: "Last-Event-ID", in: "header", required: false, schema: { type: "string" } }]
    : []),
];

const successes = ({ answer, statuses = [200], contentType, title }: ApiRoute): Json => {
  if (answer === null) return { 204: { description: title } };
  const schema = namedSchemas.has(answer) ? reference(answer) : {};
  const answers = statuses.map((status) => [
    status,
    { description: title, content: { [contentType ?? "application/json"]: { schema } } },
  ]);
  return {
    ...Object.fromEntries(answers),
    ...(contentType === "text/event-stream" ? { 204: { description: "The end was seen already." } } : {}),
  };
};

/** What a route may answer besides what its call does. */
const alwaysPossible = ({ method, byToken, once }: ApiRoute): HttpCode[] => [
  byToken ? "too-many-requests" : "not-signed-in",
  "unknown-member",
  ...(method === "post"
    ? (["malformed-body", "body-too-long", "unsupported-content-type", "other-origin"] as const)
    : []),
  ...(once === true || method === "get" ? [] : (["idempotency-key-not-taken"] as const)),
  "failed",
];

const failures = (route: ApiRoute): Json => {
  const byStatus = new Map<number, string[]>();
  const add = (status: number, code: string) => byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  const codes = ["invalid-input", ...Object.keys(route.errors)] as ErrorCode[];
  for (const code of new Set([...codes, "configuration-mistake" as const])) add(statusOf[code], code);
  for (const code of alwaysPossible(route)) add(httpCodes[code], code);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      {
        description: those.toSorted().join(", "),
        content: { "application/problem+json": { schema: reference(problemSchema) } },
      },
    ]),
  );
};
