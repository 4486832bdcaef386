import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
}

export interface Described {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

/** Members that no schema names are found as well. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return "properties" in schema && !("additionalProperties" in schema)
    ? { ...members, additionalProperties: false }
    : members;
};

/** Holds answers against the document: the status, the type, and every member of what is in it. */
export const answersAsDescribed = (document: Described) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "openapi", components: closed(document.components) });
  const operations = new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [operation.operationId, { path, method, operation }] as const,
      ),
    ),
  );
  const compiled = new Map<object, ValidateFunction>();
  const compile = (schema: object) => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
    const validate = ajv.compile(JSON.parse(text) as object);
    compiled.set(schema, validate);
    return validate;
  };
  const check = (schema: object, value: unknown, what: string) => {
    const validate = compiled.get(schema) ?? compile(schema);
    if (!validate(value)) {
      expect.fail(`${what}: ${JSON.stringify(validate.errors)}\n${JSON.stringify(value)}`);
    }
  };
  return {
    operations,
    async check(id: string, response: Response): Promise<unknown> {
      const described = operations.get(id)?.operation.responses[response.status];
      const what = `${id} ${response.status}`;
      if (described === undefined) expect.fail(`${what} is not described: ${await response.text()}`);
      if (described.content === undefined) {
        expect(await response.text(), what).toBe("");
        return null;
      }
      const type = response.headers.get("content-type") ?? "";
      const media = described.content[type];
      if (media === undefined) expect.fail(`${what}: ${type} is not described`);
      if (type === "application/zip") return void (await response.arrayBuffer());
      const text = await response.text();
      if (type === "text/event-stream") {
        for (const [, data = ""] of text.matchAll(/^data: (.*)$/gm))
          check(media.schema, JSON.parse(data), what);
        return text;
      }
      const value: unknown = JSON.parse(text);
      check(media.schema, value, what);
      return value;
    },
  };
};
