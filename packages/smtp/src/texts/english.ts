import type { CollectionOutcome, CutShort, Notice, SourceReport } from "@subject-rights/core";
import type { Block, Fact } from "../words.ts";
import { facts, list, paragraph } from "./blocks.ts";
import * as phrases from "./phrases.ts";
import type { NoticeOf, Texts } from "./texts.ts";

const person = (notice: { readonly subject: string }): Fact => ({ name: "Person", value: notice.subject });
const request = (notice: Notice): Fact => ({ name: "Request", value: phrases.request(notice) });
const reference = (notice: Notice): Fact => ({ name: "Reference", value: notice.requestId });
const received = (notice: { readonly receivedOn: string }): Fact => ({
  name: "Received",
  value: phrases.day(notice.receivedOn),
});
const source = (notice: Pick<NoticeOf<"support" | "manual-task" | "decision">, "source">): Fact => ({
  name: "Data source",
  value: `${notice.source.title} (${notice.source.id})`,
});

const knownBy = ({ identifiers }: NoticeOf<"manual-task" | "recipient">): Fact[] =>
  identifiers.map(({ type, value, mayBeOthers }) => ({
    name: type,
    value: mayBeOthers === true ? `${value} (may be somebody else's by now)` : value,
  }));

/** Art. 12(4), 77 and 79 GDPR: said wherever somebody does not get all that was asked for. */
const remedies = paragraph(
  "If you do not agree, you can lodge a complaint with a supervisory authority (Art. 77 GDPR) and seek a judicial " +
    "remedy (Art. 79 GDPR).",
);

const undeliveredUntil = ({ retryable, until, problem }: NoticeOf<"undelivered">): string => {
  if (problem === "key-lost") {
    return (
      "Nothing here can say any more whom it was for. Please tell them in another way: whoever asked has a right to an " +
      "answer, and to its reasons (Art. 12(4) GDPR)."
    );
  }
  if (retryable) {
    return (
      "It was tried for as long as the person's data may be kept for it. Those are deleted now, so that it cannot be " +
      "sent any more."
    );
  }
  const mend = "Please mend the cause, the address on record for example, and have the message sent again";
  return until === null
    ? `${mend}.`
    : `${mend} by ${phrases.moment(until)}. After that nobody can say any more whom it was for.`;
};

/** Which request goes first, so that whoever is reminded knows where to look. */
const waitsBehind = ({ waitsBehind: ahead }: NoticeOf<"deadline">): Block[] => {
  if (ahead === undefined) return [];
  const waits = ahead.waitsFor.map((kind) => phrases.standing(kind)).join(", ");
  return [
    paragraph(
      "It waits for another request about the same person, which was confirmed before or is at work. " +
        "See to that one, or put this one first.",
    ),
    facts(
      { name: "Goes first", value: ahead.requestId },
      ...(waits === "" ? [] : [{ name: "Which waits for", value: waits }]),
    ),
  ];
};

