/** First bytes, in hex, of formats that compress all that is in them, so that a search for bytes finds nothing inside. */
const SIGNATURES: readonly Buffer[] = [
  '504b0304', // zip: also docx, xlsx, odt, jar, apk, whl
  '504b0506', // zip without entries in front
  '1f8b', // gzip
  '1f9d', // compress
  '425a68', // bzip2
  'fd377a585a00', // xz
  '5d000080', // lzma
  '28b52ffd', // zstd
  '04224d18', // lz4
  '377abcaf271c', // 7z
  '526172211a07', // rar
  '25504446', // PDF
  '5041434b', // a pack of git
  '2320763220676974', // a bundle of git
  '2320763320676974',
].map((hex) => Buffer.from(hex, 'hex'))

/** Returns true for the first bytes of an archive, or of a compressed file. */
export function isCompressed(start: Buffer): boolean {
  return SIGNATURES.some((signature) => start.subarray(0, signature.length).equals(signature))
}
