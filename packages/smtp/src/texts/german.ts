import type { CollectionOutcome, CutShort, Notice, SourceReport } from "@subject-rights/core";
import type { Block, Fact, Words } from "../words.ts";
import { facts, list, paragraph } from "./blocks.ts";
import * as phrases from "./german-phrases.ts";
import { size } from "./phrases.ts";
import type { NoticeOf, Texts } from "./texts.ts";

const person = (notice: { readonly subject: string }): Fact => ({ name: "Person", value: notice.subject });
const request = (notice: Notice): Fact => ({ name: "Antrag", value: phrases.request(notice) });
const reference = (notice: Notice): Fact => ({ name: "Aktenzeichen", value: notice.requestId });
const received = (notice: { readonly receivedOn: string }): Fact => ({
  name: "Eingegangen",
  value: phrases.day(notice.receivedOn),
});
const source = (notice: Pick<NoticeOf<"support" | "manual-task" | "decision">, "source">): Fact => ({
  name: "Datenquelle",
  value: `${notice.source.title} (${notice.source.id})`,
});

const words = (subjectLine: string, ...blocks: readonly Block[]): Words => ({
  language: "de",
  subjectLine,
  blocks,
});

const knownBy = ({ identifiers }: NoticeOf<"manual-task" | "recipient">): Fact[] =>
  identifiers.map(({ type, value, mayBeOthers }) => ({
    name: type,
    value: mayBeOthers === true ? `${value} (gehört inzwischen vielleicht jemand anderem)` : value,
  }));

/** Art. 12(4), 77 and 79 GDPR: said wherever somebody does not get all that was asked for. */
const remedies = paragraph(
  "Sind Sie damit nicht einverstanden, können Sie sich bei einer Aufsichtsbehörde beschweren (Art. 77 DSGVO) und " +
    "einen gerichtlichen Rechtsbehelf einlegen (Art. 79 DSGVO).",
);

const undeliveredUntil = ({ retryable, until, problem }: NoticeOf<"undelivered">): string => {
  if (problem === "key-lost") {
    return (
      "Hier kann niemand mehr sagen, für wen sie war. Bitte sagen Sie es der Person auf anderem Weg: Wer einen Antrag " +
      "stellt, hat ein Recht auf eine Antwort und auf ihre Gründe (Art. 12 Abs. 4 DSGVO)."
    );
  }
  if (retryable) {
    return (
      "Sie wurde so lange versucht, wie die Daten der Person dafür aufbewahrt werden dürfen. Diese werden nun gelöscht, " +
      "und die Nachricht kann nicht mehr gesendet werden."
    );
  }
  const mend =
    "Bitte beheben Sie die Ursache, etwa die hinterlegte Adresse, und lassen Sie die Nachricht erneut senden";
  return until === null
    ? `${mend}.`
    : `${mend}, spätestens bis ${phrases.moment(until)}. Danach kann niemand mehr sagen, für wen sie war.`;
};

/** Which request goes first, so that whoever is reminded knows where to look. */
const waitsBehind = ({ waitsBehind: ahead }: NoticeOf<"deadline">): Block[] => {
  if (ahead === undefined) return [];
  const waits = ahead.waitsFor.map((kind) => phrases.standing(kind)).join(", ");
  return [
    paragraph(
      "Er wartet auf einen anderen Antrag zu derselben Person, der vorher bestätigt wurde oder gerade bearbeitet wird. " +
        "Kümmern Sie sich um jenen, oder ziehen Sie diesen vor.",
    ),
    facts(
      { name: "Zuerst kommt", value: ahead.requestId },
      ...(waits === "" ? [] : [{ name: "Jener wartet auf", value: waits }]),
    ),
  ];
};

