/** Stands for an address of the application's API where none is known. */
export const PLACEHOLDER_URL = 'https://api.example.com/'

/** A line for a shell that sends one request with the token. */
export function curlLine(url: string, token: string): string {
  // curl takes these for patterns of addresses (its "globbing"); in a host they are an IPv6 address.
  const isPattern = /[[\]{}]/.test(url.replace(/^https?:\/\/\[[\da-f:.]+\]/i, ''))
  return `curl -i ${isPattern ? '--globoff ' : ''}${quoted(url)} -H ${quoted(`Authorization: Bearer ${token}`)}`
}

/** One word of a POSIX shell (POSIX.1-2024, Shell 2.2.2): nothing between single quotes has a meaning but they themselves. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
