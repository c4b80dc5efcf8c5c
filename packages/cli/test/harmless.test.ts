import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { harmless, harmlessJson } from '../src/harmless.ts'

/** Everything that a terminal may obey or hide, and what ends a line. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u
const COMMAND = /^\s*::|##[\w.-]*\[/

describe('harmless text', () => {
  test.each<[string, string, string]>([
    ['an escape sequence', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['a title of a window', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007'],
    ['a sequence of C1', '\u009b2K', '\\u009b2K'],
    ['line breaks', 'a\r\nb\u0085c\vd\fe', 'a\\u000d\\u000ab\\u0085c\\u000bd\\u000ce'],
    ['separators', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['a tab, a backspace and DEL', '\t\b\u007f', '\\u0009\\u0008\\u007f'],
    ['bidi controls', '\u202ea\u2066b\u2069\u061c\u200f', '\\u202ea\\u2066b\\u2069\\u061c\\u200f'],
    [
      'what has no width',
      'a\u200b\u200d\u2060\ufeff\u00ad\u034f\u3164',
      'a\\u200b\\u200d\\u2060\\ufeff\\u00ad\\u034f\\u3164',
    ],
    ['tags', '\u{e0041}', '\\u{e0041}'],
    ['halves of characters', 'a\ud83db\udc00', 'a\\ud83db\\udc00'],
    ['the marks of paint', '\ufdd0red\ufdd1x\ufdd2', '\\ufdd0red\\ufdd1x\\ufdd2'],
    ['a command of GitHub', '::error::x', '\\u003a:error::x'],
    ['one behind blanks', ' \u00a0::set-output name=a::b', ' \u00a0\\u003a:set-output name=a::b'],
    ['one that may come to stand in front', 'x ::add-mask::y', 'x \\u003a:add-mask::y'],
    ['a command that resumes commands', '::a1b2::', '\\u003a:a1b2::'],
    ['older commands', 'a ##[error]b ##vso[task.setvariable]', 'a \\u0023#[error]b \\u0023#vso[task.setvariable]'],
    ['a command of TeamCity', "##teamcity[testFailed name='x']", "\\u0023#teamcity[testFailed name='x']"],
    ['ordinary text', 'Zoë – 漢字 😀 std::vec C:\\x ## a', 'Zoë – 漢字 😀 std::vec C:\\x ## a'],
  ])('%s', (_, text, shown) => expect(harmless(text)).toBe(shown))

  test('is cut where it is very long, and not in the middle of a character', () => {
    expect(harmless('x'.repeat(4096))).toHaveLength(4096)
    expect(harmless('x'.repeat(1_000_000))).toBe(`${'x'.repeat(4095)}…`)
    expect(harmless(`${'x'.repeat(4094)}😀${'x'.repeat(10)}`)).toBe(`${'x'.repeat(4094)}…`)
  })

  test('has nothing unsafe in it, whatever it was, and stays as it is when it is made so again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const shown = harmless(text)
        expect(shown).not.toMatch(UNSAFE)
        expect(shown).not.toMatch(COMMAND)
        expect(harmless(shown)).toBe(shown)
      }),
    )
  })
})

test('JSON keeps its value and has no unsafe character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const value = { [text]: [text, '##[error]', 'a ::warning::b', '\u{e0041}\u0085'] }
      const json = harmlessJson(value)
      expect(json).not.toMatch(UNSAFE)
      expect(json).not.toMatch(COMMAND)
      expect(JSON.parse(json)).toEqual(value)
    }),
  )
})
