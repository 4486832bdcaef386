import { defineNotifier, type NotifierDefinition, PermanentFailure } from "@subject-rights/core";
import {
  type NotifierHarness,
  noticeTypes,
  notifierCases,
  type ReceivedAttachment,
  type ReceivedMessage,
} from "@subject-rights/testing";
import { type Broken, describeSuite, gap } from "./broken/describe-suite.ts";

type Send = NotifierDefinition["send"];

interface World {
  readonly good: Send;
  readonly mailbox: ReceivedMessage[];
}

type Fault = (world: World) => Send;

const attachmentLimit = 100_000;
const isOneAddress = (to: string): boolean => /^[^\s@,;:<>"]+@[^\s@,;:<>"]+$/.test(to);

const attached: (...asked: Parameters<Send>) => Promise<readonly ReceivedAttachment[]> = async ({
  attachment,
}) => {
  if (attachment === null) return [];
  if (attachment.bytes > attachmentLimit) throw new PermanentFailure("too large");
  const chunks: Uint8Array[] = [];
  for await (const chunk of attachment.read()) chunks.push(chunk);
  return [{ ...attachment, bytes: Buffer.concat(chunks) }];
};

/** What is wrong at the other side. */
type Trouble = (() => Error) | null;

const harness = (fault: Fault | null): NotifierHarness => {
  const made = (trouble: Trouble) => async () => {
    const mailbox: ReceivedMessage[] = [];
    const good: Send = async (message, context) => {
      context.signal.throwIfAborted();
      if (!isOneAddress(message.to)) throw new PermanentFailure("not one address");
      if (trouble !== null) throw trouble();
      const attachments = await attached(message, context);
      const text = JSON.stringify(message.notice);
      mailbox.push({ id: `<${message.id}@privacy.example.com>`, to: [message.to], text, attachments });
    };
    const send = fault?.({ good, mailbox }) ?? good;
    return { notifier: defineNotifier({ id: "letters", attachmentLimit, send }), inbox: async () => mailbox };
  };
  return {
    make: made(null),
    makeDown: made(() => new Error("connection refused")),
    makeRefusing: made(() => new PermanentFailure("550 no such mailbox")),
  };
};

/** Changes a message on its way into the mailbox. */
const arriving =
  (change: (received: ReceivedMessage, message: Parameters<Send>[0]) => ReceivedMessage): Fault =>
  ({ good, mailbox }) =>
  async (message, context) => {
    await good(message, context);
    const received = mailbox.pop();
    if (received !== undefined) mailbox.push(change(received, message));
  };

const everyKind = noticeTypes.map(
  (type) => `send: a ${type} arrives at its one recipient, with what has to be in it`,
);
const withoutPage = "send: a confirmation without a page of its own carries the token to type in";
const aboutNobody = "send: a notice to the support contact holds nothing of an earlier one about a person";
const atOnce = "send: messages of the same moment arrive each at its own recipient";
const twice = "send: the same message twice is one message to the other side";
const restarted = "send: the same message is the same after a restart";
const different = "send: different messages are different, however alike they are";
const impersonal = "send: what the other side recognises it by holds nothing personal";
const byteForByte = "send: an attachment up to the limit arrives byte for byte";
const notHalf = "send: what could not be read to its end is an error, and does not arrive";
const oneAddress = "send: an address that smuggles in a second one reaches nobody else";
const smugglingText = "send: a text that smuggles in a recipient reaches nobody else";
const down = "send: while the other side cannot be reached, it is an error that is worth trying again";
const refused = "send: what is refused for good is an error that is not tried again";

