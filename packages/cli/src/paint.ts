import { styleText } from 'node:util'

/** The styles that output uses. */
const STYLES = ['bold', 'cyan', 'dim', 'green', 'red', 'yellow'] as const
export type Style = (typeof STYLES)[number]

/**
 * Marks around painted text. They are code points that are no characters, so `harmless()` takes them out of the text of
 * others, and the writer alone turns them into escape sequences.
 */
const OPEN = '\ufdd0'
const NAMED = '\ufdd1'
const CLOSE = '\ufdd2'

const PAINTED = new RegExp(`${OPEN}(${STYLES.join('|')})${NAMED}([^${OPEN}${CLOSE}]*)${CLOSE}`, 'g')

/** Marks a text as painted. */
export function paintMark(style: Style, text: string): string {
  return `${OPEN}${style}${NAMED}${text}${CLOSE}`
}

/**
 * Changes the text of a line and keeps its marks.
 *
 * @param change is given the text between marks and inside of them
 * @param paint makes a marked text of a style and a text that was changed
 */
export function mapPainted(
  line: string,
  change: (text: string) => string,
  paint: (style: Style, text: string) => string = paintMark,
): string {
  let changed = ''
  let end = 0
  for (const { index, 0: marked, 1: style, 2: text = '' } of line.matchAll(PAINTED)) {
    changed += change(line.slice(end, index)) + paint(style as Style, change(text))
    end = index + marked.length
  }
  return changed + change(line.slice(end))
}

/** Paints with the escape sequences of a terminal. */
export function paintAnsi(style: Style, text: string): string {
  return styleText(style, text, { validateStream: false })
}

/** The same line without its marks. */
export function withoutPaint(line: string): string {
  return line.replace(PAINTED, '$2')
}
