import { orThrow } from "@subject-rights/core";
import type { Letter } from "../mail/letter.ts";
import type { Screen } from "../screen/screen.ts";
import { admin } from "./actors.ts";
import type { OpenApplication } from "./open-application.ts";

/**
 * Waits for the letter that asks for a confirmation, and answers it: what the tenant administrator does by
 * opening the link and pressing the button behind it. Where an interrupted run did so, that counts.
 */
export const acknowledgeByMail = async (
  { mail, rights }: OpenApplication,
  screen: Screen,
  requestId: string,
): Promise<void> => {
  let { acknowledgement } = orThrow(await rights.requests.read({ actor: admin, requestId }));
  if (acknowledgement.acknowledgedAt === null) {
    const letter = await mail.waitFor(
      ({ subject, text }) => /confirm/i.test(subject) && text.includes(requestId),
    );
    screen.say(
      "Nothing has been read or erased yet. This letter went to the registered tenant administrator:",
    );
    screen.letter(letter);
    ({ acknowledgement } = orThrow(await rights.requests.acknowledge({ token: tokenIn(letter) })));
  }
  screen.fact("acknowledged", acknowledgement.acknowledgedAt ?? "");
};

/** The token that a letter asks to be confirmed with. */
export const tokenIn = ({ text }: Letter): string => {
  const token = /\/acknowledge#(?<token>[\w-]{43})/.exec(text)?.groups?.["token"];
  if (token === undefined) throw new Error("the letter has no link to acknowledge with");
  return token;
};
