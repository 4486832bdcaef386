import { ApprovalRejected, InvalidInput, type SubjectRightsError } from "@subject-rights/core";
import { type ErrorCode, type ErrorStatus, statusOf } from "../../api/error-codes.ts";

/** An error as a page says it: what happened, and what to do. */
export interface ErrorWords {
  /** As the API answers the same error. */
  readonly status: ErrorStatus;
  readonly title: string;
  readonly text: string;
}

type Words = Omit<ErrorWords, "status">;

/** Those that a call of the console can answer; what another version may add is said in general words. */
const words: Readonly<Partial<Record<ErrorCode, Words>>> = {
  "not-allowed": {
    title: "You may not do this",
    text: "The roles that you are signed in with do not allow it. Ask somebody who may, or have your roles changed.",
  },
  "request-not-found": {
    title: "There is no such request",
    text: "Check the address, or look for it in the list of requests.",
  },
  "source-not-found": {
    title: "There is no such data source here",
    text: "Look for it in the list of data sources.",
  },
  "user-not-found": {
    title: "One of these users is not there any more",
    text: "Nobody was removed. Look at the list again: somebody may have removed them meanwhile.",
  },
  "hold-not-found": { title: "There is no such hold", text: "It may be of another tenant." },
  "not-possible-now": {
    title: "This is not possible now",
    text: "The request has gone on meanwhile, or is not that far yet. Look at it again.",
  },
  "held-in-copy": {
    title: "A hold keeps this copy as it is",
    text: "Somebody on whom a hold stands is gone from its origins, and would be lost. It can be refreshed once the hold is lifted.",
  },
  "changed-meanwhile": {
    title: "Others changed it at the same moment",
    text: "Nothing was changed by you. Look at it again, and try once more.",
  },
  "last-administrator": {
    title: "This would leave no administrator",
    text: "Nobody was removed. Make somebody else an administrator first.",
  },
  "removing-yourself": {
    title: "You are among the users to remove",
    text: "Nobody was removed. Go back, and check the box that says you mean it, or leave yourself out.",
  },
  "key-destroyed": {
    title: "This can be read by nobody any more",
    text: "The request is over, and the key that protected what it knew of the person is destroyed.",
  },
  "package-not-available": {
    title: "There is no package to fetch",
    text: "None was made yet, or it has expired and is deleted.",
  },
  "storage-failed": {
    title: "The store could not be asked",
    text: "It is not your fault. Try again in a moment; nothing is lost.",
  },
  damaged: {
    title: "What is stored is damaged",
    text: "Nothing of it is shown. Whoever runs this application has to look into it.",
  },
};

const approvals: Readonly<Record<ApprovalRejected["reason"], string>> = {
  "another-plan": "Another plan is put up by now. Look at it, and approve that one if it is right.",
  "by-requester": "You asked for it yourself: a second person has to approve it.",
  expired: "It was put up too long ago, and is being made anew. Look at it again in a moment.",
  "already-approved": "Somebody has approved it already.",
};

const fields: Readonly<Record<string, string>> = {
  email: "The email address",
  reason: "The reason",
  note: "The note",
  receivedAt: "The day of receipt",
  category: "Whose data",
  kind: "What is asked for",
};

const inGeneral: Words = {
  title: "This did not work",
  text: "Whoever runs this application has to look into it.",
};

export const errorWords = (error: SubjectRightsError): ErrorWords => ({
  status: statusOf[error.code as ErrorCode] ?? 500,
  ...wordsOf(error),
});

const wordsOf = (error: SubjectRightsError): Words => {
  if (error instanceof InvalidInput) return invalid(error);
  if (error instanceof ApprovalRejected)
    return { title: "This plan was not approved", text: approvals[error.reason] };
  return words[error.code as ErrorCode] ?? inGeneral;
};

/** What is wrong, without what was typed: the library's messages do not repeat it. */
const invalid = ({ issues }: InvalidInput): Words => ({
  title: "Something is to be put right",
  text: issues
    .map(({ path, message }) =>
      path === "" ? `${capital(message)}.` : `${fields[path] ?? path}: ${message}.`,
    )
    .join(" "),
});

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
