import type { AuditEntry, Message, StoredRequest } from "@subject-rights/core";
import type { Person, SourceName } from "../story/story.ts";
import type { Company } from "./company.ts";

/** A request as whoever asked for it knows it. */
export interface Asked {
  readonly id: string;
  readonly kind: "erasure" | "export";
  readonly person: Person;
  readonly address: 0 | 1;
  /** The moment before the call that acknowledged it, or may have. Null: none has yet. */
  confirmedFrom: number | null;
  /** Whether somebody had it go before others. */
  isPutFirst: boolean;
}

/** Something that must not happen to somebody, or to a request, from a moment on. */
export interface Stop {
  readonly what: "hold" | "suspended" | "ended";
  readonly requestId: string | null;
  readonly person: Person;
  readonly from: number;
  until: number | null;
}

/** A message that was accepted for delivery. */
export interface Delivered {
  readonly moment: number;
  readonly at: number;
  readonly message: Message;
}

/** A package that somebody got: by mail, or by its link. */
export interface HandedOut {
  readonly moment: number;
  readonly at: number;
  readonly requestId: string;
  /** Until when it may be had, as the letter says. */
  readonly until: number;
  /** The hash that the letter tells, in hex. */
  readonly sha256: string;
  readonly zip: Uint8Array;
}

/** One commit of a request, as the store took it. */
export interface Commit {
  readonly moment: number;
  readonly at: number;
  readonly request: StoredRequest;
  readonly entries: readonly AuditEntry[];
}

/** Rows that were there when a request closed. */
export interface AtClosing {
  readonly moment: number;
  readonly requestId: string;
  /** What the process that closed it had registered. */
  readonly registered: ReadonlySet<SourceName>;
  readonly rows: readonly { readonly source: SourceName; readonly person: Person; readonly since: number }[];
}

/** What is written down of a run, for the promises to be checked on. */
export interface History {
  readonly asked: Map<string, Asked>;
  readonly stops: Stop[];
  /** Holds that stand, as far as somebody has heard of them, and on whom. */
  readonly holds: Map<string, Person>;
  readonly delivered: Delivered[];
  readonly handedOut: HandedOut[];
  readonly commits: Commit[];
  readonly closings: AtClosing[];
  /** What should never have been thrown, or answered. */
  readonly surprises: string[];
  /** When a plan was approved first, by request: the moment before the call. */
  readonly approved: Map<string, number>;
  /** Whom somebody has had erased without a request: from which moment on. */
  readonly swept: Map<Person, number>;
  /** Requests of which a message was sent again, or a source tried again, on purpose. */
  readonly againOnPurpose: Set<string>;
}

export const newHistory = (): History => ({
  asked: new Map(),
  stops: [],
  holds: new Map(),
  delivered: [],
  handedOut: [],
  commits: [],
  closings: [],
  surprises: [],
  approved: new Map(),
  swept: new Map(),
  againOnPurpose: new Set(),
});

export const rowsIn = (company: Company): AtClosing["rows"] =>
  (Object.entries(company) as [SourceName, Company[SourceName]][]).flatMap(([source, rows]) =>
    rows.map(({ person, since }) => ({ source, person, since })),
  );
