import type { Forms } from "@subject-rights/core";
import { z } from "zod";
import type { Authentication } from "./authenticate.ts";
import type { Automatic } from "./classify.ts";
import type { NotUnderstood } from "./understand.ts";

/** Why a message waits for a person. */
export type WaitingReason =
  | NotUnderstood
  /** Larger than `largest`, or of more text than is looked at; only its beginning was read. */
  | "too-large"
  /** Broken in a way that leaves nothing certain. */
  | "unreadable"
  /** A message of ours could not be delivered. Nobody is answered. */
  | "bounced"
  /** The policy does not let the intake's actor submit this. */
  | "not-allowed"
  /** The request cannot be taken in: no data source holds data of this category, say. */
  | "not-possible"
  /** An answer to a confirmation that is not a yes and nothing else. */
  | "reply-does-not-confirm"
  /** … that does not prove where it comes from. */
  | "reply-not-proven"
  /** … that comes from somebody else than the address on record. */
  | "reply-from-another-address"
  /** … that comes too late, or to a confirmation that another one has replaced. */
  | "reply-too-late";

/** Whether whoever wrote was answered. `withheld`: nobody is to be answered, or was today. */
export type AnswerFate = "sent" | "withheld" | "failed";

/** What became of a message. */
export type Taken =
  /** A request was submitted, or was open already; a confirmation goes to the address on record. */
  | {
      readonly outcome: "submitted";
      readonly requestId: string;
      readonly alreadyOpen: boolean;
      /** What is recorded of where it came from. Nothing followed from it. */
      readonly authentication: Authentication;
    }
  /** An answer to a confirmation acknowledged its request. */
  | {
      readonly outcome: "acknowledged";
      readonly requestId: string;
      readonly authentication: Authentication;
    }
  /** It waits for a person, in `waiting`. */
  | {
      readonly outcome: "waiting";
      readonly id: string;
      readonly reason: WaitingReason;
      readonly answer: AnswerFate;
    }
  /** Nothing is to be done: it is from a program, from us, or confirms what was confirmed before. */
  | { readonly outcome: "ignored"; readonly reason: Automatic | "own" | "confirmed-already" }
  /** It was taken before, and this is what became of it then. */
  | { readonly outcome: "duplicate"; readonly first: Exclude<Taken["outcome"], "duplicate" | "refused"> }
  /** It is not taken, and nothing is stored: the addresses are of no tenant, or too many messages wait already. */
  | { readonly outcome: "refused"; readonly reason: "no-tenant" | "too-many-waiting" };

export const conclusionForms: Forms = [];

/** As it is stored. */
export const conclusionSchema = z.object({
  outcome: z.enum(["submitted", "acknowledged", "waiting", "ignored"]),
});
