import type { ProblemCode } from "@subject-rights/core";

/** What went wrong, and what a person can do about it. */
export interface ProblemWords {
  readonly what: string;
  readonly help: string;
}

export const problemWords: Readonly<Record<ProblemCode, ProblemWords>> = {
  "internal-error": {
    what: "There was an error inside the program.",
    help: "Whoever operates the application finds the cause in its error log. It is tried again by itself.",
  },
  "no-progress": {
    what: "The same was to be done again and again, and nothing came of it.",
    help: "This is a mistake in the program: please report it. It is looked at again every hour.",
  },
  "key-lost": {
    what: "The key of the request is not in the key ring, so that nobody can read whom it is about.",
    help: "Put the key ring back from its backup; without it, see to what is left by hand.",
  },
  damaged: {
    what: "Something that is stored, and needed, cannot be read.",
    help: "Look into the store. What cannot be mended of a sweep can be given up with its id (settle). It is looked at again every hour.",
  },
  unavailable: {
    what: "It could not be reached, or could not answer.",
    help: "See whether it is up. Open requests try it again by themselves.",
  },
  "timed-out": {
    what: "It did not answer in time.",
    help: "See whether it is slow or stuck. Open requests try it again by themselves.",
  },
  "permanent-failure": {
    what: "It refuses this for good.",
    help: "Trying again does not help until somebody has changed something there.",
  },
  "invalid-answer": {
    what: "Its answer makes no sense.",
    help: "Whoever wrote the data source has to look into it.",
  },
  "still-present": {
    what: "It said that it had erased, and still holds records of the person.",
    help: "Whoever looks after it has to find out why. It is tried again.",
  },
  "identifier-missing": {
    what: "It needs to know the person by a name that nobody knows.",
    help: "Look there by hand, then close its part with a reason.",
  },
  "collection-missing": {
    what: "It says nothing of a collection in which something was kept by law.",
    help: "Give that collection its name back, or its table, and try again. Else look there by hand, and close its part with a reason.",
  },
  "more-than-retained": {
    what: "It holds more under the person's address than was kept by law. That may have come since, and be somebody else's.",
    help: "Look there by hand, erase what was kept, then close its part with a reason. Try again where what came since is gone.",
  },
  "too-many-identifiers": {
    what: "The person seems to go by more names than anybody does.",
    help: "Find out which of them are somebody else's. It may be a shared mailbox.",
  },
  "not-registered": {
    what: "It is no part of the application any more.",
    help: "Register it again, or close its part with a reason.",
  },
  "not-supported": {
    what: "It has no way to do this.",
    help: "Have it done by hand, then close its part with a reason.",
  },
  "owner-cannot": {
    what: "Its owner says that it cannot be done.",
    help: "Ask why, then try again or close its part with a reason.",
  },
  "no-address": {
    what: "There is no address to write to, or it may be somebody else's by now.",
    help: "Put the address right where it is on record, then send it again.",
  },
  "package-too-large": {
    what: "The package is too large to attach, and there is no page to download it from.",
    help: "Fetch it here and hand it over, or set up a link for downloads.",
  },
  interrupted: {
    what: "It was at work when it was stopped. Nobody knows whether it finished.",
    help: "Start it again: doing it twice does no harm.",
  },
};
