import { unreadable } from "./unreadable.ts";

/** Years from 1 to 9999: what RFC 3339 has a form for. */
const plainTimestamp = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)$/;
const plainTimestampInUtc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)\+00$/;

/** What it has none for. `44-03-15 BC`, the year 10,000 and `infinity` stay as PostgreSQL writes them. */
const otherTimestamp = /^(?:\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: BC)?|-?infinity)$/;
const otherTimestampInUtc = /^(?:\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00(?: BC)?|-?infinity)$/;

const date = /^(?:\d{4,}-\d\d-\d\d(?: BC)?|-?infinity)$/;

/** Text, because a `Date` would make an instant of it, and lose the microseconds. */
export const timestampValue = (text: string): string => {
  const found = plainTimestamp.exec(text);
  if (found !== null) return `${found[1]}T${found[2]}`;
  if (otherTimestamp.test(text)) return text;
  throw unreadable("timestamp");
};

/** RFC 3339 in UTC, with the digits that it has. */
export const timestamptzValue = (text: string): string => {
  const found = plainTimestampInUtc.exec(text);
  if (found !== null) return `${found[1]}T${found[2]}Z`;
  if (otherTimestampInUtc.test(text)) return text;
  throw unreadable("timestamptz");
};

export const dateValue = (text: string): string => {
  if (!date.test(text)) throw unreadable("date");
  return text;
};
