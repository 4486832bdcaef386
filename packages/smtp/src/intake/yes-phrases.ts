/**
 * Everything that counts as a yes, in lower case and without punctuation. A whole answer has to be one of these: a list
 * of words would find a yes in "confirm that you keep my data". It has what the confirmation tells people to write.
 * Left out is what people also write to say that they have read something: "OK", "thanks", "received".
 */
export const yesPhrases: ReadonlySet<string> = new Set([
  ...["yes", "yes please", "yes please go ahead", "yes confirmed", "yes i agree"],
  ...["yes i confirm", "yes i confirm it", "yes i confirm this"],
  ...["yes i confirm the request", "yes i confirm this request"],
  ...["confirm", "confirmed", "i agree", "agreed"],
  ...["i confirm", "i confirm it", "i confirm this", "i confirm the request", "i confirm this request"],
  ...["i hereby confirm", "i hereby confirm the request", "i hereby confirm this request"],
  ...["ja", "ja bitte", "ja bestätigt", "ja einverstanden"],
  ...["ja ich bestätige", "ja ich bestätige es", "ja ich bestätige das", "ja ich bestätige dies"],
  ...["ja ich bestätige den antrag", "ja ich bestätige diesen antrag"],
  ...["bestätigt", "einverstanden", "ich bin einverstanden", "ich stimme zu"],
  ...["ich bestätige", "ich bestätige es", "ich bestätige das", "ich bestätige dies"],
  ...["ich bestätige den antrag", "ich bestätige diesen antrag"],
  ...["hiermit bestätige ich", "hiermit bestätige ich das", "hiermit bestätige ich dies"],
  ...["hiermit bestätige ich den antrag", "hiermit bestätige ich diesen antrag"],
]);

/** What the line above it may begin with; only names follow. */
export const greetings: ReadonlySet<string> = new Set([
  ...["hello", "hi", "hey", "dear", "good day", "good morning", "good afternoon", "good evening"],
  ...["hallo", "guten tag", "guten morgen", "guten abend", "liebe", "lieber", "liebes"],
  ...["sehr geehrte", "sehr geehrter", "sehr geehrtes"],
]);

/** What the line below it may be; a few lines of names follow. */
export const signOffs: ReadonlySet<string> = new Set([
  ...["best", "best regards", "kind regards", "with kind regards", "warm regards", "regards", "best wishes"],
  ...["thanks", "many thanks", "thank you", "cheers", "sincerely", "yours sincerely", "yours faithfully"],
  ...["mit freundlichen grüßen", "mit freundlichem gruß", "mit besten grüßen", "freundliche grüße"],
  ...["viele grüße", "beste grüße", "liebe grüße", "herzliche grüße", "schöne grüße", "grüße", "gruß"],
  ...["mit freundlichen gruessen", "viele gruesse", "beste gruesse", "mit freundlichen grüssen"],
  ...["viele grüsse", "freundliche grüsse", "mfg", "vg", "lg", "danke", "vielen dank", "danke schön"],
  // What telephones add.
  ...["sent from my iphone", "sent from my ipad", "sent from my mobile", "sent from my phone"],
  ...["von meinem iphone gesendet", "von meinem ipad gesendet", "von meinem handy gesendet"],
  ...["sent from outlook for ios", "sent from outlook for android"],
]);

/** What stands between names, in lower case. */
export const nameParticles: ReadonlySet<string> = new Set([
  ...["and", "or", "of", "und", "für", "von", "vom", "van", "de", "der", "den", "da", "di", "zu"],
  ...["team", "all", "there", "zusammen"],
]);

/** No names: somebody goes on where names are expected. */
export const afterthoughts: readonly string[] = [
  ...["please", "but", "however", "wait", "later", "undo", "revoke*", "only", "if", "when", "first"],
  ...["tomorrow", "bitte", "aber", "jedoch", "warte*", "später", "widerruf*", "rückgängig", "nur"],
  ...["wenn", "falls", "sobald", "erst", "morgen"],
];
