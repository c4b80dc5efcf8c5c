import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyFormat } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accentStyle, BACKGROUNDS, checkAccent, contrastOf } from '../src/accent.ts'
import { type ConsoleOptions, createConsole } from '../src/index.ts'
import { createWorld, type Headers } from './support/world.ts'

const style = readFileSync(join(import.meta.dirname, '../src/page/style.css'), 'utf8')
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 24"><path d="M0 0h48v24z"/></svg>'
/** One pixel by two. */
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAACCAIAAAAW4yFwAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'),
  (character) => character.charCodeAt(0),
)

const make = (options: object) => () =>
  createConsole({
    keyring: createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) }),
    authorize: () => null,
    ...options,
  } as ConsoleOptions)

const fail = (message: string): never => {
  throw new TypeError(message)
}

describe('an option that cannot be used is refused when the console is made, by its name', () => {
  const svg = (inside: string, attributes = '') =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"${attributes}>${inside}</svg>`
  test.each<[string, object]>([
    ['title', { title: '' }],
    ['title', { title: '  \u00a0\u200b' }],
    ['title', { title: 'x'.repeat(61) }],
    ['title', { title: 'two\nlines' }],
    ['title', { title: 'turned \u202e round' }],
    ['title', { title: 'half \ud83d' }],
    ['title', { title: 7 }],
    ['title', { title: null }],
    ['accent', { accent: 'green' }],
    ['accent', { accent: '#1d5' }],
    ['accent', { accent: '#1d5c4b;}body{display:none' }],
    ['accent', { accent: 'rgb(1 2 3)' }],
    ['accent', { accent: {} }],
    ['accent', { accent: { light: '#1d5c4b' } }],
    ['accent', { accent: { light: '#1d5c4b', dark: '#86ceb4', print: '#000000' } }],
    ['accent', { accent: null }],
    ['accent', { accent: '#ffcc00' }],
    ['accent.light', { accent: { light: '#86ceb4', dark: '#86ceb4' } }],
    ['accent.dark', { accent: { light: '#1d5c4b', dark: '#1d5c4b' } }],
    ['logo', { logo: '/logo.svg' }],
    ['logo', { logo: 'https://cdn.example/logo.svg' }],
    ['logo', { logo: 7 }],
    ['logo', { logo: null }],
    ['logo', { logo: '' }],
    ['logo', { logo: new Uint8Array(0) }],
    ['logo', { logo: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) }],
    ['logo', { logo: PNG.slice(0, 20) }],
    ['logo', { logo: new Uint8Array(64 * 1024 + 1) }],
    ['logo', { logo: svg(`<desc>${'é'.repeat(33_000)}</desc>`) }],
    ['logo', { logo: svg('<script>alert(1)</script>') }],
    ['logo', { logo: svg('<SCRIPT/>') }],
    ['logo', { logo: svg('<x:script xmlns:x="http://www.w3.org/2000/svg">1</x:script>') }],
    ['logo', { logo: svg('<foreignObject><b/></foreignObject>') }],
    ['logo', { logo: svg('<style>@import "https://evil.example"</style>') }],
    ['logo', { logo: svg('<image href="https://evil.example"/>') }],
    ['logo', { logo: svg('<a href="#x"><path/></a>') }],
    ['logo', { logo: svg('<use href="https://evil.example#x"/>') }],
    ['logo', { logo: svg("<use xlink:href='data:text/html,x'/>") }],
    ['logo', { logo: svg('<use href="&#106;avascript:alert(1)"/>') }],
    ['logo', { logo: svg('<path fill="url(https://evil.example)"/>') }],
    ['logo', { logo: svg(`<path style="fill:u\\72l(//evil.example)"/>`) }],
    ['logo', { logo: svg('<path onclick="alert(1)"/>') }],
    ['logo', { logo: svg('', ' onload="alert(1)"') }],
    ['logo', { logo: svg('<path d=""onload="alert(1)"/>') }],
    ['logo', { logo: svg('<set attributeName="href" to="javascript:alert(1)"/>') }],
    ['logo', { logo: svg('<animate attributeName="x"/>') }],
    ['logo', { logo: svg('&xxe;') }],
    ['logo', { logo: svg('<![CDATA[<script>]]>') }],
    ['logo', { logo: svg('<?xml-stylesheet href="x"?>') }],
    ['logo', { logo: `<!DOCTYPE svg [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>${SVG}` }],
    ['logo', { logo: `${SVG}${SVG}`.replace('</svg><svg', '</svg><script/><svg') }],
    ['logo', { logo: `<html>${SVG}</html>` }],
    ['logo', { logo: '<svg viewBox="0 0 24 24"></svg>' }],
    ['logo', { logo: '<svg xmlns="http://www.w3.org/2000/svg"></svg>' }],
    ['logo', { logo: '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"></svg>' }],
    ['logo', { logo: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 24"></svg>' }],
    ['back', { back: '/settings' }],
    ['back', { back: null }],
    ['back', { back: {} }],
    ['back', { back: { href: '/', target: '_top' } }],
    ['back.label', { back: { href: '/', label: '' } }],
    ['back.label', { back: { href: '/', label: 'x'.repeat(61) } }],
    ...[
      '',
      'settings',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      ' /settings',
      '/a b',
      '/é',
      'javascript:alert(1)',
      'JAVASCRIPT:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,x',
      'http://app.example/',
      'https:evil.example',
      'https:/evil.example',
      'https://',
      'https://user@evil.example',
      'https://user:password@app.example',
      'https://app.example\\@evil.example',
      `/${'x'.repeat(2000)}`,
      '.',
      '?x',
      '#x',
    ].map((href): [string, object] => ['back.href', { back: { href } }]),
    ...[
      '',
      '/v1',
      'api.example.com',
      'ftp://api.example.com',
      'javascript:alert(1)',
      'https://user:password@api.example.com',
      'https://api.example.com/#x',
      "https://api.example.com/' -o /etc/passwd",
      'https://api.example.com/\nrm -rf',
      7,
      null,
    ].map((exampleUrl): [string, object] => ['exampleUrl', { exampleUrl }]),
    ['colour', { colour: '#1d5c4b' }],
  ])('%s: %j', (name, options) => {
    expect(make(options)).toThrow(TypeError)
    expect(make(options)).toThrow(new RegExp(`^createConsole: .*\`${name}\``))
  })
})

describe('an option that can be used', () => {
  test.each<object>([
    { title: 'A' },
    { title: '請求サービス 🔑' },
    { accent: '#1D5C4B' },
    { accent: '#6d28d9' },
    { accent: { light: '#000000', dark: '#ffffff' } },
    { logo: SVG },
    { logo: new TextEncoder().encode(SVG) },
    { logo: `<?xml version="1.0" encoding="UTF-8"?>\n<!-- Generator: a program -->\n${SVG}\n` },
    {
      logo: '<svg xmlns="http://www.w3.org/2000/svg" width="24px" height="24"><defs><linearGradient id="a"/></defs><use href="#b"/><path fill="url(#a)"/><text>A &amp; B</text></svg>',
    },
    { logo: PNG },
    { back: { href: '/' } },
    { back: { href: '/settings?tab=keys#top', label: 'Settings' } },
    { back: { href: 'https://app.example/settings' } },
    { exampleUrl: 'http://localhost:3000/v1/posts?limit=1' },
    { exampleUrl: 'https://[2001:db8::1]/v1' },
  ])('%j is taken', (options) => expect(make(options)).not.toThrow())
})

describe('the accent', () => {
  test('is measured against what the page really shows it on', () => {
    const [light = '', dark = ''] = style.split('@media (prefers-color-scheme: dark)')
    const of = (text: string) =>
      ['paper', 'surface', 'sunken', 'good-soft', 'danger-soft', 'amber-soft', 'blue-soft'].map(
        (name) => new RegExp(`--${name}: (#[\\da-f]{6});`).exec(text)?.[1],
      )
    expect(BACKGROUNDS).toEqual({ light: of(light), dark: of(dark) })
  })

  test('of the page itself would be taken', () => {
    const [light = '', dark = ''] = [...style.matchAll(/--accent: (#[\da-f]{6});/g)].map(([, color]) => color)
    expect(checkAccent({ light, dark }, fail)).toEqual({ light, dark })
  })

  test('has the contrast of the standard', () => {
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21)
    expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(contrastOf('#ffffff', '#ffffff')).toBe(1)
  })

  test('is readable in both lights, and so is what stands on it, whatever colour was taken', () => {
    const color = fc.integer({ min: 0, max: 0xff_ff_ff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
    let taken = 0
    fc.assert(
      fc.property(color, (accent) => {
        let colors: ReturnType<typeof checkAccent>
        try {
          colors = checkAccent(accent, fail)
        } catch {
          return
        }
        taken++
        for (const light of ['light', 'dark'] as const) {
          for (const background of BACKGROUNDS[light]) {
            expect(contrastOf(colors?.[light] ?? '', background)).toBeGreaterThanOrEqual(4.5)
          }
        }
        const css = accentStyle(colors ?? fail('none'))
        for (const [, own = '', ink = ''] of css.matchAll(/--accent:(#\w{6});--accent-text:(#\w{6})/g)) {
          expect(contrastOf(own, ink)).toBeGreaterThanOrEqual(4.5)
        }
        expect(css).toMatch(/^:root\{[^{}]*\}@media\(prefers-color-scheme:dark\)\{:root\{[^{}]*\}\}$/)
      }),
      { numRuns: 500 },
    )
    expect(taken).toBeGreaterThan(50)
  })
})

describe('on the page', () => {
  const look = {
    title: 'Acme <b>keys</b>',
    accent: '#6d28d9',
    logo: SVG,
    back: { href: '/settings?a=1&b="2"', label: 'Acme & Co' },
    exampleUrl: 'https://api.acme.example/v1?a=1&b=2',
  }

  test('all of it is shown, escaped, and as files of the mount alone', async () => {
    const { send } = createWorld(look)
    const answer = await send('GET', '/')
    expect(answer.headers.get('content-security-policy')).toContain("style-src 'self'")
    const html = await answer.text()
    expect(html).toContain('<title>Keys · Acme &lt;b>keys&lt;/b></title>')
    expect(html).not.toContain('<b>')
    expect(html).not.toMatch(/<style|\sstyle=/)
    expect(html).toContain('href="/settings?a=1&amp;b=&quot;2&quot;"')
    expect(html).toContain('Acme &amp; Co')
    const files = Array.from(
      html.matchAll(/(?:href|src)="(\/settings\/keys\/assets\/(?:accent|logo)[^"]*)"/g),
      ([, file]) => file,
    )
    expect(new Set(files)).toEqual(
      new Set([
        expect.stringMatching(/^\/settings\/keys\/assets\/accent-6d28d9-[\da-f]{6}\.css$/),
        expect.stringMatching(/^\/settings\/keys\/assets\/logo-[\da-f]{8}\.svg$/),
      ]),
    )
    for (const file of new Set(files)) {
      const got = await send('GET', (file ?? '').replace('/settings/keys', ''), { as: 'nobody' })
      expect([got.status, got.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
      expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('a refusal looks the same', async () => {
    const { send } = createWorld(look)
    for (const path of ['/nowhere', '/x/%2E']) {
      const html = await (await send('GET', path, { as: 'nobody' })).text()
      expect(html).toContain('assets/accent-6d28d9-')
      expect(html).toContain('Acme &amp; Co')
    }
  })

  test.each<[string, object, Headers]>([
    ['an SVG, which may do nothing when it is opened by itself', { logo: SVG }, { type: 'image/svg+xml' }],
    ['a PNG', { logo: PNG }, { type: 'image/png' }],
  ])('the logo is %s', async (_what, options, { type = '' }) => {
    const { send } = createWorld(options)
    const [file = ''] = /assets\/logo-[^"]*/.exec(await (await send('GET', '/')).text()) ?? []
    const answer = await send('GET', `/${file}`)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(/(?:^|[;,] ?)sandbox$/.test(answer.headers.get('content-security-policy') ?? '')).toBe(type.includes('svg'))
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(bytes).toEqual(type.includes('svg') ? new TextEncoder().encode(SVG) : PNG)
  })

  test('the size of a logo keeps its form, within what the bar has room for', async () => {
    const sizeOf = async (logo: string | Uint8Array) => {
      const html = await (await createWorld({ logo }).send('GET', '/')).text()
      return /<img class="logo"[^>]*? width="(\d+)" height="(\d+)"/.exec(html)?.slice(1).map(Number)
    }
    expect(await sizeOf(SVG)).toEqual([48, 24])
    expect(await sizeOf(PNG)).toEqual([12, 24])
    expect(await sizeOf(SVG.replace('0 0 48 24', '0,0,9000,10'))).toEqual([160, 24])
    expect(await sizeOf(SVG.replace('0 0 48 24', '0 0 1 9000'))).toEqual([1, 24])
  })

  test('bytes that the application changes later change nothing', async () => {
    const bytes = PNG.slice()
    const { send } = createWorld({ logo: bytes })
    bytes.fill(0)
    const [file = ''] = /assets\/logo-[^"]*/.exec(await (await send('GET', '/')).text()) ?? []
    expect(new Uint8Array(await (await send('GET', `/${file}`)).arrayBuffer())).toEqual(PNG)
  })

  test('without any of it the page is what it was', async () => {
    const html = await (await createWorld().send('GET', '/')).text()
    expect(html).toContain('<title>Keys · API keys</title>')
    expect(html).not.toMatch(/class="back"|class="logo"|accent-/)
  })
})
