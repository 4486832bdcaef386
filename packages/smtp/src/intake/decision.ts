import type { Category, GivenIdentifier, RequestKind } from "@subject-rights/core";

/** What a person makes of a message: a request, or nothing. */
export type MailDecision =
  | {
      readonly as: "request";
      readonly kind: RequestKind;
      readonly category: Category;
      readonly email: string;
      /** What else the person is known by, where the message says it, or you know it: as for `requests.submit`. */
      readonly identifiers?: readonly GivenIdentifier[] | undefined;
    }
  | { readonly as: "nothing" };