/** All notices in German: `smtpNotifier({ …, texts: german })`. */
export const german: Texts = {
  confirmation: (notice, ways) =>
    words(
      `Bitte bestätigen: ${phrases.request(notice)}`,
      paragraph(`${notice.controller} wurde gebeten, ${asked(notice)}:`),
      facts(person(notice), request(notice), reference(notice), received(notice)),
      facts(
        { name: "Zu bestätigen bis", value: phrases.moment(notice.expiresAt) },
        { name: "Zu beantworten bis", value: phrases.day(notice.dueOn) },
      ),
      paragraph("Bisher wurde nichts gelesen und nichts gelöscht. Ohne Ihre Bestätigung bleibt es dabei."),
      ...(notice.kind === "erasure"
        ? [paragraph("Was gelöscht ist, kann nicht wiederhergestellt werden.")]
        : []),
      ...(notice.url === null
        ? [
            paragraph("Zum Bestätigen geben Sie diesen Code dort ein, wo Sie solche Anträge bearbeiten:"),
            { type: "code" as const, text: notice.token },
            paragraph(
              "Der Code gilt einmal. Wer ihn hat, kann bestätigen: Geben Sie ihn deshalb nicht weiter.",
            ),
          ]
        : [
            { type: "link" as const, label: "Antrag ansehen und bestätigen", url: notice.url },
            paragraph(
              "Das Öffnen des Links ändert nichts: Erst der Knopf auf der Seite setzt den Antrag in Gang. Der Link gilt " +
                "einmal. Wer ihn hat, kann bestätigen: Geben Sie diese Nachricht deshalb nicht weiter.",
            ),
          ]),
      ...(ways?.byReply === true
        ? [
            paragraph(
              "Oder antworten Sie auf diese Nachricht mit den Worten „Ich bestätige“, von der Adresse aus, an die sie " +
                "ging, und lassen Sie den Empfänger, wie er ist.",
            ),
          ]
        : []),
      paragraph(
        "Haben Sie dies nicht erwartet, bestätigen Sie es nicht. Ohne Sie geschieht nichts, und der Antrag verfällt. " +
          `Vermuten Sie einen Missbrauch, melden Sie es ${notice.controller} mit dem Aktenzeichen.`,
      ),
    ),

  support: (notice) =>
    words(
      notice.letterWaits === true
        ? `Warnung: Ein Schreiben wartet auf ${notice.source.title}`
        : `Warnung: ${notice.source.title} konnte einen Antrag nicht bearbeiten`,
      paragraph(
        notice.letterWaits === true
          ? "Ein Schreiben an eine Person hat sich verspätet. Diese Datenquelle muss erst sagen, ob die Adresse noch ihre ist."
          : "Eine Datenquelle konnte ihren Teil eines Antrags nicht erledigen. Die anderen Quellen machen ohne sie weiter.",
      ),
      facts(
        source(notice),
        request(notice),
        reference(notice),
        { name: "Problem", value: `${phrases.problem(notice.problem)} (${notice.problem})` },
        ...(notice.collections ?? []).map((value) => ({ name: "Bestand", value })),
        { name: "Versuche bisher", value: String(notice.attempts) },
      ),
      paragraph(
        notice.retryable
          ? "Später kann es gelingen. Bitte sehen Sie nach der Quelle, und lassen Sie es den Antrag erneut versuchen, " +
              "wenn er es nicht von selbst tut."
          : "Ein neuer Versuch von selbst wird nicht helfen. Bitte sehen Sie nach der Quelle, und lassen Sie es den " +
              "Antrag danach erneut versuchen.",
      ),
      paragraph(
        notice.letterWaits === true
          ? "Bis sie antwortet, bleibt jedes Schreiben liegen, das auf sie wartet. Antwortet sie, gehen alle hinaus."
          : "Bis das gelingt oder jemand diese Quelle mit einer Begründung von Hand abschließt, bleibt der Antrag offen " +
              "und zeigt eine Warnung.",
      ),
    ),

  trouble: (notice) =>
    words(
      "Warnung: Ein Antrag kommt nicht voran",
      paragraph("Die Arbeit an einem Antrag kommt nicht voran, und keine Datenquelle ist der Grund."),
      facts(
        request(notice),
        reference(notice),
        {
          name: "Problem",
          value: `Die Arbeit ${phrases.problem(notice.problem)} (${notice.problem})`,
        },
        ...(notice.sweep === undefined ? [] : [{ name: "Sammellöschung", value: notice.sweep }]),
        ...(notice.hold === undefined ? [] : [{ name: "Sperre", value: notice.hold }]),
      ),
      paragraph(
        notice.retryable
          ? "Sie wird etwa stündlich erneut versucht. Die Ursache ging an die Fehlerbehandlung der Anwendung."
          : "Etwa stündlich wird erneut nachgesehen. Es geht erst weiter, wenn der Grund behoben ist.",
      ),
      paragraph("Bis dahin darf niemand den Antrag für erledigt halten, was immer er sonst zeigt."),
    ),

  undelivered: (notice) =>
    words(
      "Warnung: Eine Nachricht zu einem Antrag ist nicht zustellbar",
      paragraph(
        "Eine Nachricht zu einem Antrag konnte nicht zugestellt werden und wird nicht mehr versucht.",
      ),
      facts(
        { name: "Nachricht", value: notice.message.id },
        ...(notice.source === undefined ? [] : [source({ source: notice.source })]),
        request(notice),
        reference(notice),
        { name: "Problem", value: `${phrases.problem(notice.problem)} (${notice.problem})` },
      ),
      ...(notice.source === undefined
        ? []
        : [
            paragraph(
              "Sie hat darauf gewartet, dass diese Quelle sagt, ob die Adresse noch die der Person ist.",
            ),
          ]),
      paragraph(undeliveredUntil(notice)),
    ),

  "manual-task": (notice) =>
    words(
      `Bitte von Hand löschen: ${notice.source.title}`,
      paragraph(
        `${notice.controller} wurde gebeten, Daten einer Person zu löschen, und das ist bestätigt. In ` +
          `${notice.source.title} kann kein Programm löschen: Bitte tun Sie es selbst.`,
      ),
      facts(source(notice), person(notice), request(notice), reference(notice)),
      paragraph("Die Person ist bekannt als:"),
      facts(...knownBy(notice)),
      paragraph(
        "Beantworten Sie die Aufgabe danach: erledigt, nichts vorhanden oder nicht möglich. Der Antrag wartet auf Ihre " +
          "Antwort. Löschen Sie dann diese Nachricht, denn sie nennt die Person.",
      ),
    ),

  "task-stopped": (notice) =>
    words(
      `Bitte ${notice.forGood ? "nicht" : "vorerst nicht"} löschen: ${notice.source.title}`,
      paragraph(
        notice.forGood
          ? "Sie wurden gebeten, für diesen Antrag eine Person von Hand zu löschen. Das hat sich erledigt: Bitte löschen Sie " +
              "dafür nichts mehr."
          : "Sie wurden gebeten, für diesen Antrag eine Person von Hand zu löschen. Er ist angehalten: Bitte löschen Sie dafür " +
              "jetzt nichts. Geht er weiter, werden Sie neu gefragt.",
      ),
      facts(source(notice), request(notice), reference(notice)),
      paragraph(
        "Haben Sie schon gelöscht, beantworten Sie die Aufgabe trotzdem: Es wird festgehalten, und wer es wissen muss, " +
          "erfährt es. Löschen Sie dann die Nachricht, mit der Sie gefragt wurden, denn sie nennt die Person.",
      ),
    ),

  decision: (notice) =>
    words(
      `Bitte entscheiden: Eine Kennung in ${notice.source.title} gehört vielleicht jemand anderem`,
      paragraph(
        "Eine Datenquelle kennt die Person eines Antrags unter einer Kennung, die mehrere Menschen haben können. Ob alles, " +
          "was darunter gefunden wird, von dieser Person ist, kann nur sagen, wer nachsieht.",
      ),
      facts(
        source(notice),
        { name: "Art der Kennung", value: notice.identifierType },
        ...(notice.others === undefined
          ? []
          : [{ name: "Weitere Datensätze, die darunter gefunden werden", value: String(notice.others) }]),
        request(notice),
        reference(notice),
      ),
      paragraph(
        "Die Kennung selbst steht nicht in dieser Nachricht. Öffnen Sie den Antrag, um sie zu sehen. Dass sie im eigenen " +
          "Datensatz der Person steht, genügt nicht: Sagen Sie, dass sie ihr gehört, wird alles, was darunter gefunden " +
          "wird, wie das ihre behandelt. Haben andere sie auch, bleibt, was nur darunter gefunden wird. Der Antrag wartet " +
          "auf Ihre Antwort.",
      ),
    ),

  approval: (notice) =>
    words(
      `Freizugeben: ${phrases.request(notice)}`,
      paragraph(
        `${notice.controller} wurde darum gebeten, und es ist bestätigt. Bevor etwas geschieht, muss jemand anderes als ` +
          "die antragstellende Person freigeben, was geschehen wird:",
      ),
      list(
        notice.sources.map(({ title, records }) =>
          records === null ? `${title}: kann nicht sagen, wie viel` : `${title}: ${phrases.records(records)}`,
        ),
      ),
      facts(
        request(notice),
        reference(notice),
        { name: "Plan", value: notice.plan },
        { name: "Freizugeben bis", value: phrases.moment(notice.expiresAt) },
      ),
      paragraph(
        "Sehen Sie sich den ganzen Plan an, bevor Sie ihn freigeben. Hat sich bis dahin etwas geändert, geschieht " +
          "nichts, und Sie erhalten den neuen Plan. Nach dieser Zeit wird er neu aufgestellt.",
      ),
    ),

  deadline: (notice) =>
    words(
      `${notice.overdue ? "Überfällig" : "Bald fällig"}: ${phrases.request(notice)}`,
      paragraph(
        notice.overdue
          ? "Der letzte Tag für die Antwort auf diesen Antrag ist vorbei, und er ist noch nicht beantwortet."
          : "Dieser Antrag ist noch offen, und sein letzter Tag rückt näher.",
      ),
      facts(request(notice), reference(notice), { name: "Letzter Tag", value: phrases.day(notice.dueOn) }),
      ...waitsBehind(notice),
      paragraph(`Wie sich der Tag berechnet (auf Englisch, wie in der Akte): ${notice.explanation}`),
      paragraph(
        notice.overdue
          ? "Beantworten Sie ihn ohne weitere Verzögerung, und halten Sie fest, warum es zu spät wurde."
          : "Ist es nicht rechtzeitig zu schaffen, kann die Frist einmal verlängert werden: innerhalb des ersten Monats " +
              "und mit Gründen, die der Person mitgeteilt werden.",
      ),
    ),

  extension: (notice) =>
    words(
      `Dauert länger: ${phrases.request(notice)}`,
      paragraph(
        `${notice.controller} kann diesen Antrag nicht bis zum ${phrases.day(notice.originalDueOn)} beantworten und wird ` +
          `es bis zum ${phrases.day(notice.dueOn)} tun (Art. 12 Abs. 3 DSGVO):`,
      ),
      facts(person(notice), request(notice), reference(notice)),
      paragraph(`Die Gründe: ${notice.reasons}`),
      remedies,
    ),

  recipient: (notice) =>
    words(
      `Bitte ebenfalls löschen: Daten von ${notice.controller}`,
      paragraph(
        `${notice.controller} hat personenbezogene Daten gelöscht, die ${notice.recipient} mitgeteilt wurden, und muss ` +
          "Ihnen das mitteilen (Art. 19 DSGVO). Bitte löschen Sie, was Sie erhalten haben, soweit keine eigene Pflicht " +
          "Sie zum Aufbewahren zwingt.",
      ),
      facts({ name: "Gelöscht in", value: notice.source.title }, reference(notice)),
      paragraph("Die Person ist bekannt als:"),
      facts(...knownBy(notice)),
      paragraph("Löschen Sie dann diese Nachricht, denn sie nennt die Person."),
    ),

  refusal: (notice) =>
    words(
      `Abgelehnt: ${phrases.request(notice)}`,
      paragraph(
        `${notice.controller} wird ${isBegun(notice) ? "dem Rest dieses Antrags" : "diesem Antrag"} nicht nachkommen ` +
          "(Art. 12 Abs. 4 DSGVO):",
      ),
      facts(person(notice), request(notice), reference(notice), received(notice)),
      paragraph(`Die Gründe: ${notice.reasons}`),
      ...(notice.sources === undefined
        ? []
        : [
            paragraph(
              "Als das entschieden wurde, war er schon begonnen. So weit war er gekommen; was gelöscht ist, lässt sich " +
                "nicht zurückholen:",
            ),
            ...reports(notice.sources),
          ]),
      ...(notice.packageSent === undefined
        ? []
        : [
            paragraph(
              `Vorher wurde ein Paket verschickt; was darin fehlt, folgt nicht.${
                notice.packageSent === "by-link" ? " Sein Link gilt nicht mehr." : ""
              }`,
            ),
          ]),
      remedies,
    ),

  delivery: (notice) =>
    words(
      `Bereit: ${phrases.request(notice)}`,
      paragraph(
        notice.url === null
          ? `Die ${phrases.category(notice)} dieser Person, die ${notice.controller} hat, hängen an:`
          : `Die ${phrases.category(notice)} dieser Person, die ${notice.controller} hat, liegen bereit:`,
      ),
      facts(
        person(notice),
        request(notice),
        reference(notice),
        { name: "Größe", value: size(notice.bytes).replace("bytes", "Bytes").replace(".", ",") },
        { name: "SHA-256", value: notice.sha256 },
      ),
      ...(notice.replacesEarlier === true
        ? [
            paragraph(
              "Es tritt an die Stelle des Pakets, das zuvor geschickt wurde: Dem fehlte etwas, das inzwischen zu haben war oder aufgegeben wurde. " +
                "Ein Link, der mit jenem kam, öffnet jenes, bis zu dem Tag, der dabei steht.",
            ),
          ]
        : []),
      ...(notice.url === null
        ? []
        : [
            { type: "link" as const, label: "Paket abholen", url: notice.url },
            paragraph(
              `Der Link gilt ${notice.downloads === undefined ? "" : `${times(notice.downloads)}, `}bis ${phrases.moment(notice.expiresAt)}, ${
                notice.endsWithErasure === true
                  ? "oder bis die Daten gelöscht werden, wenn das früher ist"
                  : "auch wenn die Daten vorher gelöscht werden"
              }. Wer ihn hat, kann das Paket abholen: Geben Sie diese Nachricht deshalb nicht weiter.`,
            ),
          ]),
      ...(notice.encrypted === true
        ? [
            paragraph(
              "Das Paket ist verschlüsselt (AES-256). Das Geheimnis dazu erreicht Sie auf einem anderen Weg, nicht per " +
                "E-Mail. 7-Zip und andere Programme, die AES-256 kennen, öffnen es; die eines Betriebssystems oft nicht. " +
                "Darin ist eine zweite ZIP-Datei mit den Daten.",
            ),
            paragraph(
              "Öffnen Sie darin index.html, um die Daten zu lesen; die anderen Dateien enthalten dieselben Daten als " +
                "JSON und CSV, für Programme.",
            ),
          ]
        : [
            paragraph(
              "Das Paket ist eine ZIP-Datei. Öffnen Sie darin index.html, um die Daten zu lesen; die anderen Dateien " +
                "enthalten dieselben Daten als JSON und CSV, für Programme.",
            ),
          ]),
      ...(notice.missing.length === 0
        ? []
        : [
            paragraph("Das Paket ist nicht vollständig. Diese Teile fehlen:"),
            list(phrases.missing(notice.missing)),
            ...(notice.missing.some(({ follows }) => follows === true)
              ? [
                  paragraph(
                    "Was nicht zu erreichen war, folgt von selbst: Sobald es geht, wird ein neues Paket geschickt, in dem es ist.",
                  ),
                ]
              : []),
            ...(notice.missing.every(({ follows, settled }) => follows === true || settled !== undefined)
              ? []
              : [paragraph("Sind sie später zu haben, folgt ein neues Paket.")]),
          ]),
      ...(notice.kept === undefined
        ? []
        : [
            paragraph("Dies ist nicht im Paket:"),
            list(
              notice.kept.flatMap(({ title, outcomes }) =>
                outcomes.map((each) => `${title}: ${phrases.notHandedOut(each)}`),
              ),
            ),
          ]),
    ),

  completion: (notice) =>
    words(
      `${doneAs(notice)}: ${phrases.request(notice)}`,
      paragraph(
        notice.calledOff !== undefined
          ? "Dieser Antrag wurde abgebrochen, als er schon begonnen war. So weit war er gekommen; was gelöscht ist, lässt " +
              "sich nicht zurückholen."
          : notice.complete
            ? `${notice.controller} hat die ${phrases.category(notice)} dieser Person gelöscht:`
            : `${notice.controller} hat diesen Antrag bearbeitet. Nicht alles wurde gelöscht, oder nicht alles konnte geprüft werden; die Ausnahmen stehen unten.`,
      ),
      facts(person(notice), request(notice), reference(notice)),
      ...(notice.calledOff === undefined ? [] : [paragraph(`Die Gründe: ${notice.calledOff}`)]),
      ...(notice.restCalledOff === undefined
        ? []
        : [
            paragraph(
              `Was noch zu löschen war, wurde abgebrochen und bleibt, wie es ist. Die Gründe: ${notice.restCalledOff}`,
            ),
          ]),
      ...reports(notice.sources),
      ...(notice.sources.length === 0
        ? [paragraph("Keine Datenquelle war an diesem Antrag beteiligt.")]
        : []),
      ...(notice.notFollowed ?? []).map((type) =>
        paragraph(
          `Was nur unter einer weiteren Kennung (${type}) gefunden wird, blieb: Andere haben sie, oder haben sie auch.`,
        ),
      ),
      ...(notice.earlierPackages ?? []).map(({ until, ended, downloads }) =>
        paragraph(
          ended
            ? "Ein Paket mit diesen Daten, das vorher erstellt worden war, wurde ebenfalls gelöscht: Es lässt sich nicht " +
                "mehr abholen."
            : "Ein Paket mit diesen Daten, das vorher erstellt worden war, lässt sich noch bis " +
                `${phrases.moment(until)} ${downloads === undefined ? "" : `${times(downloads)} `}über den Link abholen, der mit ihm verschickt wurde. Auf anderem Weg kann es ` +
                "niemand abholen, und danach wird es gelöscht.",
        ),
      ),
      ...(notice.complete ? [] : [remedies]),
    ),

  failure: (notice) =>
    words(
      `Bisher nicht möglich: ${phrases.request(notice)}`,
      paragraph(
        `${notice.controller} konnte kein Paket mit den ${phrases.category(notice)} dieser Person erstellen, weil keine ` +
          "Datenquelle ihren Teil geliefert hat:",
      ),
      facts(person(notice), request(notice), reference(notice)),
      list(phrases.missing(notice.missing)),
      paragraph(
        "Das heißt nicht, dass es keine Daten gibt. Wer sich um diese Quellen kümmert, weiß Bescheid. Hören Sie nichts " +
          `weiter, fragen Sie ${notice.controller} mit dem Aktenzeichen.`,
      ),
      remedies,
    ),
};

