import type { Identifier } from "./identifier.ts";

/** The person a request is about, as data sources see them: everything they are known by so far. */
export interface Subject {
  readonly identifiers: readonly Identifier[];
  /** Every value of one type; empty where none is known. A person may have several email addresses. */
  values(type: string): readonly string[];
}

export const subjectOf = (identifiers: readonly Identifier[]): Subject => ({
  identifiers,
  values: (type) =>
    identifiers.filter((identifier) => identifier.type === type).map((identifier) => identifier.value),
});
