import type { Waiting } from "@subject-rights/core";

/** What a request waits for, in a few words, for a list. */
export const waitingBriefly = (waiting: Waiting): string => {
  switch (waiting.for) {
    case "acknowledgement":
      return "to be confirmed from the address on record";
    case "other-request":
      return "another request about the same person";
    case "decision":
      return "somebody has to decide who is meant";
    case "hold":
      return "a hold stops it";
    case "identity":
      return "it is in doubt who asks";
    case "approval":
      return "its plan has to be approved";
    case "task":
      return `${waiting.source} has to be done by hand`;
    case "source":
      return `${waiting.source} does not work`;
    case "message":
      return "a message could not be delivered";
  }
};
