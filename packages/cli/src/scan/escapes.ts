import { stripVTControlCharacters } from 'node:util'

const ESCAPE = 0x1b

/** Takes the escape sequences of terminals out of a line. Returns the line itself where there is none. */
export function withoutEscapes(line: Buffer): Buffer {
  if (!line.includes(ESCAPE)) return line
  return Buffer.from(stripVTControlCharacters(line.toString('latin1')), 'latin1')
}
