import type { Dispatcher, RequestStore } from "@subject-rights/core";
import type { Breakable, Fixture } from "../conformance-case.ts";

/** How the cases get at a dispatcher. */
export interface DispatcherHarness {
  /** An empty queue that shares nothing with any other. */
  make(): Promise<DispatcherFixture>;
  /** The same for several processes. Left out: the queue is within one process. */
  makeShared?(): Promise<DispatcherFixture & SharedQueue>;
  /** The same beside a store whose transactions it joins. Left out: it joins none. */
  makeJoining?(): Promise<DispatcherFixture & JoinedStore>;
  /** One whose queue can be cut off. Left out, nobody learns what becomes of a wake-up that could not be kept. */
  makeBreakable?(): Promise<DispatcherFixture & Breakable>;
}

export interface DispatcherFixture extends Fixture {
  readonly dispatcher: Dispatcher;
  readonly time: Time;
}

export interface SharedQueue {
  /** As another process has it. */
  readonly another: Dispatcher;
}

export interface JoinedStore {
  readonly store: RequestStore;
}

/** The dispatcher's time: the computer's, or a simulated one. */
export interface Time {
  now(): Date;
  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
  /** How many milliseconds after its time a wake-up is handed over at the latest, where nobody is busy. */
  readonly promptness: number;
  /** How many milliseconds after a handler has thrown for the first time it is called again at the latest. */
  readonly patience: number;
}
