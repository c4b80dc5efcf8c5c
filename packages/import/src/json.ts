/**
 * Reads JSON in which no object has two members of one name: `JSON.parse()` takes the last of them without a word, and the
 * other may be the one that says that a key was revoked.
 *
 * @throws {SyntaxError} which may repeat what stands in the text
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (hasTwins(text)) throw new SyntaxError('two members of an object have the same name')
  return value
}

/** Whether an object in this text, which is JSON, has two members of one name. */
function hasTwins(text: string): boolean {
  /** The names of each object that is open, from the outside; nothing for a list. */
  const open: (Set<string> | undefined)[] = []
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfString(text, index)
      const names = open.at(-1)
      if (names !== undefined && isName(text, end)) {
        const name = JSON.parse(text.slice(index, end)) as string
        if (names.has(name)) return true
        names.add(name)
      }
      index = end - 1
    }
  }
  return false
}

/** The place behind the closing quote. */
function endOfString(text: string, start: number): number {
  let index = start + 1
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index + 1
}

function isName(text: string, from: number): boolean {
  let index = from
  while (' \t\n\r'.includes(text[index] ?? ':')) index++
  return text[index] === ':'
}
