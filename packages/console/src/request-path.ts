/**
 * One reading of a request's path, which the mounts, the router and every guard in front share: the characters that the
 * client sent. Nothing is decoded or resolved before the path is routed. A path that another reader could take for a
 * different one is refused.
 */

/** Scheme and authority of an absolute URL (RFC 3986 §3). */
const ORIGIN = /^[a-z][\w+.-]*:\/\/[^/?#\\]*/i
/** RFC 3986 §3.2.2 without percent-encoding, which no name in DNS needs. A name may end with a dot. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i
/** `.` or `..` between separators of any system, with or without a parameter behind it. */
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:[/\\;]|$)/
const ENCODED_AGAIN = /%[\da-f]{2}/i
const CONTROL = /\p{Cc}/u
/** Characters: an id has 64, each of which may take three. */
const MAX_PATH = 1024

/** The path of a request target (RFC 9112 §3.2), as it was sent. */
export function pathOfTarget(target: string): string {
  const [path = ''] = target.split('?', 1)
  return path
}

/** The path of a `Request`'s URL, as its maker wrote it. */
export function pathOfUrl(url: string): string {
  return pathOfTarget(url.replace(ORIGIN, '')) || '/'
}

/** What follows the base path, beginning with its slash where there is one; `undefined` for a path that is elsewhere. */
export function pathUnder(basePath: string, path: string): string | undefined {
  return path === basePath || path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined
}

/**
 * True for a path with one spelling and one meaning: no empty segment but the last, no dot segment, and every segment
 * percent-encoded as `encodeURIComponent()` does it, once.
 */
export function isCanonicalPath(path: string): boolean {
  if (path.length > MAX_PATH) return false
  const [start, ...segments] = path.split('/')
  const last = segments.length - 1
  return (
    start === '' && last >= 0 && segments.every((segment, at) => (segment === '' ? at === last : isCanonical(segment)))
  )
}

function isCanonical(segment: string): boolean {
  try {
    const text = decodeURIComponent(segment)
    // A proxy may decode `%2F` and resolve the dots that follow, or decode once more.
    const isPlain = !DOT_SEGMENT.test(text) && !ENCODED_AGAIN.test(text) && !CONTROL.test(text)
    return isPlain && encodeURIComponent(text) === segment
  } catch {
    return false
  }
}

/** True for a target in origin form (RFC 9112 §3.2.1) whose path a URL parser leaves as it is. */
export function isPlainTarget(target: string): boolean {
  return (
    target.startsWith('/') &&
    !target.includes('#') &&
    new URL(`http://localhost${target}`).pathname === pathOfTarget(target)
  )
}

/** True for a value of `Host` that names one host, and perhaps a port, and nothing else (RFC 9112 §3.2). */
export function isHost(value: string): boolean {
  return value.length <= 262 && HOST.test(value) && URL.canParse(`http://${value}`)
}
