import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackPackages } from '@internal/services'
import { RE2JS } from 're2js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { type Planted, plantTree, type Tree, writeTree, wrongChecksum } from './planted.ts'
import { ACME, BEARWARD, bearward, run } from './programs.ts'

const work = mkdtempSync(join(tmpdir(), 'bearward-scanners-'))
afterAll(() => rmSync(work, { recursive: true }))

/** The tree as it is now, in no repository. */
const folder = join(work, 'tree')
/** A repository whose first commit holds the tree, and whose last one holds nothing of it. */
const repository = join(work, 'repository')
const tree: Tree = plantTree()

beforeAll(async () => {
  writeTree(folder, tree)
  writeTree(repository, tree)
  const git = (...argv: string[]) => run('git', argv, { cwd: repository })
  await git('init', '--quiet')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'plant')
  await git('rm', '--quiet', '-r', '.')
  await git('commit', '--quiet', '--message', 'take it all out again')
})

/** Writes the rules to a file beside the trees. */
async function writeRules(scanner: string, name: string): Promise<string> {
  const { code, stdout, stderr } = await bearward('scanner-rules', '--for', scanner)
  expect([code, stderr]).toEqual([0, ''])
  const file = join(work, name)
  writeFileSync(file, stdout)
  return file
}

const byPlace = (a: Planted, b: Planted): number => (keyOf(a) < keyOf(b) ? -1 : 1)
const keyOf = ({ file, line, token }: Planted): string => `${file}:${String(line).padStart(4)}:${token}`
const sorted = (found: readonly Planted[]): Planted[] => [...found].sort(byPlace)

/** For scanners that name the line and not the key. */
const lines = (found: readonly Pick<Planted, 'file' | 'line'>[]): string[] =>
  [...new Set(found.map(({ file, line }) => `${file}:${line}`))].sort()

describe('gitleaks', () => {
  let gitleaks: string
  let config: string
  beforeAll(async () => {
    const { root } = await unpackPackages('trixie', 'gitleaks')
    gitleaks = join(root, 'usr/bin/gitleaks')
    config = await writeRules('gitleaks', 'gitleaks.toml')
  })

  test.each([
    ['a tree', folder, ['--no-git']],
    ['a history', repository, []],
  ])('finds what was planted in %s, and nothing else', async (_, source, argv) => {
    const file = join(work, 'gitleaks.json')
    const report = ['--report-format', 'json', '--report-path', file]
    const { code } = await run(gitleaks, ['detect', '--config', config, '--source', source, ...argv, ...report])
    const findings = JSON.parse(readFileSync(file, 'utf8')) as { File: string; StartLine: number; Secret: string }[]
    const found = findings.map(({ File, StartLine, Secret }) => ({
      file: File.replace(`${source}/`, ''),
      line: StartLine,
      token: Secret,
    }))
    expect(sorted(found)).toEqual(sorted(tree.planted))
    expect(code).toBe(1)
  })

  test('cannot tell that a checksum is wrong; scan can', async () => {
    const other = join(work, 'wrong')
    writeTree(other, { files: { 'a.txt': wrongChecksum() } })
    expect((await run(gitleaks, ['detect', '--no-git', '--config', config, '--source', other])).code).toBe(1)
    expect((await bearward('scan', other)).code).toBe(0)
  })
})

describe('git-secrets', () => {
  let env: Record<string, string>
  beforeAll(async () => {
    const { root } = await unpackPackages('bookworm', 'git-secrets')
    env = { ...ACME, PATH: `${join(root, 'usr/bin')}:${process.env.PATH}` }
    const provider = join(work, 'provider')
    writeFileSync(provider, `#!/bin/sh\nexec ${BEARWARD} scanner-rules --for git-secrets\n`, { mode: 0o755 })
    for (const cwd of [folder, repository]) {
      if (cwd === folder) await run('git', ['init', '--quiet'], { cwd })
      await run('git', ['secrets', '--add-provider', '--', provider], { cwd, env })
    }
  })
  afterAll(() => rmSync(join(folder, '.git'), { recursive: true }))

  test('finds what was planted in a tree, and nothing else', async () => {
    const { code, stderr, stdout } = await run('git', ['secrets', '--scan', '--recursive', '.'], { cwd: folder, env })
    expect(placesIn(stdout + stderr)).toEqual(lines(tree.planted))
    expect(code).toBe(1)
  })

  test('finds what was planted in a history, and nothing else', async () => {
    const { code, stderr, stdout } = await run('git', ['secrets', '--scan-history'], { cwd: repository, env })
    expect(placesIn(stdout + stderr)).toEqual(lines(tree.planted))
    expect(code).toBe(1)
  })

  function placesIn(output: string): string[] {
    const places = output.matchAll(/^(?:[0-9a-f]{40}:)?(?:\.\/)?([^\s:]+):(\d+):/gm)
    return lines([...places].map(([, file = '', line]) => ({ file, line: Number(line) })))
  }
})

