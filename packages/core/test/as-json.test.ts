import fc from "fast-check";
import { expect, it } from "vitest";
import { asJson } from "../src/as-json.ts";
import { reopened, storedForms } from "./forms/stored.ts";

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What JSON leaves out, and what it writes as something else. */
const others = [undefined, Number.NaN, -0, () => 1, new Date(0), new Map([[1, 2]]), Buffer.from("a"), null];
const held = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(...others),
    tie("object"),
    fc.array(tie("value")),
  ),
  object: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "7", "toString")), tie("value")),
})).object;

it("what is stored is exactly what will be read", () => {
  fc.assert(
    fc.property(held, (value) => {
      expect(asJson(value as object)).toStrictEqual(throughJson(value));
    }),
    { numRuns: 500 },
  );
});

it.each(storedForms)(
  "what was stored in form %s is copied as it is, and shares nothing with its copy",
  async (form) => {
    const { world } = await reopened(form);
    const states = [...world.tables.requests.values(), ...world.tables.sweeps.values()].map(
      ({ state }) => state,
    );
    const before = throughJson(states);
    const copy = asJson(states);
    expect(copy).toStrictEqual(before);
    const emptied = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      Object.values(value).forEach(emptied);
      for (const name of Object.keys(value)) delete (value as Record<string, unknown>)[name];
    };
    emptied(copy);
    expect(states).toStrictEqual(before);
  },
);
