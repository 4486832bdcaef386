import fc from "fast-check";

/** What a source may do when it is called. */
export type Mood =
  | "well"
  /** Could not, this time. */
  | "throws"
  /** Never will. */
  | "never"
  /** Takes longer than any deadline. */
  | "hangs"
  | "slow"
  /** Did it, and the answer is lost. */
  | "late"
  /** Did half of it, and broke. */
  | "half"
  /** Says that it did, and has not. */
  | "lies"
  /** Answers what is no answer. */
  | "rubbish";

/** Sources that a company may have beside its accounts, which it always has. */
export const furtherSources = ["orders", "papers", "insights", "notes"] as const;
export type SourceName = "accounts" | (typeof furtherSources)[number];

/** How many people there are. */
export const people = 4;
export type Person = number;

/** Something that happens. Numbers choose among what is there, whatever is there by then. */
export type Happening =
  | {
      readonly what: "ask";
      readonly kind: "erasure" | "export";
      readonly person: Person;
      readonly address: 0 | 1;
    }
  | { readonly what: "confirm"; readonly which: number }
  /** Everybody does what they are asked for; or one of them does it wrongly. */
  | { readonly what: "oblige" }
  | { readonly what: "answer-wrongly"; readonly which: number }
  | {
      readonly what:
        | "retry"
        | "settle"
        | "cancel"
        | "decline"
        | "suspend"
        | "resume"
        | "extend"
        | "put-first";
      readonly which: number;
    }
  | { readonly what: "reissue" | "resend"; readonly which: number }
  | { readonly what: "hold" | "lift"; readonly person: Person }
  /** Whoever got a link follows it. */
  | { readonly what: "fetch"; readonly which: number }
  | { readonly what: "sweep"; readonly person: Person }
  /** Whoever was erased before is erased again, as behind a restored backup. */
  | { readonly what: "replay" }
  /** Rows of somebody come in. */
  | { readonly what: "refill"; readonly source: number; readonly person: Person }
  /** It is down; or takes letters, and the answer is lost. */
  | { readonly what: "mail-down" | "mail-forgets" | "mail-up" }
  | { readonly what: "source-down" | "source-up"; readonly source: number }
  | { readonly what: "add" | "remove"; readonly source: number; readonly process: number }
  /** A process ends so many effects later; another one takes its place. */
  | { readonly what: "die"; readonly process: number; readonly effects: number }
  | { readonly what: "jump"; readonly by: number };

export interface Event {
  /** Milliseconds before it. */
  readonly after: number;
  readonly happens: Happening;
}

/** All that one run is made of. */
export interface Story {
  readonly sources: readonly SourceName[];
  /** Whether people share their telephones, two by two. */
  readonly isShared: boolean;
  /** Whether the law keeps some of the orders for a while. */
  readonly isKept: boolean;
  /** Whether somebody else has to approve an erasure. */
  readonly isApproved: boolean;
  /** How a package gets to the person. */
  readonly packages: "attached" | "linked" | "encrypted";
  readonly processes: 1 | 2 | 3;
  /** Call after call, over all sources; when they are used up, all is well. */
  readonly moods: readonly Mood[];
  readonly events: readonly Event[];
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000] as const;

const which = fc.nat({ max: 7 });
const person = fc.nat({ max: people - 1 });
const source = fc.nat({ max: furtherSources.length });
const process = fc.nat({ max: 2 });
const ofRequest = fc.constantFrom(
  "retry",
  "settle",
  "cancel",
  "decline",
  "suspend",
  "resume",
  "extend",
  "put-first",
  "reissue",
  "resend",
);

/** Mostly the same few, so that what happens to them is in its own way. */
const few = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1) }, { weight: 1, arbitrary: person });

