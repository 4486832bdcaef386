import type { Notifier } from "@subject-rights/core";
import type { Fixture } from "../conformance-case.ts";

/** How the cases get at a notifier. */
export interface NotifierHarness {
  /** A notifier with an empty inbox behind it that nobody else writes to. A small limit for attachments saves time. */
  make(): Promise<NotifierFixture>;
  /** One whose other side cannot be reached at the moment. */
  makeDown?(): Promise<NotifierFixture>;
  /** One whose other side refuses every recipient for good. */
  makeRefusing?(): Promise<NotifierFixture>;
}

export interface NotifierFixture extends Fixture {
  readonly notifier: Notifier;
  /** The second door: what has arrived, in any order. Resolves when everything accepted so far is there. */
  inbox(): Promise<readonly ReceivedMessage[]>;
}

/** A message as the other side has it. */
export interface ReceivedMessage {
  /** By what the other side recognises a message that comes twice: the Message-ID, for mail. */
  readonly id: string;
  /** Every address that it was delivered to: the envelope, for mail, and not what the message says of itself. */
  readonly to: readonly string[];
  /** What a person reads: the heading and the plain text, decoded. */
  readonly text: string;
  readonly attachments: readonly ReceivedAttachment[];
}

export interface ReceivedAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}
