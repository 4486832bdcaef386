import { inflateRawSync } from "node:zlib";

export const bytesOf = async (stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/**
 * What stands in the files of a ZIP (PKWARE APPNOTE 6.3.10), one behind the other. Only for what is small and not
 * encrypted.
 */
export const textsIn = (zip: Uint8Array): string => {
  const bytes = Buffer.from(zip);
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const texts: string[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(from, from + size);
    texts.push((method === 0 ? content : inflateRawSync(content)).toString("utf8"));
    at += 46 + lengths.reduce((sum, each) => sum + each, 0);
  }
  return texts.join("\n");
};
