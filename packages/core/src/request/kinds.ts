import { z } from "zod";

/** What a data subject may ask for here: erasure (Art. 17 GDPR) or a copy (Art. 15(3) and Art. 20 GDPR). */
export const requestKindSchema = z.enum(["erasure", "export"]);
export type RequestKind = z.infer<typeof requestKindSchema>;

/**
 * Whose data, and which.
 * - `customer-data`: the people an application keeps records of.
 * - `user-data`: the people who sign in to the application.
 * - `user-telemetry`: what the application recorded of how they use it, system-generated logs included.
 */
export const categorySchema = z.enum(["customer-data", "user-data", "user-telemetry"]);
export type Category = z.infer<typeof categorySchema>;

/**
 * The categories that a request reaches. An erasure of user data takes telemetry and logs with it: erasing a
 * person means all personal data and system-generated logs, except the audit log. An export is taken at its word.
 */
export const categoriesReached = (kind: RequestKind, category: Category): readonly Category[] =>
  kind === "erasure" && category === "user-data" ? ["user-data", "user-telemetry"] : [category];

/** Whether it is about the people who sign in, of whom the list of users knows who they are. */
export const isAboutUsers = (categories: readonly Category[]): boolean =>
  categories.some((category) => category !== "customer-data");

/**
 * Whether nobody of them is a user any more when it is erased, so that the list of users is to have forgotten them. Who has
 * what was recorded of them erased may well stay one.
 */
export const endsUsers = (categories: readonly Category[]): boolean => categories.includes("user-data");

/** The categories in which an erasure reaches this one. */
export const categoriesReaching = (category: Category): readonly Category[] =>
  categorySchema.options.filter((each) => categoriesReached("erasure", each).includes(category));
