import type { RequestView, Waiting } from "@subject-rights/core";

/** What a request waits for, in a few words, for a list. */
export const waitingBriefly = (waiting: Waiting, { sources }: Pick<RequestView, "sources">): string => {
  const titleOf = (source: string) => sources.find(({ id }) => id === source)?.title ?? source;
  switch (waiting.for) {
    case "acknowledgement":
      return "from the address on record";
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
      return `to be done by hand: ${titleOf(waiting.source)}`;
    case "source":
      return `not working: ${titleOf(waiting.source)}`;
    case "work":
      return "its own work does not get on";
    case "message":
      return "a message could not be delivered";
  }
};
