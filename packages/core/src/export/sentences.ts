import type { Category } from "../request/kinds.ts";
import type { ProblemCode } from "../request/problems.ts";

/** What a package says to people, in whole sentences. */

export const categorySentences: Readonly<Record<Category, string>> = {
  "customer-data": "Customer data: the records that are kept about a customer.",
  "user-data": "User data: the records that are kept about a user of the application.",
  "user-telemetry":
    "User telemetry: what was recorded of how a user worked with the application, system-generated logs included.",
};

export const problemSentences: Readonly<Record<ProblemCode, string>> = {
  unavailable: "The source could not be reached, or could not answer.",
  "timed-out": "The source did not answer in time.",
  "permanent-failure": "The source says that it cannot hand over its part.",
  "invalid-answer": "The source gave an answer that could not be used.",
  "still-present": "The source still held data that it had said was gone.",
  "identifier-missing": "The source finds people by something that is not known of this person.",
  "too-many-identifiers": "More turned up that this person is known by than could be followed.",
  "collection-missing": "The source does not speak of a part in which something was retained.",
  "more-than-retained": "The source holds more than was retained, and it may be somebody else's.",
  "not-registered": "The source is not connected any more.",
  "not-supported": "The source has no way to hand over its part.",
  "owner-cannot": "Whoever looks after the source says that it cannot be done.",
  "no-address": "There was no address to write to.",
  "package-too-large": "The part was too large to be delivered.",
  "internal-error": "An error in the program kept the part from being made.",
  "no-progress": "The program did not get on with the part.",
  "key-lost": "What is needed to make the part could not be read any more.",
  damaged: "What is stored, and needed to make the part, could not be read.",
  interrupted: "The work on the source was interrupted before it was finished.",
};

export const leftOutSentence =
  "It is a copy: what it holds comes from sources whose data is in this package.";
