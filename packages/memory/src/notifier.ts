import {
  type Attachment,
  defineNotifier,
  emailSchema,
  type Message,
  type Notifier,
  optionsOf,
  PermanentFailure,
} from "@subject-rights/core";

export interface MemoryNotifierOptions {
  /** Default: `memory`. */
  readonly id?: string | undefined;
  /** The largest attachment it takes, in bytes. Default: 10 MiB. */
  readonly attachmentLimit?: number | undefined;
}

export interface MemoryNotifier extends Notifier {
  /** Every message that was accepted, in order, one that came twice twice. Attachments can still be read. */
  readonly sent: readonly Message[];
}

const mebibyte = 1024 * 1024;

const keptAttachment = async (
  attachment: Attachment,
  limit: number,
  signal: AbortSignal,
): Promise<Attachment> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of attachment.read()) {
    signal.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > limit) throw new PermanentFailure(`attachments have at most ${limit} bytes here`);
    chunks.push(new Uint8Array(chunk));
  }
  return {
    filename: attachment.filename,
    contentType: attachment.contentType,
    bytes,
    async *read() {
      for (const chunk of chunks) yield new Uint8Array(chunk);
    },
  };
};

/** Sends nothing to anybody, and keeps what it was given: for tests, and for a first look. */
export const memoryNotifier = (options: MemoryNotifierOptions = {}): MemoryNotifier => {
  const names = { id: true, attachmentLimit: true } as const;
  const { id = "memory", attachmentLimit = 10 * mebibyte } = optionsOf("memoryNotifier", names, options);
  const sent: Message[] = [];
  const notifier = defineNotifier({
    id,
    attachmentLimit,
    async send({ attachment, ...message }, { signal }) {
      signal.throwIfAborted();
      if (!emailSchema.safeParse(message.to).success) throw new PermanentFailure("not one email address");
      const kept = attachment === null ? null : await keptAttachment(attachment, attachmentLimit, signal);
      sent.push({ ...structuredClone(message), attachment: kept });
    },
  });
  return { ...notifier, sent };
};