/** The words that are used where the application has none of its own. */
export const english: Texts = {
  confirmation: (notice, ways) => ({
    subjectLine: `Please confirm: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(`${notice.controller} was asked to ${asked(notice)} this person:`),
      facts(person(notice), request(notice), reference(notice), received(notice)),
      facts(
        { name: "Confirm by", value: phrases.moment(notice.expiresAt) },
        { name: "To be answered by", value: phrases.day(notice.dueOn) },
      ),
      paragraph("Nothing has been read or erased so far. Nothing will be until you confirm."),
      ...(notice.kind === "erasure" ? [paragraph("What is erased cannot be brought back.")] : []),
      ...(notice.url === null
        ? [
            paragraph("To confirm, enter this code where you look after such requests:"),
            { type: "code" as const, text: notice.token },
            paragraph("The code works once. Whoever has it can confirm, so do not pass it on."),
          ]
        : [
            { type: "link" as const, label: "Look at the request, and confirm it", url: notice.url },
            paragraph(
              "Opening the link changes nothing: the request goes ahead when you press the button on that page. " +
                "The link works once. Whoever has it can confirm, so do not pass this message on.",
            ),
          ]),
      ...(ways?.byReply === true
        ? [
            paragraph(
              'Or answer this message with the words "I confirm", from the address that it came to, and leave its ' +
                "recipient as it is.",
            ),
          ]
        : []),
      paragraph(
        "If you did not expect this, do not confirm it. Without you nothing happens, and the request lapses. " +
          `If you think that somebody is misusing this, tell ${notice.controller} and give the reference.`,
      ),
    ],
  }),

  support: (notice) => ({
    subjectLine:
      notice.letterWaits === true
        ? `Warning: a letter waits for ${notice.source.title}`
        : `Warning: ${notice.source.title} could not do its part of a request`,
    blocks: [
      paragraph(
        notice.letterWaits === true
          ? "A letter to a person is late, and this data source has to say first whether the address is theirs still."
          : "A data source could not do its part of a request. The other sources go on without it.",
      ),
      facts(
        source(notice),
        request(notice),
        reference(notice),
        { name: "Problem", value: `${phrases.problem(notice.problem)} (${notice.problem})` },
        ...(notice.collections ?? []).map((value) => ({ name: "Collection", value })),
        { name: "Tries so far", value: String(notice.attempts) },
      ),
      paragraph(
        notice.retryable
          ? "It may work later. Please see to the source, and have the request try it again if it does not by itself."
          : "Trying again by itself will not help. Please see to the source, and then have the request try it again.",
      ),
      paragraph(
        notice.letterWaits === true
          ? "Until it answers, every letter that waits for it is kept back. They all go out when it does."
          : "Until that works, or somebody settles this source by hand and says why, the request stays open and shows a " +
              "warning.",
      ),
    ],
  }),

  trouble: (notice) => ({
    subjectLine: "Warning: a request does not get on",
    blocks: [
      paragraph("Work on a request does not get on, and no data source is the reason."),
      facts(
        request(notice),
        reference(notice),
        {
          name: "Problem",
          value: `The work ${phrases.problem(notice.problem)} (${notice.problem})`,
        },
        ...(notice.sweep === undefined ? [] : [{ name: "Sweep", value: notice.sweep }]),
        ...(notice.hold === undefined ? [] : [{ name: "Hold", value: notice.hold }]),
      ),
      paragraph(
        notice.retryable
          ? "It is tried again, about once an hour. The cause was handed to the application's error handler."
          : "It is looked at again about once an hour, and does not go on before the reason is gone.",
      ),
      paragraph("Until then nobody may take the request for done, whatever else it shows."),
    ],
  }),

  undelivered: (notice) => ({
    subjectLine: "Warning: a message of a request could not be delivered",
    blocks: [
      paragraph("A message of a request could not be delivered, and is not tried any more."),
      facts(
        { name: "Message", value: notice.message.id },
        ...(notice.source === undefined ? [] : [source({ source: notice.source })]),
        request(notice),
        reference(notice),
        { name: "Problem", value: `${phrases.problem(notice.problem)} (${notice.problem})` },
      ),
      ...(notice.source === undefined
        ? []
        : [paragraph("It has waited for that source to say whether the address is still the person's.")]),
      paragraph(undeliveredUntil(notice)),
    ],
  }),

  "manual-task": (notice) => ({
    subjectLine: `Please erase by hand: ${notice.source.title}`,
    blocks: [
      paragraph(
        `${notice.controller} was asked to ${asked(notice)} a person, and this has been confirmed. ` +
          `${notice.source.title} cannot be erased by a program, so please do this yourself.`,
      ),
      facts(source(notice), person(notice), request(notice), reference(notice)),
      paragraph("The person is known by:"),
      facts(...knownBy(notice)),
      paragraph(
        "When you have done it, answer this task: done, nothing there, or cannot be done. The request waits for your " +
          "answer. Then delete this message, because it names the person.",
      ),
    ],
  }),

  "task-stopped": (notice) => ({
    subjectLine: `Please do not erase${notice.forGood ? "" : " for now"}: ${notice.source.title}`,
    blocks: [
      paragraph(
        notice.forGood
          ? "You were asked to erase a person by hand for this request. That is over: please erase nothing more for it."
          : "You were asked to erase a person by hand for this request. It is stopped: please erase nothing for it now. " +
              "Once it goes on, you are asked anew.",
      ),
      facts(source(notice), request(notice), reference(notice)),
      paragraph(
        "If you have erased them already, answer the task all the same: it is written down, and whoever has to know is told. " +
          "Then delete the message that asked you, because it names the person.",
      ),
    ],
  }),

  decision: (notice) => ({
    subjectLine: `Please decide: an identifier in ${notice.source.title} may belong to somebody else`,
    blocks: [
      paragraph(
        "A data source knows the person of a request by an identifier that several people may have. Only somebody " +
          "who looks can tell whether all that is found by it is this person's.",
      ),
      facts(
        source(notice),
        { name: "Kind of identifier", value: notice.identifierType },
        ...(notice.others === undefined
          ? []
          : [{ name: "Further records that are found by it", value: String(notice.others) }]),
        request(notice),
        reference(notice),
      ),
      paragraph(
        "The identifier itself is not in this message. Open the request to see it. That it stands in the person's own " +
          "record is not enough: if you say that it is theirs, everything that is found by it is dealt with as theirs. " +
          "If others have it as well, what is found by it alone is left. The request waits for your answer.",
      ),
    ],
  }),

  approval: (notice) => ({
    subjectLine: `To be approved: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        `${notice.controller} was asked for this, and it has been confirmed. Before anything is done, somebody else than ` +
          "who asked has to approve what will be done:",
      ),
      list(
        notice.sources.map(({ title, records }) =>
          records === null ? `${title}: cannot say how much` : `${title}: ${phrases.records(records)}`,
        ),
      ),
      facts(
        request(notice),
        reference(notice),
        { name: "Plan", value: notice.plan },
        { name: "Approve by", value: phrases.moment(notice.expiresAt) },
      ),
      paragraph(
        "Look at the whole plan before you approve it. Should anything have changed by then, nothing is done, and the " +
          "new plan is sent to you. After that time it is made anew.",
      ),
    ],
  }),

  deadline: (notice) => ({
    subjectLine: `${notice.overdue ? "Overdue" : "Due soon"}: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        notice.overdue
          ? "The last day for answering this request is over, and it is not answered yet."
          : "This request is still open, and its last day comes near.",
      ),
      facts(request(notice), reference(notice), { name: "Last day", value: phrases.day(notice.dueOn) }),
      ...waitsBehind(notice),
      paragraph(notice.explanation),
      paragraph(
        notice.overdue
          ? "Answer it without further delay, and write down why it was late."
          : "Where it cannot be done in time, the period can be extended once, within the first month, with reasons that " +
              "the person is told.",
      ),
    ],
  }),

  extension: (notice) => ({
    subjectLine: `Takes longer: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        `${notice.controller} cannot answer this request by ${phrases.day(notice.originalDueOn)}, and will answer it by ` +
          `${phrases.day(notice.dueOn)} (Art. 12(3) GDPR):`,
      ),
      facts(person(notice), request(notice), reference(notice)),
      paragraph(`Why: ${notice.reasons}`),
      remedies,
    ],
  }),

  recipient: (notice) => ({
    subjectLine: `Please erase as well: data from ${notice.controller}`,
    blocks: [
      paragraph(
        `${notice.controller} has erased personal data that was disclosed to ${notice.recipient}, and has to tell you so ` +
          "(Art. 19 GDPR). Please erase what you were given, as far as no duty of your own makes you keep it.",
      ),
      facts({ name: "Erased in", value: notice.source.title }, reference(notice)),
      paragraph("The person is known by:"),
      facts(...knownBy(notice)),
      paragraph("Then delete this message, because it names the person."),
    ],
  }),

  refusal: (notice) => ({
    subjectLine: `Declined: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        `${notice.controller} will not do ${isBegun(notice) ? "the rest of " : ""}what this request asks for ` +
          "(Art. 12(4) GDPR):",
      ),
      facts(person(notice), request(notice), reference(notice), received(notice)),
      paragraph(`Why: ${notice.reasons}`),
      ...(notice.sources === undefined
        ? []
        : [
            paragraph(
              "It had been begun before that was decided. This is how far it came; what is erased cannot be brought back:",
            ),
            ...reports(notice.sources),
          ]),
      ...(notice.packageSent === undefined
        ? []
        : [
            paragraph(
              `A package was sent before; what it lacks does not follow.${
                notice.packageSent === "by-link" ? " Its link works no more." : ""
              }`,
            ),
          ]),
      remedies,
    ],
  }),

  delivery: (notice) => ({
    subjectLine: `Ready: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        notice.url === null
          ? `The ${phrases.category(notice)} that ${notice.controller} holds of this person is attached:`
          : `The ${phrases.category(notice)} that ${notice.controller} holds of this person is ready:`,
      ),
      facts(
        person(notice),
        request(notice),
        reference(notice),
        { name: "Size", value: phrases.size(notice.bytes) },
        { name: "SHA-256", value: notice.sha256 },
      ),
      ...(notice.replacesEarlier === true
        ? [
            paragraph(
              "It takes the place of the package that was sent before: that one lacked something that could be had since, or that somebody has given up since. " +
                "A link that came with that one opens that one, until the day that it names.",
            ),
          ]
        : []),
      ...(notice.url === null
        ? []
        : [
            { type: "link" as const, label: "Fetch the package", url: notice.url },
            paragraph(
              `The link works ${notice.downloads === undefined ? "" : `${times(notice.downloads)}, `}until ${phrases.moment(notice.expiresAt)}, ${
                notice.endsWithErasure === true
                  ? "or until the data is erased, if that is earlier"
                  : "even if the data is erased before then"
              }. Whoever has it can fetch the package, so do not pass this message on.`,
            ),
          ]),
      ...(notice.encrypted === true
        ? [
            paragraph(
              "The package is encrypted (AES-256). The secret that opens it comes to you by another way, not by mail. " +
                "7-Zip and other programs that know AES-256 open it; those built into an operating system may not. In " +
                "it is a second ZIP file, with the data.",
            ),
            paragraph(
              "Open index.html in that one to read the data; the other files hold the same data as JSON and CSV, for " +
                "programs.",
            ),
          ]
        : [
            paragraph(
              "The package is a ZIP file. Open index.html in it to read the data; the other files hold the same data " +
                "as JSON and CSV, for programs.",
            ),
          ]),
      ...(notice.missing.length === 0
        ? []
        : [
            paragraph("The package is not complete. These parts are missing:"),
            list(phrases.missing(notice.missing)),
            ...(notice.missing.some(({ follows }) => follows === true)
              ? [
                  paragraph(
                    "What could not be reached follows by itself: as soon as it can be, a new package that has it is sent.",
                  ),
                ]
              : []),
            ...(notice.missing.every(({ follows, settled }) => follows === true || settled !== undefined)
              ? []
              : [paragraph("If they can be had later, a new package follows.")]),
          ]),
      ...(notice.kept === undefined
        ? []
        : [
            paragraph("This is not in the package:"),
            list(
              notice.kept.flatMap(({ title, outcomes }) =>
                outcomes.map((each) => `${title}: ${phrases.notHandedOut(each)}`),
              ),
            ),
          ]),
    ],
  }),

  completion: (notice) => ({
    subjectLine: `${doneAs(notice)}: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        notice.calledOff !== undefined
          ? "This request was called off when it had been begun. This is how far it came; what is erased cannot be brought back."
          : notice.complete
            ? `${notice.controller} has erased the ${phrases.category(notice)} of this person:`
            : `${notice.controller} has worked through this request. Not everything was erased, or not everything could be checked; the exceptions are below.`,
      ),
      facts(person(notice), request(notice), reference(notice)),
      ...(notice.calledOff === undefined ? [] : [paragraph(`Why: ${notice.calledOff}`)]),
      ...(notice.restCalledOff === undefined
        ? []
        : [
            paragraph(
              `What was still to be erased was called off, and stays as it is. Why: ${notice.restCalledOff}`,
            ),
          ]),
      ...reports(notice.sources),
      ...(notice.sources.length === 0 ? [paragraph("No data source had a part in this request.")] : []),
      ...(notice.notFollowed ?? []).map((type) =>
        paragraph(
          `What is found by a further identifier alone (${type}) was left: others go by it, or go by it as well.`,
        ),
      ),
      ...(notice.earlierPackages ?? []).map(({ until, ended, downloads }) =>
        paragraph(
          ended
            ? "A package of this data that was made before was deleted too: it cannot be fetched any more."
            : "A package of this data that was made before can still be fetched " +
                `${downloads === undefined ? "" : `${times(downloads)} `}by the link that was sent with it, until ` +
                `${phrases.moment(until)}. Nobody can fetch it in another way, and then it is deleted.`,
        ),
      ),
      ...(notice.complete ? [] : [remedies]),
    ],
  }),

  failure: (notice) => ({
    subjectLine: `Not possible so far: ${phrases.request(notice).toLowerCase()}`,
    blocks: [
      paragraph(
        `${notice.controller} could not make a package of the ${phrases.category(notice)} of this person, because ` +
          "no data source gave its part:",
      ),
      facts(person(notice), request(notice), reference(notice)),
      list(phrases.missing(notice.missing)),
      paragraph(
        "This does not mean that there is no data. The people who look after these sources have been told. If you " +
          `hear nothing more, ask ${notice.controller} and give the reference.`,
      ),
    ],
  }),
};

const asked = (notice: Notice): string => {
  const what = phrases.category(notice);
  if (notice.kind === "export") return `hand over a copy of the ${what} it holds of`;
  // An erasure of user data reaches telemetry and logs too.
  return notice.category === "user-data"
    ? `erase the ${what} (with telemetry and system logs) of`
    : `erase the ${what} of`;
};

const isBegun = ({ sources, packageSent }: NoticeOf<"refusal">): boolean =>
  sources !== undefined || packageSent !== undefined;

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

const doneAs = ({ calledOff, complete }: NoticeOf<"completion">): string =>
  calledOff !== undefined ? "Called off" : complete ? "Done" : "Done, with exceptions";

/** What was done at each source, and how much of that is known. */
const reports = (sources: readonly SourceReport[]): Block[] =>
  sources.flatMap((report): Block[] => [
    { type: "heading", text: report.title },
    list([
      ...report.outcomes.map(phrases.outcome),
      howItStands(report),
      ...(report.settled === null ? [] : [`Closed by a person, for this reason: ${report.settled}`]),
    ]),
  ]);

const howItStands = (report: SourceReport): string => {
  const { outcomes, checked, askedTooLate, cutShort, cameSince, stillThere, byOwner, notPart = 0 } = report;
  if (cutShort !== undefined) return cutShortWords(cutShort, report);
  if (notPart > 0) {
    return (
      `It was registered after this request was closed, and had no part in it. It holds ${phrases.records(notPart)}, not ` +
      "erased by this request: ask again to have that erased."
    );
  }
  if (byOwner !== undefined && stillThere === undefined) return byOwnerWords[byOwner];
  return askedTooLate === true ? tooLateWords : checkedWords(checked, outcomes, cameSince, stillThere);
};

const byOwnerWords = {
  done: "Its owner says that it was erased by hand; nobody could look.",
  "not-there": "Its owner says that nothing was there; nobody could look.",
} as const;

const cutShortWords = (
  cutShort: CutShort,
  { outcomes: { length }, stillThere = 0, settled }: SourceReport,
): string => {
  if (stillThere > 0) {
    return `When it was last asked, it still held ${phrases.records(stillThere)}. These were not erased: the request ended before.`;
  }
  return cutShort === "unknown"
    ? `It had not answered when ${settled === null ? "the request ended" : "it was closed"}: whether ${length > 0 ? "more" : "something"} was erased here is not known.`
    : `${length > 0 ? "The rest was not erased" : "Nothing was erased here"}: the request ended before.`;
};

const tooLateWords =
  "It could be asked only after the data was erased that may have named a newer address of this person: it is not " +
  "certain that it holds nothing under such an address.";

const checkedWords = (
  checked: boolean,
  outcomes: readonly CollectionOutcome[],
  cameSince = 0,
  stillThere = 0,
): string => {
  if (stillThere > 0) return `When it was last asked, it still held ${phrases.records(stillThere)}.`;
  if (!checked) return "Not asked again afterwards: it is not certain that nothing is left.";
  if (cameSince > 0) {
    return `Asked again afterwards: ${phrases.records(cameSince)} came in after this request was closed, and ${cameSince === 1 ? "is" : "are"} not part of it.`;
  }
  // Whether that is still there, which was left before, nobody knows.
  if (outcomes.some((each) => "asOf" in each && each.asOf !== undefined)) {
    return "Asked again afterwards: nothing else was found.";
  }
  return outcomes.some(({ outcome }) => outcome === "retained" || outcome === "kept")
    ? "Asked again afterwards: nothing is left but what is kept."
    : "Asked again afterwards: nothing is left.";
};
