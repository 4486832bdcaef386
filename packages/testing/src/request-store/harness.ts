import type { RequestStore } from "@subject-rights/core";
import type { Breakable, Fixture } from "../conformance-case.ts";

/** How the cases get at a request store. */
export interface RequestStoreHarness {
  /** Whether the store has `transaction`. Left out: it has not, and the cases for it are left out. */
  readonly transactions?: boolean | undefined;
  /** An empty store that shares nothing with any other. */
  make(): Promise<RequestStoreFixture>;
  /** One that can be broken while in use. Left out, nobody learns what the store does when its database is gone. */
  makeBreakable?(): Promise<RequestStoreFixture & Breakable>;
}

export interface RequestStoreFixture extends Fixture {
  readonly store: RequestStore;
  /**
   * The second door: everything that is stored, as text and in any form, read past the store itself (every row
   * of every table as JSON, say). Texts are searched in it as they were handed in.
   */
  dump(): Promise<string>;
}
