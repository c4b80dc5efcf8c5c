import { type KeyFormat, keyFormat } from '@bearward/core'
import { Failure } from './failure.ts'
import { type FileSettings, readSettingsFile } from './settings-file.ts'
import type { World } from './world.ts'

/** What can be set, whatever the place. */
export interface Values {
  prefix: string
  environments: readonly string[]
  databaseUrl: string
  scopes: readonly string[]
}

/** One thing that can be set: in which places, and how it is read there. To add a setting, add a row to `SETTINGS`. */
interface Setting<T> {
  /** Its option, as a message names it. */
  readonly flag: string
  /** Its environment variable. */
  readonly variable: string
  /** Reads what an option or a variable holds. */
  readonly parse: (text: string) => T
  /** Whether a value of the file is of the right kind. */
  readonly isValid: (value: unknown) => value is T
  /** What the file should hold, as a message says it. */
  readonly kind: string
}

const LIST: Pick<Setting<readonly string[]>, 'parse' | 'isValid' | 'kind'> = {
  parse: (text) => text.split(',').map((name) => name.trim()),
  isValid: (value): value is string[] => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  kind: 'a list of strings',
}

export const SETTINGS: { readonly [Name in keyof Values]: Setting<Values[Name]> } = {
  prefix: {
    flag: '--prefix',
    variable: 'BEARWARD_PREFIX',
    parse: (text) => text,
    isValid: (value) => typeof value === 'string',
    kind: 'a string',
  },
  environments: {
    flag: '--environments',
    variable: 'BEARWARD_ENVIRONMENTS',
    ...LIST,
  },
  databaseUrl: {
    flag: '--database-url',
    variable: 'BEARWARD_DATABASE_URL',
    parse: (text) => text,
    isValid: (value) => typeof value === 'string',
    kind: 'a string',
  },
  scopes: {
    flag: '--scopes',
    variable: 'BEARWARD_SCOPES',
    ...LIST,
  },
}

/** Options of a command, as the parser hands them over; settings are text. */
export type Flags = { readonly [Name in keyof Values]?: string } & { readonly config?: string }

/** A value, and where it was found, so that a message can say what to change. */
interface Found<T> {
  readonly value: T
  readonly origin: string
  readonly ending: 'usage' | 'configuration'
}

/** The address of the database, as it was written. */
export interface FoundDatabase {
  readonly url: string
  /** The configuration file of the current folder that names it, where neither an option nor a variable named that file. */
  readonly file: string | undefined
}

/**
 * Looks settings up. For each of them, alone: the option of the command line, else the environment variable, else the
 * file, else nothing. An empty option or variable counts as one that is not there.
 */
export class Settings {
  readonly #flags: Flags
  readonly #env: World['env']
  readonly #file: FileSettings

  constructor(flags: Flags, world: World) {
    this.#flags = flags
    this.#env = world.env
    this.#file = readSettingsFile(world, flags.config)
  }

  find<Name extends keyof Values>(name: Name): Found<Values[Name]> | undefined {
    const { flag, variable, parse, isValid, kind } = SETTINGS[name] as Setting<Values[Name]>
    const typed = this.#flags[name]
    if (typed) return { value: parse(typed), origin: flag, ending: 'usage' }
    const exported = this.#env[variable]
    if (exported) return { value: parse(exported), origin: variable, ending: 'configuration' }

    const written = this.#file.values[name]
    if (written === undefined) return undefined
    const origin = `"${name}" in ${this.#file.path}`
    if (!isValid(written)) throw new Failure('configuration', `${origin} is not ${kind}`, 'change it')
    return { value: written, origin, ending: 'configuration' }
  }

  /**
   * Where the keys are.
   *
   * @throws {Failure} when it is not set
   */
  database(): FoundDatabase {
    const found = this.find('databaseUrl')
    if (found !== undefined) {
      const isFromFile = !this.#flags.databaseUrl && !this.#env[SETTINGS.databaseUrl.variable]
      return { url: found.value, file: isFromFile && !this.#file.isNamed ? this.#file.path : undefined }
    }
    const { flag, variable } = SETTINGS.databaseUrl
    const mend = `run bearward init, give ${flag}, set ${variable}, or write "databaseUrl" into bearward.config.json`
    throw new Failure('configuration', 'the database of your keys is not set', mend)
  }

  /**
   * The format of keys.
   *
   * @throws {Failure} when no prefix is set, or a part of it cannot be used
   */
  format(): KeyFormat {
    const prefix = this.find('prefix')
    const environments = this.find('environments')
    if (prefix === undefined) {
      const { flag, variable } = SETTINGS.prefix
      const mend = `give ${flag}, set ${variable}, or write "prefix" into bearward.config.json`
      throw new Failure('configuration', 'the prefix of your keys is not set', mend)
    }
    try {
      return keyFormat({ prefix: prefix.value, environments: environments?.value ?? [] })
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause
      const wrong = cause.message.includes('`environments`') && environments !== undefined ? environments : prefix
      const rule = cause.message.replace(/^.*?option `\w+` /, '')
      throw new Failure(wrong.ending, `${wrong.origin} cannot be used: it ${rule}`, 'change it', { cause })
    }
  }
}
