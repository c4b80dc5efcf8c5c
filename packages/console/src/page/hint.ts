/** Longer than ids are, shorter than tokens. */
const TOKEN_LENGTH = 40
/** Characters of a token's secret that its hint shows. */
const SHOWN = 4

/** What a list shows of a token: what stands before its secret, and the secret's first characters. Other text stays as it is. */
export function hintOf(text: string): string {
  return text
    .trim()
    .replace(/\S+/g, (word) => (word.length < TOKEN_LENGTH ? word : word.slice(0, startOfSecret(word) + SHOWN)))
}

function startOfSecret(word: string): number {
  return Math.max(word.lastIndexOf('_'), word.lastIndexOf('|'), word.lastIndexOf('.')) + 1
}
