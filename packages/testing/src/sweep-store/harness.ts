import type { RequestStore, SweepStore } from "@subject-rights/core";
import type { Breakable, Fixture } from "../conformance-case.ts";

/** How the cases get at a sweep store. */
export interface SweepStoreHarness {
  /** Whether the store has `transaction`. Left out: it has not, and the cases for it are left out. */
  readonly transactions?: boolean | undefined;
  /** An empty store that shares nothing with any other. */
  make(): Promise<SweepStoreFixture>;
  /** One that can be broken while in use. Left out, nobody learns what the store does when its database is gone. */
  makeBreakable?(): Promise<SweepStoreFixture & Breakable>;
}

export interface SweepStoreFixture extends Fixture {
  readonly store: SweepStore;
  /** The request store over the same data: what one of both claims, the other leaves alone. */
  readonly requests: RequestStore;
  /** The second door: everything that is stored, as text and in any form, read past the store itself. */
  dump(): Promise<string>;
}
