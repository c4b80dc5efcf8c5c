/** One colour for each light, `#rrggbb`. */
export interface AccentColors {
  /** On light paper. */
  readonly light: string
  /** On dark paper. */
  readonly dark: string
}

type Light = keyof AccentColors

/** What the accent stands on as text, from `page/style.css`: papers, and the soft backgrounds of notes. */
export const BACKGROUNDS: Readonly<Record<Light, readonly string[]>> = {
  light: ['#faf9f6', '#ffffff', '#f3f1ec', '#e3efea', '#fbeae7', '#faf0db', '#e8eff9'],
  dark: ['#161513', '#1e1d1a', '#272521', '#203830', '#3d2320', '#38301d', '#222e42'],
}

/** WCAG 2.2, success criterion 1.4.3, for text of any size. */
const LEAST_CONTRAST = 4.5
const COLOR = /^#[\da-f]{6}$/i
const INKS = ['#ffffff', '#141311'] as const
const STEPS = 40

/**
 * Checks the option `accent`.
 *
 * @param fail throws what it is given as the message
 * @returns `undefined` where the option was left out
 */
export function checkAccent(value: unknown, fail: (message: string) => never): AccentColors | undefined {
  if (value === undefined) return undefined
  if (isColor(value)) {
    const light = checkContrast('accent', 'light', value, fail)
    return { light, dark: lightened(light) }
  }
  const { light, dark, ...others } = typeof value === 'object' && value !== null ? (value as Partial<AccentColors>) : {}
  if (!isColor(light) || !isColor(dark) || Object.keys(others).length > 0) {
    fail('option `accent` must be a colour such as #1d5c4b, or { light, dark } with two of them')
  }
  return {
    light: checkContrast('accent.light', 'light', light, fail),
    dark: checkContrast('accent.dark', 'dark', dark, fail),
  }
}

/** A style sheet that puts the colours in the place of the page's own. */
export function accentStyle({ light, dark }: AccentColors): string {
  const rule = (color: string): string => `:root{--accent:${color};--accent-text:${inkOn(color)}}`
  return `${rule(light)}@media(prefers-color-scheme:dark){${rule(dark)}}`
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrastOf(one: string, other: string): number {
  const [low, high] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function checkContrast(name: string, light: Light, value: string, fail: (message: string) => never): string {
  const contrast = leastContrast(value, light)
  if (contrast < LEAST_CONTRAST) {
    const need = `has a contrast of ${(Math.floor(contrast * 10) / 10).toFixed(1)} and needs ${LEAST_CONTRAST}`
    fail(`option \`${name}\` ${need} on the ${light} page: take a ${light === 'light' ? 'darker' : 'lighter'} colour`)
  }
  return value.toLowerCase()
}

function leastContrast(color: string, light: Light): number {
  return Math.min(...BACKGROUNDS[light].map((background) => contrastOf(color, background)))
}

/** The same colour, mixed with white until it can be read on dark paper. */
function lightened(color: string): string {
  const mixes = Array.from({ length: STEPS + 1 }, (_, step) => mix('#ffffff', color, step / STEPS))
  return mixes.find((each) => leastContrast(each, 'dark') >= LEAST_CONTRAST) ?? '#ffffff'
}

function inkOn(color: string): string {
  const [white, black] = INKS
  return contrastOf(white, color) >= contrastOf(black, color) ? white : black
}

function mix(one: string, other: string, weight: number): string {
  const others = channelsOf(other)
  const mixed = channelsOf(one).map((value, at) => Math.round(value * weight + (others[at] as number) * (1 - weight)))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function luminanceOf(color: string): number {
  const [red, green, blue] = channelsOf(color).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
}

function isColor(value: unknown): value is string {
  return typeof value === 'string' && COLOR.test(value)
}
