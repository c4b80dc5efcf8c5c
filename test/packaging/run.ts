import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program to its end. Rejects with everything it printed when it fails. */
export async function run(file: string, argv: string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  try {
    return await execute(file, argv, { cwd, env: quietEnvironment() })
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string }
    throw new Error(`${[file, ...argv].join(' ')} failed:\n${stdout}${stderr}`, { cause })
  }
}

/** Without what the test runner and npm pass on to their children: it would show on their standard error. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|FORCE_COLOR|VITEST)/.test(name))
  return { ...Object.fromEntries(own), NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
}
