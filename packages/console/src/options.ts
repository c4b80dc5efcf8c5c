import { type Clock, type MaybePromise, MINUTE, SECOND, systemClock } from '@bearward/core'
import type { AnyKeyring, Keyring } from '@bearward/keyring'
import type { AccentColors } from './accent.ts'
import type { Access } from './access.ts'
import { type Appearance, type BackLink, checkAppearance } from './appearance.ts'

/**
 * What `createConsole()` takes.
 *
 * @typeParam Source the request as your framework knows it: Express's `req`, Koa's `ctx`, Hono's `c`
 */
export interface ConsoleOptions<Source = unknown> {
  /** Whose keys they are. Anything but issuing, changing and reading keys is not touched. */
  readonly keyring: AnyKeyring
  /**
   * Who is acting, and for which owner. Yours: read your session. Asked for every request but those for the page's
   * script, style and icon, before anything else is looked at. `null`: nobody, 401. A `Response`, such as a redirect to your login, is
   * sent; where it is a redirect and the API was asked, 401 is. What it throws makes the answer 503, and never shows in it.
   * `source` is what the mount was given, so that a session that a middleware has read can be used; `undefined` where
   * `fetch` is called without one.
   */
  readonly authorize: (request: Request, source: Source) => MaybePromise<Access | Response | null>
  /** Where it is mounted, such as `/settings/keys`; `/` for the root. Default `/console`. */
  readonly basePath?: string | undefined
  /** How many keys one actor may issue, by rotation too, in a time. Of this process. Default 30 in a minute. */
  readonly issueLimit?: IssueLimitOptions | undefined
  /** Name in the header and in the window's title, 1 to 60 characters on one line. Default `API keys`. */
  readonly title?: string | undefined
  /**
   * Colour of links and main buttons, such as `#1d5c4b`: used as it is on light paper, and mixed with white until it can be
   * read on dark paper. `{ light, dark }` states both. Each must have a contrast of 4.5 (WCAG 2.2) with what it stands on.
   */
  readonly accent?: string | AccentColors | undefined
  /**
   * Picture in front of the title and icon of the window: the text of an SVG or the bytes of a PNG, at most 64 KiB. It is
   * shown 24 pixels high and at most 160 wide. An SVG may draw, and nothing else: no script, style element, link, image
   * or animation.
   */
  readonly logo?: string | Uint8Array | undefined
  /** Link back into your application, at the top of every page. Default: none. */
  readonly back?: BackLink | undefined
  /**
   * Address of your API that a new key may be tried at, http or https. The page that shows a token puts it into a `curl`
   * line. Default: a placeholder, and a sentence that says so.
   */
  readonly exampleUrl?: string | undefined
  /** Milliseconds in which the body of a request must arrive. Default 10000 (ten seconds), from 100 to 300000. */
  readonly bodyTimeoutMs?: number | undefined
  /** Is told why an answer was 503. Default: one line on the console, without the cause. */
  readonly onFailure?: ((error: unknown) => void) | undefined
  /** Where time comes from. Default `systemClock`. */
  readonly clock?: Clock | undefined
}

/** How many keys may be issued. */
export interface IssueLimitOptions {
  /** 1 to 1000000. */
  readonly max: number
  /** 1000 to 86400000 (a day). */
  readonly windowMs: number
}

/** Options after the check, with every default filled in. */
export interface ConsoleSettings<Source> {
  readonly keyring: Keyring
  readonly authorize: ConsoleOptions<Source>['authorize']
  /** Without a slash at the end; empty at the root. */
  readonly basePath: string
  readonly issueLimit: IssueLimitOptions
  readonly bodyTimeoutMs: number
  readonly onFailure: (error: unknown) => void
  readonly clock: Clock
  readonly appearance: Appearance
}

const KNOWN = ['keyring', 'authorize', 'basePath', 'issueLimit', 'bodyTimeoutMs', 'onFailure', 'clock']
const LOOKS = ['title', 'accent', 'logo', 'back', 'exampleUrl']
const KEYRING_METHODS: readonly (keyof Keyring)[] = [
  'issue',
  'get',
  'list',
  'update',
  'rotate',
  'revoke',
  'audit',
  'usage',
]
/** Segments of unreserved characters: what every router and proxy reads in the same way. */
const PATH = /^(?:\/[\w.~-]+)*$/
const DOTS = /\/\.{1,2}(?:\/|$)/

/** @throws {TypeError} naming the first option that cannot be used, and what it must be */
export function checkOptions<Source>(options: ConsoleOptions<Source>): ConsoleSettings<Source> {
  if (typeof options !== 'object' || options === null) fail('options must be an object with `keyring` and `authorize`')
  for (const name of Object.keys(options))
    if (![...KNOWN, ...LOOKS].includes(name)) fail(`there is no option \`${name}\``)
  const { keyring, authorize, basePath = '/console', onFailure = complain, clock = systemClock } = options
  const { issueLimit = { max: 30, windowMs: MINUTE }, bodyTimeoutMs = 10 * SECOND } = options
  if (
    typeof keyring !== 'object' ||
    keyring === null ||
    KEYRING_METHODS.some((name) => typeof keyring[name] !== 'function')
  ) {
    fail('option `keyring` must be made by createKeyring()')
  }
  if (typeof authorize !== 'function') fail('option `authorize` must be a function that says who is acting')
  if (typeof onFailure !== 'function') fail('option `onFailure` must be a function')
  if (typeof clock?.now !== 'function' || typeof clock.monotonic !== 'function') {
    fail('option `clock` must have the functions now() and monotonic()')
  }
  checkWhole('issueLimit.max', issueLimit?.max, 1, 1_000_000)
  checkWhole('issueLimit.windowMs', issueLimit.windowMs, 1000, 86_400_000)
  checkWhole('bodyTimeoutMs', bodyTimeoutMs, 100, 300_000)
  return Object.freeze({
    keyring,
    authorize,
    basePath: checkPath(basePath),
    issueLimit: Object.freeze({ ...issueLimit }),
    bodyTimeoutMs,
    onFailure,
    clock,
    appearance: checkAppearance(options, fail),
  })
}

function checkPath(value: unknown): string {
  const path = value === '/' ? '' : value
  if (typeof path !== 'string' || !PATH.test(path) || DOTS.test(path)) {
    fail('option `basePath` must be a path such as /settings/keys, without a slash at its end')
  }
  return path
}

function checkWhole(name: string, value: unknown, min: number, max: number): void {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    fail(`option \`${name}\` must be a whole number from ${min} to ${max}`)
  }
}

/** The cause stays out: it comes from the store or the application, and may hold what those were given. */
function complain(): void {
  console.error('createConsole: a request was answered 503; give the option onFailure to be told why')
}

function fail(message: string): never {
  throw new TypeError(`createConsole: ${message}`)
}
