import { createSha256 } from "../crypto.ts";
import type { ManifestFile } from "./manifest.ts";
import type { ZipEntry } from "./zip.ts";

/** A file of the package, measured while it is written. */
export class PackageFile implements ZipEntry {
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
  #written: ManifestFile | null = null;

  constructor(path: string, mediaType: string, parts: AsyncIterable<string | Uint8Array>) {
    this.path = path;
    this.content = this.#bytes(mediaType, parts);
  }

  /** What the manifest says of it, once it is written. */
  written(): ManifestFile {
    if (this.#written === null) throw new Error(`${this.path} is not written yet.`);
    return this.#written;
  }

  async *#bytes(mediaType: string, parts: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
    const hash = createSha256();
    let bytes = 0;
    for await (const part of parts) {
      const piece = typeof part === "string" ? Buffer.from(part) : part;
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
    this.#written = { path: this.path, mediaType, bytes, sha256: hash.hex() };
  }
}
