export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Bytes in which every value occurs and no two starts look alike. */
export const bytesSample = (length: number, start = 0): Uint8Array => {
  const bytes = new Uint8Array(length);
  // Written out: a mebibyte through `Uint8Array.from` takes a hundred times as long.
  for (let index = 0; index < length; index += 1) bytes[index] = start + index * 7 + (index >>> 8) * 13;
  return bytes;
};
