import type { SubjectRightsError, TokenRejected } from "@subject-rights/core";
import type { Context } from "hono";
import { problemOfError } from "../api/error-problem.ts";
import { messagePage } from "../html/message-page.ts";
import type { WebContext } from "../web-context.ts";

/** A failure on a page. What it was is told to the application, and to nobody else. */
export const failurePage = (context: WebContext, call: Context, error: SubjectRightsError) => {
  const { status, retryable } = problemOfError(error);
  context.failed(error);
  const text = retryable
    ? "Nothing was done. Please try again in a few minutes."
    : "Nothing was done. Please write to us instead.";
  // To whoever reads this page, that somebody is not allowed, or something is not there, is a fault of ours.
  return call.html(
    messagePage(context, { title: "This did not work", text, isAlert: true }),
    status === 503 ? 503 : 500,
  );
};

const rejections = {
  unknown: {
    title: "This code is not known",
    text: "Check that the whole of it was copied. If a newer message came, only the code in that one works.",
  },
  expired: {
    title: "This code has expired",
    text: "Ask for a new one, or make your request again.",
  },
  used: {
    title: "This code was used already",
    text: "It works no more. If that was you, everything is in order, and there is nothing to do.",
  },
  "another-address": {
    title: "This code is for an answer by mail",
    text: "Open the link in the message that you were sent, or answer that message.",
  },
} as const;

export const rejectionPage = (context: WebContext, call: Context, { reason }: TokenRejected) =>
  call.html(messagePage(context, { ...rejections[reason], isAlert: reason !== "used" }), 403);

/** A page that says "too many", where the application says so; null where it goes on. */
export const notAllowedNow = async (context: WebContext, call: Context): Promise<Response | null> => {
  if (await context.allow(call.req.raw)) return null;
  return call.html(
    messagePage(context, {
      title: "Too many at once",
      text: "There were too many forms from here in a short time. Please try again later.",
      isAlert: true,
    }),
    429,
    { "Retry-After": "60" },
  );
};
