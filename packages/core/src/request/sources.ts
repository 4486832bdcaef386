import type { Category } from "./kinds.ts";
import type { SourceStep } from "./steps.ts";

/** What a data source is able to do. What it lacks is known before anything runs, and shown. */
export interface SourceAbilities {
  readonly identify: boolean;
  readonly locate: boolean;
  readonly export: boolean;
  readonly erase: boolean;
  readonly refresh: boolean;
  readonly verify: boolean;
}

/** What the workflows need to know of a data source. */
export interface SourceDescriptor {
  readonly id: string;
  readonly title: string;
  readonly holds: readonly Category[];
  /** Personal data is erased in an `origin`; a `copy` is filled from origins, and refreshed after them. */
  readonly kind: "origin" | "copy";
  /** The origins that a copy is filled from; null means any of them. */
  readonly copyOf: readonly string[] | null;
  readonly abilities: SourceAbilities;
  /** The tenants that it is of; it holds nobody of any other. Left out: of all. */
  readonly tenants?: readonly string[];
  /** Somebody else runs it: what it says of itself is that party's word. Left out: no. */
  readonly thirdParty?: true;
  /** The application's list of users, which is no source of data: it says who a user is, and whether they are still one. */
  readonly directory?: true;
  /** Identifier types of which several people may have the same. Left out: none. */
  readonly shares?: readonly string[];
  /** How many recipients are told what was erased here. Left out: none. */
  readonly recipients?: number;
  /** It is asked along with others, and opens no category by itself. Left out: no. */
  readonly goesAlong?: true;
}

/**
 * Whether a request or a sweep of these categories is possible because of this source. With those alone that go along
 * with others it would be done although nobody who holds data of the category was asked.
 */
export const isOpening = (
  { holds, goesAlong }: Pick<SourceDescriptor, "holds" | "goesAlong">,
  categories: readonly Category[],
): boolean => goesAlong !== true && holds.some((each) => categories.includes(each));

/**
 * Whether a source, as it is registered here, has the ability that a step of it needs. A version that knows it as of another kind,
 * a copy that was an origin say, may have another one.
 */
export const canDo = (
  { abilities }: Pick<SourceDescriptor, "abilities">,
  { task }: Pick<SourceStep, "task">,
): boolean => (task === "erase" || task === "refresh" || task === "export" ? abilities[task] : true);

/**
 * Whether a source is still one that a step asks: who somebody is it may say whatever it holds, and everything else is asked
 * of those alone that hold data of the request's categories.
 */
export const isStillAsked = (
  { holds, directory }: SourceDescriptor,
  { stage, task }: Pick<SourceStep, "stage" | "task">,
  categories: readonly Category[],
): boolean =>
  directory === true ||
  stage === "identify" ||
  task === "identify" ||
  task === "leave" ||
  holds.some((each) => categories.includes(each));
