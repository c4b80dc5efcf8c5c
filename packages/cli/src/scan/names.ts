import { isUtf8 } from 'node:buffer'
import { sep } from 'node:path'

/** The name of a file, or a path. Bytes where they are no UTF-8, because a string would name another file. */
export type Name = string | Buffer

/** Reads a name that another program printed. */
export function nameOf(bytes: Buffer): Name {
  return isUtf8(bytes) ? bytes.toString('utf8') : Buffer.from(bytes)
}

/** Joins a folder and the name of an entry. */
export function joinNames(folder: Name, name: Name, separator: string = sep): Name {
  if (folder.length === 0) return name
  if (typeof folder === 'string' && typeof name === 'string') {
    return folder.endsWith(separator) ? folder + name : folder + separator + name
  }
  return Buffer.concat([folder, separator, name].map((part) => Buffer.from(part as string)))
}

/** A text that is the same for the same name, and for no other. */
export function keyOfName(name: Name): string {
  return typeof name === 'string' ? name : `\0${name.toString('latin1')}`
}

/** Writes a name for people, each byte that is no UTF-8 as `\xff`. */
export function textOfName(name: Name): string {
  if (typeof name === 'string') return name
  let text = ''
  for (let at = 0; at < name.length; ) {
    const length = [1, 2, 3, 4].find((length) => at + length <= name.length && isUtf8(name.subarray(at, at + length)))
    text +=
      length === undefined
        ? `\\x${(name[at] as number).toString(16).padStart(2, '0')}`
        : name.toString('utf8', at, at + length)
    at += length ?? 1
  }
  return text
}