const asked = (notice: Notice): string => {
  const what = phrases.category(notice);
  if (notice.kind === "export") return `eine Kopie der ${what} dieser Person herauszugeben`;
  // An erasure of user data reaches telemetry and logs too.
  return notice.category === "user-data"
    ? `die ${what} dieser Person (mit Nutzungsdaten und Systemprotokollen) zu löschen`
    : `die ${what} dieser Person zu löschen`;
};

const isBegun = ({ sources, packageSent }: NoticeOf<"refusal">): boolean =>
  sources !== undefined || packageSent !== undefined;

const times = (count: number): string => (count === 1 ? "einmal" : `${count}-mal`);

const doneAs = ({ calledOff, complete }: NoticeOf<"completion">): string =>
  calledOff !== undefined ? "Abgebrochen" : complete ? "Erledigt" : "Erledigt, mit Ausnahmen";

/** What was done at each source, and how much of that is known. */
const reports = (sources: readonly SourceReport[]): Block[] =>
  sources.flatMap((report): Block[] => [
    { type: "heading", text: report.title },
    list([
      ...report.outcomes.map(phrases.outcome),
      howItStands(report),
      ...(report.settled === null
        ? []
        : [`Von einem Menschen abgeschlossen, aus diesem Grund: ${report.settled}`]),
    ]),
  ]);

