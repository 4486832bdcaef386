import { z } from "zod";
import { acting } from "../errors-of-calls.ts";
import { type ApiRoute, json, route } from "../route.ts";
import { named } from "../schemas/named.ts";
import { category, count, identifiers, reason } from "../schemas/words.ts";

const counted = named("Counted", z.object({ count: count.describe("How many suppressions it were.") }));
const mayTakeIn = named("MayTakeIn", z.object({ mayTakeIn: z.boolean() }));
const errors = { ...acting, "key-destroyed": true } as const;
const keeping = { ...errors, damaged: true } as const;

/**
 * Who was erased, and is not to be taken in again. Imports, copies of the list and replays handle many people, and belong
 * into the application's own code.
 */
export const suppressionRoutes: readonly ApiRoute[] = [
  route({
    id: "lookUpSuppression",
    method: "post",
    path: "/suppressions/look-up",
    title: "Whether a person may be taken in",
    text: "A POST, because whom it is about must not stand in an address. Never answer a stranger with what it says.",
    body: z.strictObject({ identifiers: identifiers.min(1), category: category.optional() }),
    answer: mayTakeIn,
    errors,
    handle: ({ rights, actor, body: { identifiers: known, category: within } }) =>
      rights.suppressions
        .mayTakeIn({ actor, identifiers: known, ...(within === undefined ? {} : { category: within }) })
        .map((may) => json(200)({ mayTakeIn: may })),
  }),
  route({
    id: "liftSuppression",
    method: "post",
    path: "/suppressions/lift",
    title: "Lets a person be taken in again",
    body: z.strictObject({ identifiers: identifiers.min(1), reason, category: category.optional() }),
    answer: counted,
    errors,
    handle: ({ rights, actor, body: { category: within, ...body } }) =>
      rights.suppressions
        .lift({ actor, ...body, ...(within === undefined ? {} : { category: within }) })
        .map((lifted) => json(200)({ count: lifted })),
  }),
  route({
    id: "rotateSuppressions",
    method: "post",
    path: "/suppressions/rotate",
    title: "Puts the whole list under a new key",
    answer: counted,
    errors: keeping,
    handle: ({ rights, actor }) =>
      rights.suppressions.rotate({ actor }).map((renewed) => json(200)({ count: renewed })),
  }),
  route({
    id: "renewSuppressions",
    method: "post",
    path: "/suppressions/renew",
    title: "Puts what is still under older keys under the newest",
    answer: counted,
    errors: keeping,
    handle: ({ rights, actor }) =>
      rights.suppressions.renew({ actor }).map((renewed) => json(200)({ count: renewed })),
  }),
];
