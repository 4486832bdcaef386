import type { FetchedPackage } from "@subject-rights/core";
import { byteStream } from "./byte-stream.ts";

/** What goes with a package: its length, so that one that breaks off is noticed, and its digest (RFC 9530). */
export const packageHeaders = ({ filename, contentType, bytes, sha256 }: FetchedPackage) => ({
  "Content-Type": contentType,
  "Content-Length": String(bytes),
  "Content-Disposition": `attachment; filename="${filename}"`,
  "Repr-Digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`,
});

export const packageStream = (
  fetched: FetchedPackage,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> => byteStream(fetched.read(), { failed });