const howItStands = (report: SourceReport): string => {
  const { outcomes, checked, askedTooLate, cutShort, cameSince, stillThere, byOwner, notPart = 0 } = report;
  if (cutShort !== undefined) return cutShortWords(cutShort, report);
  if (notPart > 0) {
    return (
      `Kam erst hinzu, als dieser Antrag abgeschlossen war, und hatte keinen Teil daran. Vorhanden: ${phrases.records(notPart)}, ` +
      "von diesem Antrag nicht gelöscht. Stellen Sie dafür einen neuen Antrag."
    );
  }
  if (byOwner !== undefined && stillThere === undefined) return byOwnerWords[byOwner];
  return askedTooLate === true ? tooLateWords : checkedWords(checked, outcomes, cameSince, stillThere);
};

const byOwnerWords = {
  done: "Wer dafür zuständig ist, sagt, dass von Hand gelöscht wurde; nachsehen konnte niemand.",
  "not-there": "Wer dafür zuständig ist, sagt, dass nichts da war; nachsehen konnte niemand.",
} as const;

const cutShortWords = (
  cutShort: CutShort,
  { outcomes: { length }, stillThere = 0, settled }: SourceReport,
): string => {
  if (stillThere > 0) {
    return `Zuletzt gefragt: ${phrases.records(stillThere)} noch vorhanden. Davon wurde nichts gelöscht: Der Antrag endete vorher.`;
  }
  return cutShort === "unknown"
    ? `Hatte noch nicht geantwortet, als ${settled === null ? "der Antrag endete" : "dieser Teil abgeschlossen wurde"}: Ob hier ${length > 0 ? "mehr" : "etwas"} gelöscht wurde, ist nicht bekannt.`
    : `${length > 0 ? "Das Übrige wurde nicht gelöscht" : "Hier wurde nichts gelöscht"}: Der Antrag endete vorher.`;
};

