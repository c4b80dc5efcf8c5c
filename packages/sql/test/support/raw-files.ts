import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A whole token of the workers' format; a hint is shorter. */
const TOKEN = /acme_[0-9A-Za-z]{49}/

/** What the files of a database hold, read as bytes. */
export function searchFiles(folder: string, digest: string): { hasDigest: boolean; withToken: string[] } {
  const withToken: string[] = []
  let hasDigest = false
  for (const path of filesIn(folder)) {
    const text = readFileSync(path, 'latin1')
    if (TOKEN.test(text)) withToken.push(path)
    hasDigest ||= text.includes(digest)
  }
  return { hasDigest, withToken }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