const broken: readonly Broken<Fault>[] = [
  ...noticeTypes.map((type) => ({
    fault: `a ${type} says nothing`,
    how: arriving((received, { notice }) =>
      notice.type === type ? { ...received, text: "Hello!" } : received,
    ),
    caughtBy: [
      `send: a ${type} arrives at its one recipient, with what has to be in it`,
      atOnce,
      ...(type === "confirmation" ? [withoutPage] : []),
    ],
  })),
  {
    fault: "somebody is always put in copy",
    how: arriving((received) => ({ ...received, to: [...received.to, "archive@example.com"] })),
    caughtBy: [...everyKind, withoutPage, aboutNobody, atOnce],
  },
  {
    fault: "every message is sent twice",
    how:
      ({ good }) =>
      async (...asked) => {
        await good(...asked);
        await good(...asked);
      },
    caughtBy: [...everyKind, withoutPage, aboutNobody, atOnce, twice, restarted],
  },
  {
    fault: "a token without a page is left out",
    how: arriving((received, { notice }) =>
      notice.type === "confirmation" && notice.url === null
        ? { ...received, text: received.text.replaceAll(notice.token, "") }
        : received,
    ),
    caughtBy: [withoutPage],
  },
  {
    fault: "the message before is quoted",
    how: ({ good, mailbox }) => {
      let before = "";
      return arriving((received) => {
        const text = `${received.text}\n> ${before}`;
        before = received.text;
        return { ...received, text };
      })({ good, mailbox });
    },
    caughtBy: [aboutNobody],
  },
  {
    fault: "messages under way share one draft",
    how: ({ good }) => {
      let draft: Parameters<Send>[0] | null = null;
      return async (message, context) => {
        draft = message;
        await gap();
        await good({ ...draft, to: message.to }, context);
      };
    },
    caughtBy: [atOnce],
  },
  {
    fault: "an id is made up for each sending",
    how: arriving((received) => ({ ...received, id: `<${crypto.randomUUID()}@privacy.example.com>` })),
    caughtBy: [twice, restarted],
  },
  {
    fault: "ids are counted since the start of the process",
    how: ({ good, mailbox }) => {
      const ids = new Map<string, string>();
      return arriving((received, { id }) => {
        ids.set(id, ids.get(id) ?? `<${ids.size}@privacy.example.com>`);
        return { ...received, id: ids.get(id) ?? "" };
      })({ good, mailbox });
    },
    caughtBy: [restarted],
  },
  {
    fault: "ids are shortened and folded to lower case",
    how: arriving((received) => ({ ...received, id: received.id.slice(0, 10).toLowerCase() })),
    caughtBy: [different],
  },
  {
    fault: "the id names the recipient",
    how: arriving((received, { id, to }) => ({ ...received, id: `<${id}.${to}>` })),
    caughtBy: [impersonal],
  },
  {
    fault: "attachments travel as text",
    how: arriving((received) => ({
      ...received,
      attachments: received.attachments.map((each) => ({
        ...each,
        bytes: Buffer.from(Buffer.from(each.bytes).toString("utf8")),
      })),
    })),
    caughtBy: [byteForByte],
  },
  {
    fault: "what could be read is sent",
    how:
      ({ good }) =>
      ({ attachment, ...message }, context) =>
        good(
          {
            ...message,
            attachment: attachment && {
              ...attachment,
              async *read() {
                try {
                  yield* attachment.read();
                } catch {
                  return;
                }
              },
            },
          },
          context,
        ),
    caughtBy: [notHalf],
  },
  {
    fault: "an address is split into several",
    how:
      ({ good }) =>
      async (message, context) => {
        for (const to of message.to.match(/[^\s,;:<>"]+@[^\s,;:<>"]+/g) ?? [])
          await good({ ...message, to }, context);
      },
    caughtBy: [oneAddress],
  },
  {
    fault: "the heading is written as it comes",
    how: arriving((received, { notice }) => {
      const heading = `${"source" in notice ? notice.source.title : ""}\n${notice.controller}`;
      const smuggled = [...heading.matchAll(/^(?:Bcc|To|RCPT TO): ?<?([^\s>]+)/gm)].flatMap(
        ([, to]) => to ?? [],
      );
      return { ...received, to: [...received.to, ...smuggled] };
    }),
    caughtBy: [smugglingText],
  },
  {
    fault: "a server that is down counts as sent",
    how:
      ({ good }) =>
      (...asked) =>
        good(...asked).catch((thrown) => {
          if (String(thrown).includes("connection refused")) return;
          throw thrown;
        }),
    caughtBy: [down],
  },
  {
    fault: "a server that is down is given up",
    how:
      ({ good }) =>
      (...asked) =>
        good(...asked).catch(() => {
          throw new PermanentFailure("given up");
        }),
    caughtBy: [down],
  },
  {
    fault: "a mailbox that is not there is tried for ever",
    how:
      ({ good }) =>
      (...asked) =>
        good(...asked).catch((thrown) => {
          throw new Error("not sent", { cause: thrown });
        }),
    caughtBy: [refused],
  },
];

describeSuite<Fault>("notifier", (fault) => notifierCases(harness(fault)), broken);