const tooLateWords =
  "Konnte erst gefragt werden, als die Daten gelöscht waren, in denen eine neuere Adresse dieser Person gestanden haben " +
  "kann: Es ist nicht sicher, dass unter einer solchen nichts da ist.";

const checkedWords = (
  checked: boolean,
  outcomes: readonly CollectionOutcome[],
  cameSince = 0,
  stillThere = 0,
): string => {
  if (stillThere > 0) return `Zuletzt gefragt: ${phrases.records(stillThere)} noch vorhanden.`;
  if (!checked) return "Danach nicht noch einmal gefragt: Es ist nicht sicher, dass nichts übrig ist.";
  if (cameSince > 0) {
    return `Danach noch einmal gefragt: ${phrases.records(cameSince)} ${cameSince === 1 ? "kam hinzu, nachdem dieser Antrag abgeschlossen war, und gehört" : "kamen hinzu, nachdem dieser Antrag abgeschlossen war, und gehören"} nicht dazu.`;
  }
  // Whether that is still there, which was left before, nobody knows.
  if (outcomes.some((each) => "asOf" in each && each.asOf !== undefined)) {
    return "Danach noch einmal gefragt: Sonst wurde nichts gefunden.";
  }
  return outcomes.some(({ outcome }) => outcome === "retained" || outcome === "kept")
    ? "Danach noch einmal gefragt: Außer dem Aufbewahrten ist nichts übrig."
    : "Danach noch einmal gefragt: Es ist nichts übrig.";
};
