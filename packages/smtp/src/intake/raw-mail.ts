import { CallFailed, err, InvalidInput, ok, type Result } from "@subject-rights/core";

/** A message as it came over the wire (RFC 5322): whole, or in pieces. */
export type RawMail = Uint8Array | AsyncIterable<Uint8Array>;

/** What was read of a message. */
export interface ReadMail {
  readonly bytes: Buffer;
  /** False where it is larger than the limit: then these are its first bytes, and nothing more was read. */
  readonly isWhole: boolean;
}

/** Whatever gives texts has made something else of the message than what was signed. */
const noBytes = { path: "raw", message: "is a stream of something else than bytes: leave `setEncoding` out" };

/**
 * Reads a message up to a limit, and not a piece further: whoever hands it over is told to stop.
 *
 * Errors: `CallFailed` where it could not be read to its end. It may work later. `InvalidInput` where it is not bytes.
 */
export const readMail = async (
  raw: RawMail,
  limit: number,
): Promise<Result<ReadMail, CallFailed | InvalidInput>> => {
  if (raw instanceof Uint8Array) {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    return ok({ bytes: bytes.subarray(0, limit), isWhole: bytes.length <= limit });
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of raw) {
      if (!(piece instanceof Uint8Array)) return err(new InvalidInput([noBytes]));
      pieces.push(piece);
      length += piece.length;
      // Leaving the loop closes the stream.
      if (length > limit) break;
    }
    return ok({ bytes: Buffer.concat(pieces).subarray(0, limit), isWhole: length <= limit });
  } catch (cause) {
    return err(new CallFailed("mail", "unavailable", true, { cause }));
  }
};
