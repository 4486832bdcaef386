import { z } from "zod";

/** The bounds that a request runs within. All times in milliseconds. */
export interface Rules {
  readonly retry: {
    /** Quick tries before a source turns to `warning` and the support contact is told. */
    readonly attempts: number;
    readonly firstDelay: number;
    readonly factor: number;
    readonly longestDelay: number;
    /** How often an erasure goes on trying a source that has turned to `warning`, where the source is not down for all. */
    readonly slowDelay: number;
    /** How long the one that looks after the outage of a source waits at most before it tries that source again. */
    readonly outageDelay: number;
  };
  readonly acknowledgement: {
    /** How long a token works. */
    readonly validFor: number;
    /** How long a request waits for its acknowledgement, over all tokens, before it lapses. */
    readonly lapsesAfter: number;
  };
  /** How many identifiers of one person are followed before somebody has to look. */
  readonly identifiers: number;
  /** How many days before the last day the operator is reminded of a deadline. */
  readonly reminders: readonly number[];
  /** How long a plan can be approved before it is made anew. */
  readonly approvalValidFor: number;
  /** How long a package can be fetched. */
  readonly packageValidFor: number;
  /** How often a package can be fetched by its link, 1 or more; null for as often as anybody likes until it expires. */
  readonly downloads: number | null;
  /**
   * How long a request that waits for another one about the same person waits before it looks again: twice as long each
   * time, an hour at most. Whoever ends wakes those that wait for it, so this is for what nobody could say.
   */
  readonly blockedDelay: number;
  /** How often a request that a hold keeps looks whether it still stands. */
  readonly holdDelay: number;
  /** The longest pause between two tries of a message. */
  readonly messageDelay: number;
  /** How long a message that could not be delivered keeps a closed request's identifiers readable. */
  readonly undeliveredKept: number;
}

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

export const defaultRules: Rules = {
  retry: {
    attempts: 5,
    firstDelay: second,
    factor: 2,
    longestDelay: 60 * second,
    slowDelay: 6 * hour,
    outageDelay: hour,
  },
  acknowledgement: { validFor: 7 * day, lapsesAfter: 30 * day },
  identifiers: 50,
  reminders: [7, 2],
  approvalValidFor: 7 * day,
  packageValidFor: 7 * day,
  downloads: null,
  blockedDelay: 5 * second,
  holdDelay: hour,
  messageDelay: hour,
  undeliveredKept: 30 * day,
};

/** Some of the bounds; what is left out stays as it is in `defaultRules`. */
export type RuleChanges = Partial<Omit<Rules, "retry" | "acknowledgement">> & {
  readonly retry?: Partial<Rules["retry"]>;
  readonly acknowledgement?: Partial<Rules["acknowledgement"]>;
};

/** The names are those of the defaults, and so are the kinds of values. */
const changesTo = (defaults: object): z.ZodType =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(defaults).map(([name, value]: [string, unknown]) => [name, changeOf(value).optional()]),
    ),
  );

const changeOf = (value: unknown): z.ZodType => {
  if (Array.isArray(value)) return z.array(z.number().nonnegative());
  if (typeof value === "object" && value !== null) return changesTo(value);
  return value === null ? bound.nullable() : bound;
};

/** Behind a longer pause there would be moments that nobody can write down. */
export const longestBound = 100 * 365 * day;
export const beyondLongestBound = `has to be at most ${longestBound}, a hundred years`;

/** A pause of none is no pause: what fails would be tried without end, and nothing else would get its turn. */
const bound = z.number().min(1, "has to be 1 or more").max(longestBound, beyondLongestBound);

/** Each by itself, and those together that speak of one thing. */
export const rulesSchema = changesTo(defaultRules).superRefine((changes, context) => {
  const { validFor, lapsesAfter } = withRules(changes as RuleChanges).acknowledgement;
  if (validFor > lapsesAfter) {
    context.addIssue({
      code: "custom",
      path: ["acknowledgement", "validFor"],
      message:
        `has to be at most \`lapsesAfter\`, which is ${lapsesAfter}: ` +
        "the letter would say that its token works for longer than there is a request",
    });
  }
});

export const withRules = (changes: RuleChanges): Rules => ({
  ...defaultRules,
  ...changes,
  retry: { ...defaultRules.retry, ...changes.retry },
  acknowledgement: { ...defaultRules.acknowledgement, ...changes.acknowledgement },
});

/**
 * How long to wait before the next try: exponential, up to a longest delay, and then anywhere between half of
 * that and the whole ("equal jitter"), so that a thousand requests do not come back in the same second.
 *
 * @param attempt tries so far, from 1
 * @param jitter a random number from 0 up to, but not including, 1
 */
export const backoff = (
  retry: Pick<Rules["retry"], "firstDelay" | "factor" | "longestDelay">,
  attempt: number,
  jitter: number,
): number => {
  const delay = Math.min(retry.longestDelay, retry.firstDelay * retry.factor ** (attempt - 1));
  return spread(delay, jitter);
};

export const spread = (delay: number, jitter: number): number => Math.round(delay / 2 + (delay / 2) * jitter);

/**
 * The longest that anything waits before it is tried or looked at again. What is put off for longer was put off by a clock
 * that ran ahead, and is due.
 */
export const longestPause = ({ retry, blockedDelay, holdDelay, messageDelay }: Rules): number =>
  Math.max(
    retry.longestDelay,
    4 * retry.slowDelay,
    retry.outageDelay,
    blockedDelay,
    holdDelay,
    messageDelay,
    // However short the others are: so long a message may be on its way.
    day,
  );
