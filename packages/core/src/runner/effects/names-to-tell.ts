import { instant } from "../../instant.ts";
import { isRetired } from "../../request/retired.ts";
import { type Identifier, isSteady } from "../../subject/identifier.ts";
import { type Effect, emailOf, subjectOfRequest } from "./effect.ts";

/** By what somebody else is told whom a request is about. */
interface NamesToTell {
  /** An address where there is one that is theirs. */
  readonly subject: string;
  readonly identifiers: readonly (Identifier & { readonly mayBeOthers?: true })[];
}

/**
 * What is told of the person to whoever erases by hand, or was given data of them. An address that is not theirs any more
 * would lead to whoever has it by now: it is named only where nothing else can lead to what is the person's, and says so.
 *
 * @param foundBy the types by which whoever is told finds people; none where they are told only what is certain
 */
export const namesToTell = (
  { services, request }: Pick<Effect, "services" | "request">,
  foundBy: readonly string[] = [],
): NamesToTell => {
  const now = instant(services.clock.now());
  const known = subjectOfRequest(request).identifiers;
  const current = known.filter((each) => !isRetired(request, each, now));
  const isFoundByNumber = current.some((each) => isSteady(each) && foundBy.includes(each.type));
  const named = known.flatMap((each) => {
    if (current.includes(each)) return [each];
    return foundBy.includes(each.type) && !isFoundByNumber ? [{ ...each, mayBeOthers: true as const }] : [];
  });
  const email = emailOf(request) ?? "";
  const isTheirs = !isRetired(request, { type: "email", value: email }, now);
  const other = current.find(({ type }) => type === "email") ?? current[0];
  return { subject: isTheirs ? email : (other?.value ?? ""), identifiers: named };
};
