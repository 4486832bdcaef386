import type { Event, Happening, Story } from "./story.ts";

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** Milliseconds in the largest unit of which they are a whole number. */
const inWords = (milliseconds: number): string => {
  const [name, length] = units.find(([, each]) => milliseconds % each === 0) ?? ["ms", 1];
  return `${milliseconds / length} ${name}`;
};

/** What happens, and of what: `ask erasure person 0 address 1`. */
const happening = ({ what, ...rest }: Happening): string =>
  [
    what,
    ...Object.entries(rest).map(([name, value]) => (typeof value === "number" ? `${name} ${value}` : value)),
  ].join(" ");

const event = ({ after, happens }: Event): string =>
  `  ${after === 0 ? "" : `${inWords(after)} later: `}${happening(happens)}`;

/** A story in a few lines, for people. */
export const told = ({
  sources,
  isShared,
  isKept,
  isApproved,
  packages,
  processes,
  moods,
  events,
}: Story): string =>
  [
    `${sources.join(", ")}${isShared ? "; two by two they share a telephone" : ""}${isKept ? "; the law keeps some orders" : ""}${isApproved ? "; erasures are approved" : ""}; packages are ${packages}; ${processes === 1 ? "one process" : `${processes} processes`}`,
    ...(moods.length === 0 ? [] : [`calls, one after the other: ${moods.join(", ")}; then all is well`]),
    ...events.map(event),
  ].join("\n");
