import type { Instant } from "../../instant.ts";
import { addMonths, dayInWords, daysBetween } from "./day.ts";
import {
  type Deadline,
  isExtended,
  isSuspended,
  type LastDay,
  lastDayOf,
  type PassedOver,
} from "./deadline.ts";
import { dayIn } from "./time-zone.ts";

/** Says in sentences why a deadline is when it is, each with its legal source. */
export const explainDeadline = (deadline: Deadline): string => {
  const { timeZone, receivedOn } = deadline;
  return [
    `Received on ${dayInWords(receivedOn)} (${timeZone}).`,
    ...suspensionSentences(deadline),
    periodSentence(deadline),
    ...(isSuspended(deadline)
      ? ["The clock stands still until that is answered; the date moves accordingly."]
      : []),
  ].join(" ");
};

const periodSentence = (deadline: Deadline): string => {
  const last = lastDayOf(deadline);
  const [length, months, source] = isExtended(deadline)
    ? ([
        "Three months",
        3,
        "extended under Art. 12(3) GDPR, of which the person was told with the reasons",
      ] as const)
    : (["One month", 1, "Art. 12(3) GDPR"] as const);
  const stood = daysBetween(addMonths(deadline.receivedOn, months), last.nominal);
  const period = stood > 0 ? `${length}, and ${days(stood)} in which the clock stood still,` : length;
  const verb = stood > 0 ? "end" : isExtended(deadline) ? "end" : "ends";
  return `${period} ${verb} on ${dayInWords(last.nominal)} (${source})${movedTo(last)}.`;
};

const movedTo = ({ passedOver, day }: LastDay): string => {
  const [first, ...others] = passedOver;
  if (first === undefined) return ", a working day: it is due by the end of it";
  const further = others.map((each) => `${dayInWords(each.day)} is ${whatItIs(each)}`);
  const passed = further.length > 0 ? `; ${further.join(", ")}` : "";
  return (
    `, which is ${whatItIs(first)}${passed}. So it is due by the end of the next working day, ${dayInWords(day)} ` +
    "(Art. 3(4) of Regulation (EEC, Euratom) No 1182/71)"
  );
};

const whatItIs = ({ because }: PassedOver): string =>
  because === "Saturday" || because === "Sunday" ? `a ${because}` : because;

const suspensionSentences = ({ suspensions, timeZone }: Deadline): string[] =>
  suspensions.map(({ from, until }) => {
    const on = (at: Instant) => dayInWords(dayIn(timeZone, at));
    return until === null
      ? `Since ${on(from)} it is in doubt who asks (Art. 12(6) GDPR).`
      : `From ${on(from)} to ${on(until)} it was in doubt who asks (Art. 12(6) GDPR).`;
  });

const days = (count: number): string => (count === 1 ? "one day" : `${count} days`);
