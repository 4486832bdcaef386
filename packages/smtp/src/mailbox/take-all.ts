import type { ImapFlow } from "imapflow";
import type { MailboxSettings } from "./options.ts";

/** Says that a message was taken. A person who reads the mailbox changes what counts as read, and not this. */
const takenMark = "SubjectRightsTaken";

/** Hands every message that is not marked to the intake, the oldest first. One that cannot be taken holds up no other. */
export const takeAll = async (
  client: ImapFlow,
  settings: MailboxSettings,
  signal: AbortSignal,
  tell: (error: unknown) => void,
): Promise<void> => {
  const marks = marksOf(client);
  const found = await client.search(marks.unmarked, { uid: true });
  for (const uid of (found || []).toSorted((one, other) => one - other)) {
    if (signal.aborted || !client.usable) return;
    try {
      await takeOne(client, settings, uid, marks.mark, tell);
    } catch (thrown) {
      // With the connection everything else is gone as well.
      if (!client.usable) throw thrown;
      tell(thrown);
    }
  }
};

/** Servers that keep no keywords of our own have nothing but \Seen. */
const marksOf = ({ mailbox }: ImapFlow) => {
  const allowed = mailbox === false ? undefined : mailbox.permanentFlags;
  return allowed === undefined || allowed.has("\\*") || allowed.has(takenMark)
    ? { unmarked: { unKeyword: takenMark }, mark: [takenMark, "\\Seen"] }
    : { unmarked: { seen: false }, mark: ["\\Seen"] };
};

const takeOne = async (
  client: ImapFlow,
  { intake, moveTo, onTaken }: MailboxSettings,
  uid: number,
  mark: readonly string[],
  tell: (error: unknown) => void,
): Promise<void> => {
  const found = await client.fetchOne(String(uid), { internalDate: true }, { uid: true });
  const { content } = await client.download(String(uid), undefined, { uid: true });
  // Somebody else has moved it meanwhile.
  if (content === undefined) return;
  const { internalDate } = found || {};
  const envelope = internalDate === undefined ? {} : { receivedAt: new Date(internalDate).toISOString() };
  const taken = await intake.take(content, envelope);
  if (taken.isErr()) {
    tell(taken.error);
    return;
  }
  const { value } = taken;
  if (value.outcome !== "refused" || value.reason === "no-tenant") {
    // What is of no tenant is for whoever looks into the mailbox, and stays there.
    const isRefused = value.outcome === "refused";
    await client.messageFlagsAdd(String(uid), isRefused ? [...mark, "\\Flagged"] : [...mark], { uid: true });
    if (moveTo !== undefined && !isRefused) await client.messageMove(String(uid), moveTo, { uid: true });
  }
  void (async () => onTaken(value))().catch(tell);
};
