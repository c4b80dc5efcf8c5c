import { crc32 } from '@bearward/core/formats'
import { accentStyle, checkAccent } from './accent.ts'
import { checkLogo } from './logo.ts'
import type { BrandJson } from './page/view.ts'
import type { Asset } from './page.ts'

/** A link out of the console. */
export interface BackLink {
  /** A path of the same origin, such as `/settings`, or an https URL. */
  readonly href: string
  /** Text of the link, 1 to 60 characters on one line. Default `Back`. */
  readonly label?: string | undefined
}

/** Options of `createConsole()` that are checked here, as they were given. */
type Given = Readonly<Partial<Record<'title' | 'accent' | 'logo' | 'back' | 'exampleUrl', unknown>>>

/** Appearance after the check: what pages are told, and the files that they load for it. */
export interface Appearance {
  readonly brand: BrandJson
  /** By name, which changes with the content. */
  readonly files: ReadonlyMap<string, Asset>
}

/** One line of text that cannot turn or break what stands around it. */
const UNSHOWABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/u
const SEEN = /[^\s\p{Cf}\p{M}]/u
const MAX_ADDRESS = 2000

/**
 * Checks the options, and makes the files of them.
 *
 * @param fail throws what it is given as the message
 */
export function checkAppearance(options: Given, fail: (message: string) => never): Appearance {
  const { title, back, exampleUrl } = options
  const accent = checkAccent(options.accent, fail)
  const logo = checkLogo(options.logo, fail)
  const files = new Map<string, Asset>()
  const theme = accent && `accent-${`${accent.light}-${accent.dark}`.replaceAll('#', '')}.css`
  if (accent !== undefined && theme !== undefined) {
    files.set(theme, { body: accentStyle(accent), type: 'text/css; charset=utf-8' })
  }
  const file = logo && `logo-${digestOf(logo.body)}.${logo.type === 'image/png' ? 'png' : 'svg'}`
  if (logo !== undefined && file !== undefined) files.set(file, { body: logo.body, type: logo.type })
  return {
    brand: {
      ...(title !== undefined && { title: checkLine('title', title, fail) }),
      ...(theme !== undefined && { theme }),
      ...(logo !== undefined && file !== undefined && { logo: { file, width: logo.width, height: logo.height } }),
      ...(back !== undefined && { back: checkBack(back, fail) }),
      ...(exampleUrl !== undefined && { exampleUrl: checkExample(exampleUrl, fail) }),
    },
    files,
  }
}

function checkLine(name: string, value: unknown, fail: (message: string) => never): string {
  const isLine = typeof value === 'string' && value.length <= 60 && SEEN.test(value) && !UNSHOWABLE.test(value)
  if (!isLine) fail(`option \`${name}\` must be 1 to 60 characters on one line`)
  return value
}

function checkBack(value: unknown, fail: (message: string) => never): NonNullable<BrandJson['back']> {
  const { href, label, ...others } = typeof value === 'object' && value !== null ? (value as Partial<BackLink>) : {}
  if (typeof href !== 'string' || Object.keys(others).length > 0) {
    fail('option `back` must be { href } or { href, label }')
  }
  if (!isOwnPath(href) && urlOf(href, ['https:']) === undefined) {
    fail('option `back.href` must be a path of the same origin, such as /settings, or an https URL')
  }
  return { href, label: label === undefined ? null : checkLine('back.label', label, fail) }
}

function checkExample(value: unknown, fail: (message: string) => never): string {
  const url = typeof value === 'string' ? urlOf(value, ['http:', 'https:']) : undefined
  if (url === undefined || url.hash !== '') {
    fail('option `exampleUrl` must be an http or https URL without user, password and fragment')
  }
  return url.href
}

/** One slash, so that a browser takes it for no host, and only characters that it leaves as they are. */
function isOwnPath(href: string): boolean {
  return href.length <= MAX_ADDRESS && /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(href)
}

function urlOf(text: string, protocols: readonly string[]): URL | undefined {
  if (text.length > MAX_ADDRESS || /[\s\p{Cc}\\]/u.test(text) || !/^https?:\/\//i.test(text)) return undefined
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return protocols.includes(url.protocol) && url.username === '' && url.password === '' ? url : undefined
}

function digestOf(body: string | Uint8Array): string {
  const text = typeof body === 'string' ? body : Array.from(body, (byte) => String.fromCharCode(byte)).join('')
  return crc32(text).toString(16).padStart(8, '0')
}