describe('secretlint', () => {
  test('finds what was planted in a tree, and nothing else', async () => {
    const modules = join(import.meta.dirname, 'node_modules')
    symlinkSync(modules, join(folder, 'node_modules'))
    copyFileSync(await writeRules('secretlint', 'secretlintrc.json'), join(folder, '.secretlintrc.json'))
    try {
      const { code, stdout } = await run(join(modules, '.bin/secretlint'), ['--format', 'json', '**/*'], {
        cwd: folder,
      })
      const files = JSON.parse(stdout) as { filePath: string; messages: { loc: { start: { line: number } } }[] }[]
      const found = files.flatMap(({ filePath, messages }) =>
        messages.map(({ loc }) => ({ file: filePath.replace(`${folder}/`, ''), line: loc.start.line })),
      )
      expect(lines(found)).toEqual(lines(tree.planted))
      expect(found).toHaveLength(tree.planted.length)
      expect(code).toBe(1)
    } finally {
      rmSync(join(folder, 'node_modules'))
      rmSync(join(folder, '.secretlintrc.json'))
    }
  })
})

/** What an expression of RE2 finds, as Go's, which TruffleHog is written in, would. The key is the first group. */
function findWithRe2(expression: string): Planted[] {
  const compiled = RE2JS.compile(expression)
  return Object.entries(tree.files).flatMap(([file, text]) => {
    const found: Planted[] = []
    const matcher = compiled.matcher(text)
    for (let at = 0; at <= text.length && matcher.find(at); at = matcher.end(1)) {
      const line = text.slice(0, matcher.start(1)).split('\n').length
      found.push({ file, line, token: matcher.group(1) ?? '' })
    }
    return found
  })
}

describe('TruffleHog', () => {
  test('the file is a configuration, as its messages in protobuf say', async () => {
    const { stdout } = await bearward('scanner-rules', '--for', 'trufflehog')
    const config = parseYaml(stdout) as { detectors: Record<string, unknown>[] }
    expect(config).toEqual({
      detectors: [
        {
          name: 'acme-api-key',
          description: 'acme API key',
          // It looks for these first, in lower case, and runs the expression around them.
          keywords: ['acme_live_', 'acme_test_'],
          regex: { key: expect.any(String) },
        },
      ],
    })
  })

  test('its expression finds what was planted, and nothing else', async () => {
    const { stdout } = await bearward('scanner-rules', '--for', 'trufflehog')
    expect(sorted(findWithRe2(parseYaml(stdout).detectors[0].regex.key))).toEqual(sorted(tree.planted))
  })
})

describe('detect-secrets', () => {
  test('the file is a plugin: a class of a RegexBasedDetector with secret_type and denylist', async () => {
    const { stdout } = await bearward('scanner-rules', '--for', 'detect-secrets')
    expect(stdout).toMatch(/^from detect_secrets\.plugins\.base import RegexBasedDetector$/m)
    expect(stdout).toMatch(/^class \w+Detector\(RegexBasedDetector\):$/m)
    expect(stdout).toMatch(/^ {4}secret_type = '[^']+'$/m)
    expect(stdout).toMatch(/^ {4}denylist = \[\n {8}re\.compile\(r'[^'\n]+'\),\n {4}\]$/m)
  })

  test('its expression finds what was planted, and nothing else', async () => {
    const { stdout } = await bearward('scanner-rules', '--for', 'detect-secrets')
    expect(sorted(findWithRe2(/re\.compile\(r'(.+)'\)/.exec(stdout)?.[1] ?? ''))).toEqual(sorted(tree.planted))
  })
})

describe('a custom pattern of GitHub', () => {
  test('has the fields of the form', async () => {
    const { stdout } = await bearward('scanner-rules', '--for', 'github')
    const fields = Object.keys(JSON.parse(stdout))
    expect(fields).toEqual(['Pattern name', 'Secret format', 'Before secret', 'After secret'])
  })

  test('its expressions find what was planted, and nothing else', async () => {
    const { stdout } = await bearward('scanner-rules', '--for', 'github')
    const { 'Secret format': secret, 'Before secret': before, 'After secret': after } = JSON.parse(stdout)
    // What stands before the second of two keys has been read as what stands behind the first: so from there on.
    expect(sorted(findWithRe2(`(?:${before})(${secret})(?:${after})`))).toEqual(sorted(tree.planted))
  })
})

describe('bearward scan', () => {
  test.each([
    ['a tree', folder, []],
    ['a history', repository, ['--git']],
  ])('finds what was planted in %s, and what hangs together with other characters', async (_, source, argv) => {
    const { code, stdout } = await bearward('scan', '--json', ...argv, source)
    const findings = JSON.parse(stdout).findings as { path: string; line: number }[]
    const found = findings.map(({ path, line }) => ({ file: path.replace(`${source}/`, ''), line }))
    // Two of the near misses hold a whole key, one character too many beside it.
    const whole = [2, 3].map((line) => ({ file: 'near/misses.txt', line }))
    expect(lines(found)).toEqual(lines([...tree.planted, ...whole]))
    expect(found).toHaveLength(tree.planted.length + whole.length)
    expect(code).toBe(1)
  })
})
