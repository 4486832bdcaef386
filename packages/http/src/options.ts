import {
  type Acknowledger,
  type Actor,
  type Category,
  ConfigurationMistake,
  checkDefinition,
  type SubjectRights,
} from "@subject-rights/core";
import { z } from "zod";
import type { ConsoleOptions } from "./console/options.ts";

/**
 * Says who sends a request, from its cookie or its token; null where nobody is signed in. One that throws could not
 * say: that is answered as a failure (500), never as "not signed in".
 */
export type Authenticate = (request: Request) => Actor | null | Promise<Actor | null>;

/** Says whether a client may send another form now; false is answered by 429. One that throws, or
 * answers neither, lets nobody pass, and is told to `onError`. */
export type Allow = (request: Request) => boolean | Promise<boolean>;

/** A kind of data that people may ask about, in words that they understand. */
export interface AskedCategory {
  readonly category: Category;
  readonly title: string;
}

/** The page on which anybody may ask. */
export interface PublicRequests {
  /**
   * As whom the library takes these requests in, from which the tenant follows: a host name, say. The policy has to let
   * this actor submit them.
   */
  readonly actor: (request: Request) => Actor | Promise<Actor>;
  /**
   * Who confirms what was asked here: `data-subject` for whoever the address on record belongs to. Default: what
   * `createSubjectRights` was told.
   */
  readonly acknowledgedBy?: Acknowledger;
  /** What can be asked about: categories that a data source holds. Default: all of these, in general words. */
  readonly categories?: readonly AskedCategory[];
}

/** What an application hands in, once. */
export interface HandlerOptions {
  readonly rights: SubjectRights;
  readonly authenticate: Authenticate;
  /** Where the handler is mounted, as the browser sees it: `/privacy`. Default: `/`. */
  readonly basePath?: string;
  /**
   * The origin that browsers see, `https://app.northwind.example`, where a proxy makes it another one than that of the
   * requests that arrive here. Forms from elsewhere are refused by it.
   */
  readonly origin?: string;
  /** Left out: nobody asks but who is signed in. Pages to acknowledge and to download are there in any case. */
  readonly publicRequests?: PublicRequests;
  /**
   * A bound on forms and tokens that come from people who are not signed in: by client address, say. Default: no bound;
   * then one has to stand in front.
   */
  readonly allow?: Allow;
  /** Where the console sends people who are not signed in. Default: they get a page that says so (401). */
  readonly signIn?: string;
  /**
   * Is told of what was answered as a failure (500 or 503): it stands in no answer. Not of what `onError` of
   * `createSubjectRights` is told, once an outage: a store that is down. What it is told may hold something personal in
   * its `cause`: log the `code` of errors that are the library's.
   */
  readonly onError?: (error: unknown) => void;
  /**
   * Whether `/health` shows this client what fails and what requests wait for, over all tenants: to your monitoring, say.
   * Default: to nobody; all see whether something is wrong.
   */
  readonly healthDetails?: (request: Request) => boolean | Promise<boolean>;
  /** Whether the console is served, under `/console`, and what it is to say. Default: true. */
  readonly console?: boolean | ConsoleOptions;
}

const functionSchema = z.custom<unknown>((value) => typeof value === "function", "must be a function");
const originSchema = z.string().refine((value) => {
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}, "must be an origin, such as https://app.example");

const optionsSchema = z.strictObject({
  rights: z.custom<SubjectRights>(
    (value) => typeof value === "object" && value !== null && "requests" in value && "controller" in value,
    "hand in what `createSubjectRights` gives, itself: where it comes from a promise, await that first",
  ),
  authenticate: functionSchema,
  basePath: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, "must be a path, such as /privacy")
    .optional(),
  origin: originSchema.optional(),
  publicRequests: z
    .strictObject({
      actor: functionSchema,
      acknowledgedBy: z.enum(["tenant-admin", "data-subject"]).optional(),
      categories: z
        .array(
          z.strictObject({
            category: z.enum(["customer-data", "user-data", "user-telemetry"]),
            title: z.string().min(1),
          }),
        )
        .min(1)
        .optional(),
    })
    .optional(),
  allow: functionSchema.optional(),
  onError: functionSchema.optional(),
  healthDetails: functionSchema.optional(),
  signIn: z.string().min(1).optional(),
  console: z.union([z.boolean(), z.strictObject({ support: z.string().min(1).optional() })]).optional(),
});

/** @throws ConfigurationMistake for options that are none */
export const checkOptions = (options: HandlerOptions): void => {
  checkDefinition("createHandler", optionsSchema, options);
  const held = options.rights.categories;
  const [lost] = (options.publicRequests?.categories ?? []).filter((each) => !held.includes(each.category));
  if (lost === undefined) return;
  throw new ConfigurationMistake(
    `createHandler: no data source holds \`${lost.category}\`, and whoever chose it could not ask. Take it out of ` +
      "`publicRequests.categories`, or add the category to `holds` of a source.",
  );
};
