import type {
  Category,
  CollectionOutcome,
  MissingPart,
  Notice,
  ProblemCode,
  StandingKind,
} from "@subject-rights/core";
import { utcTime } from "./phrases.ts";

type About = Pick<Notice, "kind" | "category">;

const categories = {
  "customer-data": "Kundendaten",
  "user-data": "Benutzerdaten",
  "user-telemetry": "Nutzungsdaten (Telemetrie)",
} as const satisfies Record<Category, string>;

export const category = ({ category: asked }: About): string => categories[asked];

/** "Löschung von Kundendaten". */
export const request = (about: About): string =>
  `${about.kind === "erasure" ? "Löschung" : "Herausgabe"} von ${category(about)}`;

/** What a source did, said behind its title. */
const problems = {
  unavailable: "war nicht zu erreichen oder hat mit einem Fehler geantwortet",
  "timed-out": "hat nicht rechtzeitig geantwortet",
  "permanent-failure": "meldet, dass es nicht geht und auch ein neuer Versuch nicht hilft",
  "invalid-answer": "hat eine Antwort gegeben, die nicht stimmen kann",
  "still-present": "hatte noch Datensätze der Person, nachdem die Löschung gemeldet war",
  "identifier-missing": "braucht eine Kennung, die für diese Person niemand weiß",
  "too-many-identifiers": "hat für diese Person immer weitere Kennungen gefunden",
  "collection-missing": "sagt nichts zu einem Bestand, in dem etwas aufzubewahren war",
  "more-than-retained":
    "hat unter der Adresse der Person mehr, als aufzubewahren war, und es kann das einer anderen sein",
  "not-registered": "ist nicht mehr angemeldet",
  "not-supported": "kann das nicht",
  "owner-cannot": "geht nicht, hat die verantwortliche Person geantwortet",
  "no-address": "hat niemanden, dem geschrieben werden kann",
  "package-too-large": "ist zu groß für eine Nachricht, und ein Link zum Abholen ist nicht eingerichtet",
  "internal-error": "ist auf einen Fehler im Programm gestoßen",
  "no-progress": "soll immer wieder getan werden, und nichts kommt dabei heraus",
  damaged: "geht nicht weiter, weil etwas Gespeichertes, das gebraucht wird, nicht lesbar ist",
  "key-lost": "geht nicht weiter, weil der Schlüssel des Antrags fehlt",
  interrupted: "wurde unterbrochen, und niemand weiß, ob es fertig wurde",
} as const satisfies Record<ProblemCode, string>;

export const problem = (code: ProblemCode): string => problems[code];

/** What a request waits for, or what fails again and again. */
const standings = {
  acknowledgement: "seine Bestätigung",
  "other-request": "einen anderen Antrag zu derselben Person",
  decision: "eine Entscheidung, wer gemeint ist",
  hold: "das Ende einer Sperre",
  identity: "einen Nachweis, wer ihn stellt",
  approval: "die Freigabe seines Plans",
  task: "etwas, das von Hand zu tun ist",
  source: "eine Datenquelle, die nicht arbeitet",
  work: "seine eigene Bearbeitung, die nicht weiterkommt",
  message: "eine Nachricht, die nicht zugestellt werden konnte",
  delivery: "eine Nachricht, die erneut versucht wird",
  retry: "eine Datenquelle, die erneut versucht wird",
  deadline: "nichts: sein letzter Tag ist vorbei",
} as const satisfies Record<StandingKind, string>;

export const standing = (kind: StandingKind): string => standings[kind];

export const missing = (parts: readonly MissingPart[]): string[] =>
  parts.map(
    ({ title, problem: code, partly, settled }) =>
      `${title}: ${problem(code)}${partly === true ? "; was schon vorlag, ist im Paket" : ""}${settled === undefined ? "" : `; von einem Menschen abgeschlossen, aus diesem Grund: ${settled}`}`,
  );

export const records = (count: number): string => (count === 1 ? "1 Datensatz" : `${count} Datensätze`);

/** "invoices: 2 Datensätze aufbewahrt bis 31. Dezember 2031 (§ 147 AO)". */
export const outcome = (of: CollectionOutcome): string => {
  switch (of.outcome) {
    case "erased":
      return `${of.collection}: ${records(of.count)} gelöscht`;
    case "anonymised":
      return `${of.collection}: ${records(of.count)} anonymisiert${unproven(of)}`;
    case "absent":
      return `${of.collection}: nichts vorhanden, was zu löschen wäre`;
    case "retained":
      return `${of.collection}: ${records(of.count)} aufbewahrt bis ${day(of.until)} (${of.reason})${asOf(of)}`;
    case "kept":
      return `${of.collection}: ${records(of.count)} ${of.asOf === undefined ? "nicht gelöscht" : "früher belassen"} (${of.reason})${asOf(of)}`;
  }
};

/** What was made anonymous, and has not changed, or nobody has shown that it has: the exception of a request without another one. */
const unproven = ({ count, changed }: { readonly count: number; readonly changed?: number | undefined }) => {
  if (changed === count) return "";
  return changed === undefined
    ? "; ob sie dadurch anders sind, hat niemand verglichen"
    : `; davon ${count - changed} so wie vorher`;
};

/** The same, of what is not in a package. */
export const notHandedOut = (of: CollectionOutcome): string =>
  of.outcome === "kept" && of.asOf === undefined
    ? `${of.collection}: ${records(of.count)} nicht ausgehändigt (${of.reason})`
    : outcome(of);

/** What was so then, and nobody has said since. */
const asOf = ({ asOf: since }: { readonly asOf?: string | undefined }): string =>
  since === undefined ? "" : `, Stand ${day(since)}; ob das noch so ist, war nicht festzustellen`;

const dayFormat = new Intl.DateTimeFormat("de-DE", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** "31. Dezember 2031", of an instant or of a day such as `2031-12-31`. */
export const day = (at: string): string => dayFormat.format(new Date(at));

/** "30. November 2026, 09:30 Uhr UTC". */
export const moment = (at: string): string => `${day(at)}, ${utcTime(at)} Uhr UTC`;
