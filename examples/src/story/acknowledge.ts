import { orThrow } from "@subject-rights/core";
import type { Letter } from "../mail/letter.ts";
import type { Screen } from "../screen/screen.ts";
import type { OpenCompany } from "./open-company.ts";

/**
 * Waits for the letter that asks for a confirmation, and answers it: what the tenant administrator does by
 * opening the link and pressing the button behind it.
 */
export const acknowledgeByMail = async ({ mail, rights }: OpenCompany, screen: Screen): Promise<void> => {
  const letter = await mail.waitFor(({ subject }) => /confirm/i.test(subject));
  screen.say("Nothing has been read or erased yet. This letter went to the registered tenant administrator:");
  screen.letter(letter);
  const view = orThrow(await rights.requests.acknowledge({ token: tokenIn(letter) }));
  screen.fact("acknowledged", view.acknowledgement.acknowledgedAt ?? "");
};

const tokenIn = ({ text }: Letter): string => {
  const token = /\/acknowledge#(?<token>[\w-]{43})/.exec(text)?.groups?.["token"];
  if (token === undefined) throw new Error("the letter has no link to acknowledge with");
  return token;
};
