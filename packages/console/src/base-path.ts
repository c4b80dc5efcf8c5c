/** What stands after the base path, beginning with its slash where there is one; `undefined` for what is not under it. */
export function pathUnder(basePath: string, path: string): string | undefined {
  return path === basePath || path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined
}
