import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Failure, fileFailure } from './failure.ts'
import { SETTINGS, type Values } from './settings.ts'
import type { World } from './world.ts'

/** What a configuration file holds: names are checked, values not yet. */
export interface FileSettings {
  readonly path: string
  /** Whether an option or a variable named the file, rather than its lying in the current folder. */
  readonly isNamed: boolean
  readonly values: { readonly [Name in keyof Values]?: unknown }
}

/** Looked for in the current folder alone: a file further up could be anybody's. */
const DEFAULT_NAME = 'bearward.config.json'
/** For editors; means nothing here. */
const SCHEMA = '$schema'

/**
 * Reads the file that `--config` or BEARWARD_CONFIG names, else the one of the current folder if there is one.
 *
 * @throws {Failure} when a file that was named is not there, or a file holds what no setting is called
 */
export function readSettingsFile(world: World, flag: string | undefined): FileSettings {
  const named = flag || world.env.BEARWARD_CONFIG
  const path = named || DEFAULT_NAME
  const isNamed = named !== undefined && named !== ''
  const text = readText(resolve(world.cwd, path), path, isNamed)
  if (text === undefined) return { path, isNamed, values: {} }

  const values = parseObject(text, path)
  const stranger = Object.keys(values).find((name) => !Object.hasOwn(SETTINGS, name) && name !== SCHEMA)
  if (stranger !== undefined) {
    const known = Object.keys(SETTINGS).join(', ')
    throw new Failure('configuration', `${path} has "${stranger}", which is no setting`, `there are ${known}`)
  }
  return { path, isNamed, values }
}

function readText(file: string, path: string, isNeeded: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (isAbsent && !isNeeded) return undefined
    if (isAbsent) throw new Failure('configuration', `${path} is not there`, 'check --config or BEARWARD_CONFIG')
    throw fileFailure(path, cause)
  }
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    // The parser's own message repeats a piece of the file, which may hold a password.
    throw new Failure('configuration', `${path} is not JSON`, 'mend it', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure('configuration', `${path} holds no object`, 'begin it with { and end it with }')
  }
  return value as Record<string, unknown>
}
