/** A file of a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** CRC-32 of the content. */
  readonly crc: number;
  readonly bytes: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;

/** Lists the files of a zip archive by its central directory (PKWARE APPNOTE 4.3.12, 4.3.16). */
export function zipEntries(archive: Buffer): readonly ZipEntry[] {
  const end = archive.length - END_BYTES;
  if (archive.readUInt32LE(end) !== END) throw new Error("a comment, or no archive");
  const count = archive.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  for (let at = archive.readUInt32LE(end + 16); entries.length < count; ) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error(`no entry at ${at}`);
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    const crc = archive.readUInt32LE(at + 16);
    entries.push({ name, crc, bytes: archive.readUInt32LE(at + 24) });
    at += ENTRY_BYTES + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}
