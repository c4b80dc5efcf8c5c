import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const WHO = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']

/** A folder that is gone after the test; with `init()`, a repository. */
export class Repository {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'bearward-scan-'))

  init(): this {
    this.git('init', '--quiet', '--initial-branch=main')
    return this
  }

  write(path: string | Buffer, content: string | Buffer): void {
    if (typeof path === 'string') mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(typeof path === 'string' ? join(this.folder, path) : this.bytesOf(path), content)
  }

  /** Makes a pipe that no process writes to. */
  pipe(path: string): void {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(this.folder, path)])
  }

  /** The path of an entry whose name is no UTF-8. */
  bytesOf(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.folder}/`), name])
  }

  git(...argv: string[]): string {
    return this.gitWith({}, ...argv)
  }

  gitWith({ input, env }: { input?: string | Buffer; env?: Record<string, string> }, ...argv: string[]): string {
    const options = { cwd: this.folder, encoding: 'utf8' as const, env: { ...process.env, ...env } }
    return execFileSync('git', [...WHO, ...argv], { ...options, input: input ?? '', stdio: ['pipe', 'pipe', 'pipe'] })
  }

  commit(message = 'change'): string {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--message', message)
    return this.head()
  }

  head(): string {
    return this.git('rev-parse', 'HEAD').trim()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}
