import type {
  Call,
  Category,
  CollectionCount,
  DataSource,
  FoundIdentifier,
  Subject,
} from "@subject-rights/core";
import { callOf } from "../calls.ts";
import type { Breakable, Fixture } from "../conformance-case.ts";

export type AbilityName = keyof DataSource["descriptor"]["abilities"];

/** How the cases get at a data source. */
export interface DataSourceHarness {
  /** What the source can do: the cases for everything else are left out. One case compares it with the source. */
  readonly abilities: readonly AbilityName[];
  /** The tenant that the people belong to. Default: `tenant-one`. */
  readonly tenant?: string | undefined;
  /** The category that the people's data belongs to, of those that the source holds. Default: `customer-data`. */
  readonly category?: Category | undefined;
  /** Another category that the source holds, of which these people have nothing. Left out where it holds one only. */
  readonly otherCategory?: Category | undefined;
  /** Another tenant of the source, without these people. Left out where the source serves one tenant only. */
  readonly foreignTenant?: string | undefined;
  /** Whether the source has `identifyMany`. Left out: the case for it is left out. */
  readonly identifiesMany?: boolean | undefined;
  /** Whether the source has `eraseMany`. Left out: the cases for it are left out. */
  readonly erasesMany?: boolean | undefined;
  /** Whether the source has `identifiers`. Left out: the cases for it are left out. */
  readonly listsPeople?: boolean | undefined;
  /** A source that holds these people and shares nothing with any other. */
  make(): Promise<DataSourceFixture>;
  /** One that can be broken while in use. Left out, nobody learns whether it turns an error into an empty answer. */
  makeBreakable?(): Promise<DataSourceFixture & Breakable>;
}

export interface DataSourceFixture extends Fixture {
  readonly source: DataSource;
  /** Held with two records at least, and with several pages where the source hands out pages. */
  readonly person: Subject;
  /** Held as well, with one record at least. */
  readonly otherPerson: Subject;
  /** Not held. */
  readonly unknownPerson: Subject;
  /**
   * The address under which the data holds `person`, as it is written there, with capitals in it; the subject
   * carries it in lower case. Null where nobody is found by an email address.
   */
  readonly addressOnFile: string | null;
  /** What `identify` has to find out about `person`. Needed where the source can identify. */
  readonly knownAs?: readonly FoundIdentifier[];
  /**
   * The second door: how many records of a person there are now, a collection, counted past the source itself.
   * What is anonymised is nobody's; what is retained is still the person's.
   */
  holds(person: Subject): Promise<readonly CollectionCount[]>;
  /**
   * Gives the address of `person` to `otherPerson`, and none to `person`: from here on their records say by their numbers
   * alone whose they are. Left out where people are known by nothing but an address, and the cases for it ask nothing.
   */
  passAddressOn?(): Promise<void>;
  /** Erases a person from the origins that a copy is filled from. Needed where the source can refresh. */
  eraseAtOrigins?(person: Subject): Promise<void>;
  /** A second source over the same data, as after a restart. Default: the one that is there. */
  reopen?(): Promise<DataSource>;
}

/** A call to the source of a harness, for the tenant and the category that its people belong to. */
export const callTo = (
  { tenant = "tenant-one", category = "customer-data" }: DataSourceHarness,
  part: Partial<Call> = {},
): Call => callOf({ tenant, categories: [category], ...part });
