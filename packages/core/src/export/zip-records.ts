/*
 * The records that a ZIP file is made of, around the files (APPNOTE.TXT 6.3.10 of PKWARE). Numbers are
 * little-endian. All sizes stand behind a file and in the directory, because they are not known before.
 */

/** A file of a ZIP, once it is written. */
export interface ZipMember {
  readonly path: string;
  /** Where its local header begins. */
  readonly offset: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly bytes: number;
}

/** How a file is packed. */
export interface Packing {
  /** 4.4.5: 8 is DEFLATE. */
  readonly method: number;
  /** 4.4.4: bit 0 says that the file is encrypted. */
  readonly flags: number;
  /** 4.5: what stands in both headers. */
  readonly extra: Uint8Array;
}

export const deflatedPacking: Packing = { method: 8, flags: 0, extra: new Uint8Array(0) };

/** Bit 3: sizes stand behind the file. Bit 11: its name is UTF-8. */
const flagsOfAll = 0x0808;
/** 6.3 of the specification, on a system whose files have Unix's modes. */
const madeBy = (3 << 8) | 63;
const neededByAll = 20;
const neededForZip64 = 45;
/** A plain file that its owner may write, and all may read. */
const unixMode = 0o100644;
const largest32 = 0xffff_ffff;
const largest16 = 0xffff;

/** 4.3.7 */
export const localHeader = (path: string, modified: Date, { method, flags, extra }: Packing): Uint8Array => {
  const name = Buffer.from(path);
  const { date, time } = dosTime(modified);
  const fixed = Buffer.alloc(30);
  fixed.writeUInt32LE(0x04034b50, 0);
  fixed.writeUInt16LE(neededByAll, 4);
  fixed.writeUInt16LE(flagsOfAll | flags, 6);
  fixed.writeUInt16LE(method, 8);
  fixed.writeUInt16LE(time, 10);
  fixed.writeUInt16LE(date, 12);
  fixed.writeUInt16LE(name.length, 26);
  fixed.writeUInt16LE(extra.length, 28);
  return Buffer.concat([fixed, name, extra]);
};

/** 4.3.9, with the signature that most programs look for. */
export const dataDescriptor = (member: ZipMember): Uint8Array => {
  const { crc32, compressedBytes, bytes } = member;
  const isLarge = needsZip64(member);
  const record = Buffer.alloc(isLarge ? 24 : 16);
  record.writeUInt32LE(0x08074b50, 0);
  record.writeUInt32LE(crc32, 4);
  if (isLarge) {
    record.writeBigUInt64LE(BigInt(compressedBytes), 8);
    record.writeBigUInt64LE(BigInt(bytes), 16);
  } else {
    record.writeUInt32LE(compressedBytes, 8);
    record.writeUInt32LE(bytes, 12);
  }
  return record;
};

/** 4.3.12 */
export const directoryRecord = (member: ZipMember, modified: Date, packing: Packing): Uint8Array => {
  const name = Buffer.from(member.path);
  const { date, time } = dosTime(modified);
  const isLarge = needsZip64(member);
  const extra = Buffer.concat([packing.extra, unixTime(modified), isLarge ? zip64Extra(member) : empty]);
  const fixed = Buffer.alloc(46);
  fixed.writeUInt32LE(0x02014b50, 0);
  fixed.writeUInt16LE(madeBy, 4);
  fixed.writeUInt16LE(isLarge ? neededForZip64 : neededByAll, 6);
  fixed.writeUInt16LE(flagsOfAll | packing.flags, 8);
  fixed.writeUInt16LE(packing.method, 10);
  fixed.writeUInt16LE(time, 12);
  fixed.writeUInt16LE(date, 14);
  fixed.writeUInt32LE(member.crc32, 16);
  fixed.writeUInt32LE(isLarge ? largest32 : member.compressedBytes, 20);
  fixed.writeUInt32LE(isLarge ? largest32 : member.bytes, 24);
  fixed.writeUInt16LE(name.length, 28);
  fixed.writeUInt16LE(extra.length, 30);
  fixed.writeUInt32LE(unixMode * 0x1_0000, 38);
  fixed.writeUInt32LE(isLarge ? largest32 : member.offset, 42);
  return Buffer.concat([fixed, name, extra]);
};

/** 4.3.16, behind 4.3.14 and 4.3.15 where a number does not fit. */
export const endOfDirectory = (members: number, offset: number, bytes: number): Uint8Array => {
  const isLarge = members >= largest16 || offset >= largest32 || bytes >= largest32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(members, largest16), 8);
  end.writeUInt16LE(Math.min(members, largest16), 10);
  end.writeUInt32LE(Math.min(bytes, largest32), 12);
  end.writeUInt32LE(Math.min(offset, largest32), 16);
  if (!isLarge) return end;

  const large = Buffer.alloc(56);
  large.writeUInt32LE(0x06064b50, 0);
  large.writeBigUInt64LE(BigInt(large.length - 12), 4);
  large.writeUInt16LE(madeBy, 12);
  large.writeUInt16LE(neededForZip64, 14);
  large.writeBigUInt64LE(BigInt(members), 24);
  large.writeBigUInt64LE(BigInt(members), 32);
  large.writeBigUInt64LE(BigInt(bytes), 40);
  large.writeBigUInt64LE(BigInt(offset), 48);

  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([large, locator, end]);
};

const empty = new Uint8Array(0);

const needsZip64 = ({ offset, compressedBytes, bytes }: ZipMember): boolean =>
  Math.max(offset, compressedBytes, bytes) >= largest32;

/** 4.5.3 */
const zip64Extra = ({ offset, compressedBytes, bytes }: ZipMember): Uint8Array => {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(extra.length - 4, 2);
  extra.writeBigUInt64LE(BigInt(bytes), 4);
  extra.writeBigUInt64LE(BigInt(compressedBytes), 12);
  extra.writeBigUInt64LE(BigInt(offset), 20);
  return extra;
};

/** The time of change in seconds of Unix, as Info-ZIP writes it ("UT"): unlike the ZIP's own, it has a zone. */
const unixTime = (modified: Date): Uint8Array => {
  const extra = Buffer.alloc(9);
  extra.writeUInt16LE(0x5455, 0);
  extra.writeUInt16LE(extra.length - 4, 2);
  // Says that it is the time of change.
  extra.writeUInt8(1, 4);
  const seconds = Math.floor(modified.getTime() / 1000);
  extra.writeInt32LE(Math.max(-0x8000_0000, Math.min(seconds, 0x7fff_ffff)), 5);
  return extra;
};

const earliestDos = Date.UTC(1980, 0, 1);
const latestDos = Date.UTC(2107, 11, 31, 23, 59, 58);

/**
 * 4.4.6. It has no zone: UTC is written, so that the same package has the same bytes on every machine. Even
 * seconds only, from 1980 to 2107.
 */
const dosTime = (modified: Date): { readonly date: number; readonly time: number } => {
  const at = new Date(Math.max(earliestDos, Math.min(modified.getTime(), latestDos)));
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
};
