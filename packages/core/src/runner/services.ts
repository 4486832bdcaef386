import type { AdapterWatch } from "../bridge/adapter-watch.ts";
import type { AddressBook } from "../bridge/address-book.ts";
import type { ArtifactStore } from "../bridge/define-artifact-store.ts";
import type { Calendar } from "../bridge/define-calendar.ts";
import type { CheckpointStore } from "../bridge/define-checkpoint-store.ts";
import type { HoldStore } from "../bridge/define-hold-store.ts";
import type { KeyRing } from "../bridge/define-key-ring.ts";
import type { Notifier } from "../bridge/define-notifier.ts";
import type { RequestStore } from "../bridge/define-request-store.ts";
import type { SourceStatusStore } from "../bridge/define-source-status-store.ts";
import type { SuppressionStore } from "../bridge/define-suppression-store.ts";
import type { SweepStore } from "../bridge/define-sweep-store.ts";
import type { UserDirectory } from "../bridge/define-user-directory.ts";
import type { SecretCarrier } from "../bridge/secret-carrier.ts";
import type { EvidenceSigner } from "../crypto.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import type { Rules } from "../request/rules.ts";
import type { Answers } from "./answers.ts";
import type { NewerSources } from "./newer-sources.ts";
import type { RegisteredSources } from "./served.ts";
import type { Signals } from "./signals.ts";
import type { TenantKeys } from "./tenant-keys.ts";

/** Where people go to acknowledge, and to fetch a package. */
export interface Links {
  /** The page on which a request is acknowledged, by a button: opening it must change nothing. */
  readonly acknowledge?: (token: string) => string;
  /** Where a package is fetched that is too large to attach. */
  readonly download?: (token: string) => string;
}

/** Everything that effects are performed through. */
export interface Services {
  readonly requestStore: RequestStore;
  /** The same without waking anybody for what is stored: for those who see to it themselves. */
  readonly quietStore: RequestStore;
  /** The same for what happens to other requests than the one that is worked on: those are woken for it. */
  readonly otherRequests: RequestStore;
  readonly artifactStore: ArtifactStore;
  readonly sourceStatusStore: SourceStatusStore;
  readonly keyRing: KeyRing;
  readonly tenantKeys: TenantKeys;
  readonly notifier: Notifier;
  readonly sources: RegisteredSources;
  readonly newerSources: NewerSources;
  readonly addresses: AddressBook;
  /** Null where the application has no list of users. */
  readonly userDirectory: UserDirectory | null;
  /** Tells what came of an answer that is looked at here, so that one that is refused is known like a call that failed. */
  readonly looked: AdapterWatch["looked"];
  readonly links: Links;
  readonly controller: string;
  /** Whether an erasure deletes packages that were made earlier; else they stay the person's until they expire. */
  readonly packagesEndWithErasure: boolean;
  /** Null where packages are not encrypted. */
  readonly packageEncryption: SecretCarrier | null;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly rules: Rules;
  readonly calendar: Calendar;
  /** Null where evidence is not signed. */
  readonly evidenceSigner: EvidenceSigner | null;
  /** The ids of the keys that this controller signs with, or did. */
  readonly ownKeys: ReadonlySet<string>;
  /** Null where there are no sweeps. */
  readonly sweepStore: SweepStore | null;
  /** Null where there are no checkpoints. */
  readonly checkpointStore: CheckpointStore | null;
  /** Null where there are no holds. */
  readonly holdStore: HoldStore | null;
  /** Null where nobody is kept from being taken in again. */
  readonly suppressionStore: SuppressionStore | null;
  /** The controller's, of the IANA database. */
  readonly timeZone: string;
  /** Milliseconds that one call to a source or the notifier may take. */
  readonly callDeadline: number;
  /** Fires when the library stops: every call to an adapter is told, and none is begun any more. */
  readonly stopped: AbortSignal;
  readonly signals: Signals;
  readonly answers: Answers;
}