const asking = fc.record({
  what: fc.constant("ask" as const),
  kind: fc.constantFrom("erasure", "erasure", "export"),
  person: few,
  address: fc.constantFrom(0, 0, 1),
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: asking },
  { weight: 5, arbitrary: fc.record({ what: fc.constant("confirm" as const), which }) },
  { weight: 9, arbitrary: fc.constant({ what: "oblige" as const }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("answer-wrongly" as const), which }) },
  { weight: 5, arbitrary: fc.record({ what: ofRequest, which }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("hold", "hold", "lift"), person: few }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("fetch" as const), which }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("sweep" as const), person }) },
  { weight: 1, arbitrary: fc.constant({ what: "replay" as const }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("refill" as const), source, person }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("mail-down", "mail-forgets", "mail-up") }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("source-down", "source-up"), source }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("add", "remove"), source, process }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant("die" as const), process, effects: fc.nat({ max: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("jump" as const),
      by: fc.constantFrom(-30 * day, -hour, hour, 3 * hour, 30 * day),
    }),
  },
);

const mood: fc.Arbitrary<Mood> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Mood>("well") },
  { weight: 3, arbitrary: fc.constantFrom<Mood>("throws", "slow", "late") },
  { weight: 1, arbitrary: fc.constantFrom<Mood>("never", "hangs", "half", "lies", "rubbish") },
);

/** As many as there may be, and not mostly a few: things go wrong where several meet. */
const size = "max";

/** Whatever happens, over weeks. */
const atAnyTime = fc.array(
  fc.record({
    after: fc.constantFrom(0, 0, 10, second, 20 * second, 11 * minute, 7 * hour, 2 * day, 20 * day),
    happens: happening,
  }),
  { maxLength: 16, size },
);

const first = fc.constant(0);

/** One person is asked for again and again while everything around it is stopped, let go and changed. */
const atOneMoment = fc.array(
  fc.record({
    after: fc.constantFrom(0, 0, 0, 10, second, 20 * second, day),
    happens: fc.oneof(
      { weight: 3, arbitrary: asking.map((each) => ({ ...each, person: 0 })) },
      { weight: 7, arbitrary: fc.constant({ what: "oblige" as const }) },
      { weight: 4, arbitrary: fc.record({ what: fc.constantFrom("hold", "hold", "lift"), person: first }) },
      {
        weight: 3,
        arbitrary: fc.record({ what: fc.constantFrom("suspend", "resume", "cancel", "decline"), which }),
      },
      { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("mail-down", "mail-forgets", "mail-up") }) },
      { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("retry", "settle", "put-first"), which }) },
      { weight: 2, arbitrary: fc.record({ what: fc.constant("refill" as const), source, person: first }) },
      { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("source-down", "source-up"), source }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("add", "remove"), source, process }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constant("sweep" as const), person: first }) },
      { weight: 1, arbitrary: fc.constant({ what: "replay" as const }) },
      { weight: 2, arbitrary: fc.record({ what: fc.constant("fetch" as const), which }) },
    ),
  }),
  { maxLength: 14, size },
);

export const stories: fc.Arbitrary<Story> = fc.record({
  sources: fc.subarray([...furtherSources]).map((further) => ["accounts" as const, ...further]),
  isShared: fc.constantFrom(false, false, true),
  isKept: fc.boolean(),
  isApproved: fc.constantFrom(false, false, false, true),
  packages: fc.constantFrom("attached", "attached", "linked", "encrypted"),
  processes: fc.constantFrom(1, 1, 1, 2, 3),
  moods: fc.array(mood, { maxLength: 30, size }),
  events: fc
    .tuple(asking, fc.oneof({ weight: 2, arbitrary: atAnyTime }, { weight: 1, arbitrary: atOneMoment }))
    // Without a request nothing happens.
    .map(([happens, rest]) => [{ after: 0, happens }, ...rest]),
});

/** How stories come from a seed: the first one of it, for whoever makes it shorter as well. */
export const ofSeed = (seed: number) => ({ seed, numRuns: 1 }) as const;

/** The story of a seed: always the same. */
export const storyOf = (seed: number): Story => {
  let story: Story | undefined;
  fc.assert(
    fc.property(stories, (each) => {
      story = each;
    }),
    ofSeed(seed),
  );
  if (story === undefined) throw new Error("there is no story");
  return story;
};
