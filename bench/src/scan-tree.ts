import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyFormat } from '@bearward/core'

/** Lengths of files in bytes, in turn: about what a repository of sources has, with a log now and then. */
const LENGTHS = [4_000, 12_000, 30_000, 8_000, 200_000, 16_000, 6_000, 50_000]
const FILES_IN_A_FOLDER = 256
/** One file in so many holds a key. */
const FILES_TO_A_KEY = 500
const MEGABYTE = 1_000_000

/** Words of source code, some of which share their beginning with a key. */
const WORDS =
  'const function return import export await async interface string number readonly acme acme_ acme_live _test_ the of and a value index key name error result options = => { } ( ) ; , . : 0 1 2 null true false => \n \n \n '.split(
    ' ',
  )

/** Fills a folder with text of so many megabytes. */
export function growTree(folder: string, megabytes: number, format: KeyFormat): { files: number; keys: number } {
  const text = sourceText(2 * MEGABYTE)
  let files = 0
  let keys = 0
  for (let left = megabytes * MEGABYTE; left > 0; files++) {
    const length = Math.min(left, LENGTHS[files % LENGTHS.length] as number)
    const into = join(folder, `folder-${Math.floor(files / FILES_IN_A_FOLDER)}`)
    if (files % FILES_IN_A_FOLDER === 0) mkdirSync(into)
    const start = (files * 7919) % (text.length - length)
    const key = files % FILES_TO_A_KEY === 0 ? `\n${format.generate()}\n` : ''
    if (key !== '') keys++
    writeFileSync(join(into, `file-${files}.ts`), text.slice(start, start + length) + key)
    left -= length
  }
  return { files, keys }
}

/** The same text every time: words drawn by a linear congruential generator. */
function sourceText(length: number): string {
  const words: string[] = []
  let state = 1
  for (let written = 0; written < length; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const word = WORDS[(state >>> 8) % WORDS.length] as string
    words.push(word)
    written += word.length + 1
  }
  return words.join(' ')
}
