/** A picture that was checked, with its size in CSS pixels where it is shown. */
export interface Logo {
  readonly body: string | Uint8Array
  readonly type: 'image/svg+xml' | 'image/png'
  readonly width: number
  readonly height: number
}

const MAX_BYTES = 64 * 1024
/** Pixels: the bar of the page is made for this height. */
const HEIGHT = 24
const MAX_WIDTH = 160
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** What a drawing consists of. Nothing here loads, runs or links to anything. */
const ELEMENTS = new Set(
  (
    'svg g path rect circle ellipse line polyline polygon text tspan defs use symbol clipPath mask marker ' +
    'linearGradient radialGradient stop pattern title desc filter feBlend feColorMatrix feComponentTransfer ' +
    'feComposite feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode ' +
    'feMorphology feOffset feTile feTurbulence'
  ).split(' '),
)
const DECLARATION = /^\s*(?:<\?xml[^<>]*\?>\s*)?/
const COMMENT = /<!--[^<>]*?-->/g
/** A handler; an address that is no fragment; an escape of CSS, which could spell one; an entity that XML does not know. */
const REFERENCES =
  /(?:\s|["'/])on\w+\s*=|\bhref(?!\s*=\s*["']#)|url\((?!\s*["']?#)|\\|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i
const DIMENSION = /^\s*(\d{1,6}(?:\.\d+)?)(?:px)?\s*$/

/**
 * Checks the option `logo`: the text of an SVG, or the bytes of a PNG.
 *
 * @param fail throws what it is given as the message
 * @returns `undefined` where the option was left out
 */
export function checkLogo(value: unknown, fail: (message: string) => never): Logo | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    fail('option `logo` must be the text of an SVG, or a Uint8Array with a PNG')
  }
  const size = typeof value === 'string' ? new TextEncoder().encode(value).length : value.length
  if (size > MAX_BYTES) fail(`option \`logo\` must have at most ${MAX_BYTES} bytes`)
  if (typeof value === 'string') return readSvg(value, fail)
  if (PNG_SIGNATURE.every((byte, at) => value[at] === byte)) return readPng(value, fail)
  return readSvg(decoded(value, fail), fail)
}

function decoded(bytes: Uint8Array, fail: (message: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    fail('option `logo` must be the text of an SVG, or a Uint8Array with a PNG')
  }
}

function readPng(bytes: Uint8Array, fail: (message: string) => never): Logo {
  // PNG §11.2.1: the header is the first chunk.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const hasHeader = bytes.length > 33 && view.getUint32(12) === 0x49484452
  return {
    body: bytes.slice(),
    type: 'image/png',
    ...sizeOf(hasHeader ? view.getUint32(16) : 0, hasHeader ? view.getUint32(20) : 0, fail),
  }
}

function readSvg(text: string, fail: (message: string) => never): Logo {
  const drawing = text.replace(DECLARATION, '').replace(COMMENT, '').trim()
  const root = /^<svg(\s[^<>]*)>/.exec(drawing)?.[1]
  if (!root?.includes('http://www.w3.org/2000/svg') || !drawing.endsWith('</svg>')) {
    fail('option `logo` must be one <svg> element with its xmlns, from its beginning to its end')
  }
  for (const [, name = ''] of drawing.matchAll(/<\/?([^\s/>]*)/g)) {
    if (!ELEMENTS.has(name)) fail('option `logo` must be a drawing alone: no script, style, image, link or animation')
  }
  if (REFERENCES.test(drawing)) fail('option `logo` must hold no handler, and refer to nothing outside of itself')
  const [, , boxWidth, boxHeight] = (attributeOf(root, 'viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number)
  const given = (name: string) => Number(DIMENSION.exec(attributeOf(root, name) ?? '')?.[1] ?? Number.NaN)
  return {
    body: text,
    type: 'image/svg+xml',
    ...sizeOf(boxWidth ?? given('width'), boxHeight ?? given('height'), fail),
  }
}

function attributeOf(attributes: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)?.slice(1).find(Boolean)
}

/** As high as the bar has room for, as wide as its form wants and the bar has room for. */
function sizeOf(width: number, height: number, fail: (message: string) => never): Pick<Logo, 'width' | 'height'> {
  if (!(width > 0 && height > 0 && Number.isFinite(width / height))) {
    fail('option `logo` must say how wide and how high it is: by viewBox, or by width and height in pixels')
  }
  const shown = Math.min(Math.round((HEIGHT * width) / height), MAX_WIDTH)
  return { width: Math.max(shown, 1), height: HEIGHT }
}
