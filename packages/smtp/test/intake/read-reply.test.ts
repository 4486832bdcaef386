import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isYes } from "../../src/intake/read-reply.ts";
import { wordsIn } from "../../src/intake/vocabulary.ts";
import { greetings, nameParticles, signOffs, yesPhrases } from "../../src/intake/yes-phrases.ts";

describe("an answer says yes", () => {
  it.each([
    ...yesPhrases,
    "I CONFIRM!!",
    "“I confirm”",
    "Yes, please go ahead.",
    "yes\n\n-----Original Message-----\nFrom: us\nDo not confirm",
    "Bestätigt\n\nVon: Halmstrand Privacy <privacy@halmstrand.example>\nGesendet: heute\nnicht bestätigen",
    "Yes.\nI confirm this request.",
    "I\u00A0confirm",
    "Ich besta\u0308tige",
    "Ich bestaetige den Antrag",
    "Hello,\nI confirm.\nThanks",
    "Dear Sir or Madam,\n\nI confirm this.\n\nBest regards,\nPetra Sandvik\nHead of Privacy, Halmstrand Lamps\n+46 35 12345",
    "Sehr geehrte Damen und Herren,\n\nich bestätige.\n\nMit freundlichen Grüßen\nDr. Petra von Sandvik",
    "Hallo zusammen\nJa, bitte\nVG\nPetra",
    "I confirm\n\nSent from my iPhone",
    "I confirm\n\nOn Sat, Petra wrote:\n\n> Please confirm.\n>\n> It lapses.\n\n-- \nWhat is below a signature",
    "Einverstanden\n\nAm 28.11.2026 um 01:00 schrieb Halmstrand Privacy:\n> confirm do not confirm",
    "> Please confirm.\n\nI confirm",
    "I confirm\n\n________________________________\nFrom: Privacy <privacy@halmstrand.example>\nWhat is erased cannot be brought back.",
    "I confirm\n\n----------------------------------------\n\nVon: Privacy <privacy@halmstrand.example>\nBitte bestätigen",
  ])("where nothing else is in it: %j", (text) => {
    expect(isYes(text)).toBe(true);
  });

  it.each([
    ["asks for something else", "Please undo this. Confirm that you keep my data."],
    ["asks back", "Should I confirm this? Who are you?"],
    ["asks with one word", "Confirmed?"],
    ["asks after the name", "I confirm\n\nThanks\nPetra?"],
    ["is from a ticket system", "We confirm receipt of your message"],
    ["is for later", "I will confirm later"],
    ["asks us", "Sind Sie einverstanden?"],
    ["only says that it was read", "OK"],
    ["says no", "No"],
    ["says no in German", "Nein"],
    ["says that it does not", "I do not confirm this."],
    ["says not to", "Please don't!"],
    ["says not now", "Yes, but not today"],
    ["says that it does not in German", "Das bestätige ich nicht"],
    ["asks who asks", "Who is this?"],
    ["calls it off", "I'll cancel. Confirm that."],
    ["confirms something else", "Yes, I confirm that I am away until Monday"],
    ["says nothing", ""],
    ["says it in a quote without marks", "On Sat, 28 Nov 2026, Petra wrote:\nI confirm"],
    ["takes it back", "I confirm\n\nThanks\nbut please wait until Monday"],
    ["takes it back in capitals", "I CONFIRM\n\nTHANKS\nPLEASE UNDO THIS"],
    ["takes it back in a name's place", "Einverstanden\n\nDanke\nWiderruf"],
    ["goes on where a name is expected", "Hello, do keep my data,\nI confirm"],
    ["has more below its name than a name", "I confirm\nBest\nA\nB\nC\nD"],
    ["ends without a greeting", "I confirm\nPetra"],
    [
      "goes on below the quote",
      "I confirm\n\nOn Sat, Petra wrote:\n> Please confirm.\nFirst tell me who asks.",
    ],
    [
      "goes on within the quote",
      "I confirm\n\nOn Sat, Petra wrote:\n> It erases.\nSend a copy before.\n> It lapses.",
    ],
    ["goes on below a line", "I confirm\n____________________\nthat I have read this"],
    ["says it in the quote alone", "> I confirm"],
    ["says it below a signature alone", "-- \nI confirm"],
    ["is only polite", "Hello,\n\nThanks"],
    ["has letters that look like others", "I c\u043Enfirm"],
  ])("not where it %s: %j", (_, text) => {
    expect(isYes(text)).toBe(false);
  });

  it("not where any other word is in it, wherever that stands", () => {
    const known = new Set([...yesPhrases, ...greetings, ...signOffs, ...nameParticles].flatMap(wordsIn));
    const word = fc
      .oneof(
        fc.constantFrom(
          "keep",
          "receipt",
          "will",
          "undo",
          "later",
          "data",
          "we",
          "that",
          "until",
          "Sie",
          "erst",
        ),
        fc.stringMatching(/^[a-zäöü]{2,12}$/),
      )
      .filter((each) => !known.has(each.toLowerCase()));
    const gap = fc.constantFrom(" ", ", ", ". ", "\n", "\n\n", "! ", "\r\n");
    const position = fc.nat(10);
    fc.assert(
      fc.property(
        fc.constantFrom(...yesPhrases),
        fc.array(fc.tuple(word, gap, position), { minLength: 1, maxLength: 6 }),
        fc.constantFrom("", "Hello,\n", "Guten Tag\n\n"),
        fc.constantFrom("", "\n\nKind regards\nPetra", "\nDanke", "\n-- \nPetra"),
        (phrase, others, greeting, signOff) => {
          expect(isYes(greeting + phrase + signOff)).toBe(true);
          const pieces = phrase.split(" ").map((each) => `${each} `);
          for (const [other, between, at] of others)
            pieces.splice(at % (pieces.length + 1), 0, `${between}${other}${between}`);
          expect(isYes(greeting + pieces.join("") + signOff)).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("in no time, however odd the text", () => {
    const start = performance.now();
    for (const piece of [
      "\n",
      "> \n",
      "On wrote: ",
      "________________\n",
      "yes ",
      "Thanks\n",
      "From: ",
      "-\n",
      " ",
    ])
      isYes(piece.repeat(200_000 / piece.length));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
