import { Failure } from '../failure.ts'

/**
 * Loads a driver. Drivers are the user's: a command line for SQLite needs none. They are looked for where this program is
 * installed, and never in the current folder: what lies there may be somebody else's, and would be run.
 */
export async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    const mend = `install it beside bearward: npm install bearward ${name}`
    throw new Failure('configuration', `the driver ${name} is not installed`, mend, { cause })
  }
}
