import { PermanentFailure } from "../errors.ts";
import { type Identifier, isIdentifierType, typeRule } from "./identifier.ts";

/** The person a request is about, as data sources see them: everything they are known by so far. */
export interface Subject {
  readonly identifiers: readonly Identifier[];
  /**
   * What whoever asks has named themselves; the rest was found out. Where they have named a steady identifier (a customer
   * number), they mean that one: a record of another number is not the person's by an address alone.
   */
  readonly asked: readonly Identifier[];
  /**
   * Others may go by these, as some source says, or it was decided that somebody else does: they are not among
   * `identifiers`, and nothing is found by them, also where the source's own records lead there.
   */
  readonly shared: readonly Identifier[];
  /**
   * Whether everybody has been asked who this is: so it is whenever something is counted, handed out or erased for a
   * request or a sweep, and while sources are asked to identify somebody it is not, unless that is once more, right before
   * the work. From then on, a record that is found by an address alone, and that says by a steadier identifier that it is
   * of somebody who is not among `identifiers`, is somebody else's, or of somebody who came since.
   */
  readonly isIdentified: boolean;
  /**
   * Every value of one type; empty where none is known. A person may have several email addresses.
   *
   * Throws `PermanentFailure` for what can be no type, such as `Email`: by that nobody is known, and the person would pass
   * for somebody who is not there.
   */
  values(type: string): readonly string[];
}

/** @param asked those that whoever asks has named: by default all of them */
export const subjectOf = (
  identifiers: readonly Identifier[],
  asked = identifiers,
  shared: readonly Identifier[] = [],
): Subject => ({
  identifiers,
  asked,
  shared,
  isIdentified: false,
  values: (type) => {
    if (!isIdentifierType(type)) throw new PermanentFailure(`\`values\` of a subject: ${typeRule}`);
    return identifiers.filter((identifier) => identifier.type === type).map((identifier) => identifier.value);
  },
});

/** Somebody of whom everybody was asked who they are. */
export const identifiedSubject = (
  identifiers: readonly Identifier[],
  shared: readonly Identifier[] = [],
): Subject => ({
  ...subjectOf(identifiers, identifiers, shared),
  isIdentified: true,
});
