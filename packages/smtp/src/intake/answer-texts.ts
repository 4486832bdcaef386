import { list, paragraph } from "../texts/blocks.ts";
import type { Words } from "../words.ts";
import type { WaitingReason } from "./taken.ts";

export type AnswerLanguage = "en" | "de";

/**
 * What is answered to somebody whose message waits for a person; null where nobody is answered. It says nothing about
 * anybody, repeats nothing that was written (or it could be made to carry advertising), and says the same whether a
 * person or a request is known.
 */
export const answerWords = (
  reason: WaitingReason,
  controller: string,
  language: AnswerLanguage,
): Words | null => {
  const about = subjectOf(reason);
  return about === null ? null : { ...texts[language][about](controller, reason), language };
};

type About = "request" | "size" | "reply";

const subjectOf = (reason: WaitingReason): About | null => {
  switch (reason) {
    case "bounced":
      return null;
    case "too-large":
      return "size";
    case "reply-does-not-confirm":
    case "reply-not-proven":
    case "reply-from-another-address":
    case "reply-too-late":
      return "reply";
    default:
      return "request";
  }
};

type Text = (controller: string, reason: WaitingReason) => Omit<Words, "language">;

const texts: Readonly<Record<AnswerLanguage, Readonly<Record<About, Text>>>> = {
  en: {
    request: (controller, reason) => ({
      subjectLine: "Your message: we need a little more",
      blocks: [
        paragraph(`Thank you for your message to ${controller}.`),
        paragraph(englishWhy[reason] ?? "We could not take it as a request without a person looking at it."),
        paragraph(
          "A person will look at it. It goes faster when you write once more, and say in one message:",
        ),
        list([
          "one email address: that of the person whose data it is about;",
          "what is asked for: an export (a copy of the data), or an erasure;",
          "which data: customer data, user data, or a user's telemetry.",
        ]),
        paragraph(
          'For example: "Please export the customer data of" and the address. Nothing is read or erased before the ' +
            "address on record has confirmed it.",
        ),
        automatic.en,
      ],
    }),
    size: (controller) => ({
      subjectLine: "Your message was too large",
      blocks: [
        paragraph(`Thank you for your message to ${controller}. It was too large to be read here.`),
        paragraph(
          "Please write once more, in a few lines and without attachments. A person will look at what has come so far.",
        ),
        automatic.en,
      ],
    }),
    reply: (controller) => ({
      subjectLine: "Your answer confirmed nothing",
      blocks: [
        paragraph(
          `${controller} got your answer to a confirmation. It confirmed nothing, and nothing happens.`,
        ),
        paragraph(
          'An answer counts only where it says "I confirm" and nothing else, comes in time, and provably comes from the ' +
            "address that the confirmation went to.",
        ),
        paragraph(
          "If you want to confirm, use the link or the code in the confirmation. If you do not, you need do nothing. A " +
            "person will look at your answer.",
        ),
        automatic.en,
      ],
    }),
  },
  de: {
    request: (controller, reason) => ({
      subjectLine: "Ihre Nachricht: Uns fehlt noch etwas",
      blocks: [
        paragraph(`Danke für Ihre Nachricht an ${controller}.`),
        paragraph(
          germanWhy[reason] ?? "Wir konnten sie nicht als Antrag annehmen, ohne dass ein Mensch sie ansieht.",
        ),
        paragraph(
          "Ein Mensch wird sie ansehen. Schneller geht es, wenn Sie noch einmal schreiben und in einer Nachricht sagen:",
        ),
        list([
          "eine E-Mail-Adresse: die der Person, um deren Daten es geht;",
          "worum Sie bitten: eine Auskunft (eine Kopie der Daten) oder eine Löschung;",
          "welche Daten: Kundendaten, Benutzerdaten oder Telemetrie eines Benutzers.",
        ]),
        paragraph(
          "Zum Beispiel: „Bitte löschen Sie die Kundendaten von“ und die Adresse. Nichts wird gelesen oder gelöscht, " +
            "bevor die hinterlegte Adresse es bestätigt hat.",
        ),
        automatic.de,
      ],
    }),
    size: (controller) => ({
      subjectLine: "Ihre Nachricht war zu groß",
      blocks: [
        paragraph(`Danke für Ihre Nachricht an ${controller}. Sie war zu groß, um hier gelesen zu werden.`),
        paragraph(
          "Bitte schreiben Sie noch einmal, in wenigen Zeilen und ohne Anhänge. Was bisher angekommen ist, wird ein Mensch ansehen.",
        ),
        automatic.de,
      ],
    }),
    reply: (controller) => ({
      subjectLine: "Ihre Antwort hat nichts bestätigt",
      blocks: [
        paragraph(
          `${controller} hat Ihre Antwort auf eine Bestätigung erhalten. Sie hat nichts bestätigt, und nichts geschieht.`,
        ),
        paragraph(
          "Eine Antwort zählt nur, wenn sie „Ich bestätige“ sagt und sonst nichts, rechtzeitig kommt und nachweislich von der " +
            "Adresse stammt, an die die Bestätigung ging.",
        ),
        paragraph(
          "Möchten Sie bestätigen, nutzen Sie den Link oder den Code in der Bestätigung. Möchten Sie das nicht, brauchen " +
            "Sie nichts zu tun. Ein Mensch wird Ihre Antwort ansehen.",
        ),
        automatic.de,
      ],
    }),
  },
};

const automatic = {
  en: paragraph("This answer was written by a program. You get at most a few of them a day."),
  de: paragraph("Diese Antwort hat ein Programm geschrieben. Sie erhalten höchstens wenige davon am Tag."),
} as const;

const englishWhy: Partial<Record<WaitingReason, string>> = {
  "no-address": "It names no email address of the person whose data it is about.",
  "several-addresses": "It names several email addresses, and we do not guess which one is meant.",
  "unusual-address": "It names an email address that a person has to look at.",
  "no-kind": "It does not say whether the data is to be exported or erased.",
  "several-kinds": "It speaks of an export and of an erasure, and we do not guess which one is meant.",
  "says-not": "It says that something is not to be done, and we do not guess what is.",
  "no-category": "It does not say which data it is about.",
  "several-categories": "It speaks of several kinds of data, and we take one request at a time.",
};

const germanWhy: Partial<Record<WaitingReason, string>> = {
  "no-address": "Sie nennt keine E-Mail-Adresse der Person, um deren Daten es geht.",
  "several-addresses": "Sie nennt mehrere E-Mail-Adressen, und wir raten nicht, welche gemeint ist.",
  "unusual-address": "Sie nennt eine E-Mail-Adresse, die ein Mensch ansehen muss.",
  "no-kind": "Sie sagt nicht, ob es um eine Auskunft oder um eine Löschung geht.",
  "several-kinds": "Sie spricht von Auskunft und von Löschung, und wir raten nicht, was gemeint ist.",
  "says-not": "Sie sagt, dass etwas nicht geschehen soll, und wir raten nicht, was geschehen soll.",
  "no-category": "Sie sagt nicht, um welche Daten es geht.",
  "several-categories":
    "Sie spricht von mehreren Arten von Daten, und wir nehmen einen Antrag nach dem anderen.",
};
