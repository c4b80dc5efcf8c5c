import { hash } from 'node:crypto'

const BEARER = 'bearer '
const TOKEN_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/|:'
const IS_TOKEN_CHARACTER = new Uint8Array(256)
for (const character of TOKEN_CHARACTERS) IS_TOKEN_CHARACTER[character.charCodeAt(0)] = 1

type Rows<Row> = { get(digest: string): Row | undefined }
type ByHand<Row> = (header: string) => Row | undefined

/** The least that can be done by hand, in three steps: scheme by character codes, digest, lookup. No check of any kind. */
export function byHand<Row>(rows: Rows<Row>): ByHand<Row> {
  return (header) => (hasScheme(header) ? rows.get(hash('sha256', header.slice(BEARER.length), 'hex')) : undefined)
}

/** The same, but a header that is no Bearer credential is told from one that is, as a 400 and a 401 need it. */
export function byHandWithGrammar<Row>(rows: Rows<Row>): ByHand<Row> {
  return (header) => {
    if (!hasScheme(header) || !isToken(header, BEARER.length)) return undefined
    return rows.get(hash('sha256', header.slice(BEARER.length), 'hex'))
  }
}

function hasScheme(header: string): boolean {
  for (let index = 0; index < BEARER.length; index++) {
    if ((header.charCodeAt(index) | 0x20) !== BEARER.charCodeAt(index)) return false
  }
  return true
}

function isToken(header: string, start: number): boolean {
  let index = start
  while (index < header.length && IS_TOKEN_CHARACTER[header.charCodeAt(index)] === 1) index++
  if (index === start) return false
  while (index < header.length && header.charCodeAt(index) === 0x3d) index++
  return index === header.length
}
