/** What the page says after something was done. The address holds the code and nothing else. */
const sentences = {
  "refresh-started": "The refresh was started. This page shows when it is finished.",
  "refresh-finished": "The refresh is finished.",
  "refresh-failed": "The refresh did not work. The row below says why.",
  submitted: "The request is taken in. It was sent to be confirmed; until then nothing is read or erased.",
  "already-open": "The same was asked for already, and is still open. This is that request.",
  retried: "The source is tried again.",
  "retried-for-all": "The source is tried again for everything that waits for it.",
  settled: "The source's part is closed.",
  approved: "The plan is approved. Everything is counted once more before anything is done.",
  answered: "The answer is taken in.",
  decided: "The decision is taken in.",
  "confirmation-sent": "A new confirmation is on its way. The one before does not work any more.",
  "message-sent": "The message is sent again.",
  cancelled: "The request is called off.",
  declined: "The request is declined.",
  extended: "The period is extended, as soon as the person has been told.",
  suspended: "The clock stands still until it is known who asks.",
  "put-first":
    "The request is put first. It begins as soon as nobody is at work for another one of the person.",
  resumed: "The clock goes on.",
} as const;

export type Said = keyof typeof sentences;

/** Null for a code that there is not: an address says nothing on its own. */
export const saidSentence = (code: string | undefined): string | null =>
  code !== undefined && Object.hasOwn(sentences, code) ? sentences[code as Said] : null;
