import type { RequestView, StandingKind, Waiting } from "@subject-rights/core";

/** What a request waits for where only the kind of it is known. */
export const standingWords: Readonly<Record<StandingKind, string>> = {
  acknowledgement: "it has to be confirmed",
  "other-request": "another request about the same person",
  decision: "somebody has to decide who is meant",
  hold: "a hold stops it",
  identity: "it is in doubt who asks",
  approval: "its plan has to be approved",
  task: "something is to be done by hand",
  source: "a source does not work",
  work: "its own work does not get on",
  message: "a message could not be delivered",
  delivery: "a message is tried again",
  retry: "a source is tried again",
  deadline: "its last day is over",
};

/** What a request waits for, in a few words, for a list. */
export const waitingBriefly = (waiting: Waiting, { sources }: Pick<RequestView, "sources">): string => {
  const titleOf = (source: string) => sources.find(({ id }) => id === source)?.title ?? source;
  switch (waiting.for) {
    case "acknowledgement":
      return "from the address on record";
    case "other-request":
      return standingWords["other-request"];
    case "decision":
      return standingWords.decision;
    case "hold":
      return waiting.source === undefined
        ? standingWords.hold
        : `a hold keeps ${titleOf(waiting.source)} as it is`;
    case "identity":
      return standingWords.identity;
    case "approval":
      return standingWords.approval;
    case "task":
      return `to be done by hand: ${titleOf(waiting.source)}`;
    case "source":
      return `not working: ${titleOf(waiting.source)}`;
    case "work":
      return standingWords.work;
    case "message":
      return standingWords.message;
  }
};

/** What an answer would do: it is not enough that the number is in the person's own record. */
export const foundBy = (others: number | undefined, kind: RequestView["kind"]): string => {
  const fate = kind === "erasure" ? "erased" : "handed out";
  if (others === undefined) return `Whatever else is found by it would be ${fate} as well.`;
  return `By it alone ${others === 1 ? "1 further record is" : `${others} further records are`} found, which would be ${fate} as well, with what belongs to ${others === 1 ? "it" : "them"}.`;
};
