/** Fails a case: `actual` is not what the contract says. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [written(actual), written(expected)]
  if (is !== should) throw new Error(`${what}: is ${is}, and should be ${should}`)
}

export function expectTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

/** @returns what it rejected with */
export async function expectRejection(action: () => unknown, what: string): Promise<unknown> {
  try {
    await action()
  } catch (error) {
    return error
  }
  throw new Error(`${what}: should have failed`)
}

/** One text for each value, whatever order the fields of objects stand in. */
function written(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (part === undefined) return 'undefined'
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
  })
}
