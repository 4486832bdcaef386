import { InvalidInput, type SubjectRightsError, TokenRejected } from "@subject-rights/core";

/** An error as a page says it: what happened, and what to do. */
export interface ErrorWords {
  readonly status: 400 | 403 | 404 | 409 | 410 | 500 | 503;
  readonly title: string;
  readonly text: string;
}

const words: Readonly<Record<string, ErrorWords>> = {
  "not-allowed": {
    status: 403,
    title: "You may not do this",
    text: "The roles that you are signed in with do not allow it. Ask somebody who may, or have your roles changed.",
  },
  "request-not-found": {
    status: 404,
    title: "There is no such request",
    text: "Check the address, or look for it in the list of requests.",
  },
  "source-not-found": {
    status: 404,
    title: "There is no such data source here",
    text: "Look for it in the list of data sources.",
  },
  "user-not-found": {
    status: 404,
    title: "One of these users is not there any more",
    text: "Nobody was removed. Look at the list again: somebody may have removed them meanwhile.",
  },
  "hold-not-found": { status: 404, title: "There is no such hold", text: "It may be of another tenant." },
  "not-possible-now": {
    status: 409,
    title: "This is not possible now",
    text: "The request has gone on meanwhile, or is not that far yet. Look at it again.",
  },
  "changed-meanwhile": {
    status: 409,
    title: "Others changed it at the same moment",
    text: "Nothing was changed by you. Look at it again, and try once more.",
  },
  "last-administrator": {
    status: 409,
    title: "This would leave no administrator",
    text: "Nobody was removed. Make somebody else an administrator first.",
  },
  "removing-yourself": {
    status: 409,
    title: "You are among the users to remove",
    text: "Nobody was removed. Go back, and check the box that says you mean it, or leave yourself out.",
  },
  "key-destroyed": {
    status: 410,
    title: "This can be read by nobody any more",
    text: "The request is over, and the key that protected what it knew of the person is destroyed.",
  },
  "package-not-available": {
    status: 410,
    title: "There is no package to fetch",
    text: "None was made yet, or it has expired and is deleted.",
  },
  "storage-failed": {
    status: 503,
    title: "The store could not be asked",
    text: "It is not your fault. Try again in a moment; nothing is lost.",
  },
  damaged: {
    status: 500,
    title: "What is stored is damaged",
    text: "Nothing of it is shown. Whoever runs this application has to look into it.",
  },
};

const approvals: Readonly<Record<string, string>> = {
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

/** Anything that is no error of the library is somebody's mistake, and is thrown on. */
export const errorWords = (error: SubjectRightsError): ErrorWords => {
  if (error instanceof InvalidInput || error.code === "invalid-input") return invalid(error as InvalidInput);
  if (error.code === "approval-rejected") {
    const { reason } = error as unknown as { readonly reason: string };
    return { status: 409, title: "This plan was not approved", text: approvals[reason] ?? error.message };
  }
  if (error instanceof TokenRejected)
    return { status: 410, title: "This does not work", text: error.message };
  const found = words[error.code];
  if (found === undefined) throw error;
  return found;
};

/** What is wrong, without what was typed: the library's messages do not repeat it. */
const invalid = ({ issues }: InvalidInput): ErrorWords => ({
  status: 400,
  title: "Something is to be put right",
  text: issues
    .map(({ path, message }) =>
      path === "" ? `${capital(message)}.` : `${fields[path] ?? path}: ${message}.`,
    )
    .join(" "),
});

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
