/** The head that git writes in front of a file: its objects before and after. */
const INDEX = /^index ([0-9a-f,]+)\.\.([0-9a-f]+)(?: \d+)?\r?$/
/** No object, or that of an empty file. */
const NOTHING = /^(?:0+|e69de29[0-9a-f]*|473a0f4[0-9a-f]*)$/
/** The lines that other programs write in place of a file: diff, grep, Mercurial, Subversion. */
const PLACEHOLDER =
  /^(?:Binary files? .+ (?:differ|matches|has changed)|Cannot display: file marked as a binary type\.)\r?$/
const REMOVED = / and \/dev\/null differ\r?$/

/**
 * Notices files that a diff names and does not show. Git says so in the language of its user, so the lines around the
 * place are looked at, and not that one: a file whose object has changed is shown, which begins with `---`.
 */
export class Omissions {
  #file = '-'
  /** True when the line before has named objects, so that `---` must follow. */
  #isDue = false

  /**
   * Takes the next line outside of a hunk.
   *
   * @param line `undefined` at the end
   * @returns the file that the line shows to be left out
   */
  read(line: string | undefined): string | undefined {
    const isLeftOut = this.#isDue && !line?.startsWith('--- ')
    const file = this.#file
    this.#isDue = false
    if (line?.startsWith('diff --')) {
      this.#file = fileOf(line)
    } else if (line !== undefined) {
      const [, before = '', after = ''] = INDEX.exec(line) ?? []
      this.#isDue = after !== '' && after !== before && !NOTHING.test(after)
    }
    if (isLeftOut) return file
    return line !== undefined && PLACEHOLDER.test(line) && !REMOVED.test(line) ? file : undefined
  }
}

/** `diff --git a/x b/x`, or `diff --cc x`. */
function fileOf(line: string): string {
  const names = Buffer.from(line.replace(/^diff --\S+ /, '').replace(/\r$/, ''), 'latin1').toString('utf8')
  const half = names.slice(0, (names.length - 1) / 2)
  return names.slice(half.length + 1).replace(/^[a-z]\//, '') === half.replace(/^[a-z]\//, '')
    ? half.replace(/^[a-z]\//, '')
    : names
}
