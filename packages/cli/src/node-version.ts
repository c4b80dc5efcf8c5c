/** The oldest version of Node that runs this program, as `engines` of package.json says: `node:sqlite` can describe its answers since then. */
export const OLDEST_NODE = '22.16'

/**
 * Says in one line that a version is too old. In syntax and with functions that old versions have.
 *
 * @param version `process.versions.node`
 * @returns `undefined` where it is not
 */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined
  return `bearward: needs Node ${OLDEST_NODE} or later, and this is ${version}; install it from https://nodejs.org`
}
