import { type Credential, MALFORMED, readToken } from './header.ts'

/**
 * Reads Basic credentials (RFC 7617 §2) as a token. An empty password, as Stripe's clients send, means that the
 * user-id is the token; otherwise `user-id:password` as a whole is, which `pairFormat()` takes apart again.
 */
export function readBasic(encoded: string, maxTokenLength: number): Credential {
  let decoded: string
  try {
    decoded = atob(encoded)
  } catch {
    return MALFORMED
  }
  // `atob` skips white space and forgives missing padding; writing it again shows whether there was anything to forgive.
  if (btoa(decoded) !== encoded) return MALFORMED
  const colon = decoded.indexOf(':')
  if (colon === -1) return MALFORMED
  const isTokenAlone = colon === decoded.length - 1
  return readToken(decoded, 0, isTokenAlone ? colon : decoded.length, maxTokenLength)
}
