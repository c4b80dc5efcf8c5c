/** A promise that is settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

export function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>['resolve'] | undefined
  let reject: Deferred<T>['reject'] | undefined
  const promise = new Promise<T>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve: (value) => resolve?.(value), reject: (error) => reject?.(error) }
}

/** Lets everything run that waits for nothing but its turn. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** Waits for what must happen by itself; fails when it does not. */
export async function until(hasHappened: () => boolean): Promise<void> {
  for (let tries = 0; tries < 5000; tries++) {
    if (hasHappened()) return
    await new Promise((next) => setTimeout(next))
  }
  throw new Error(`did not happen: ${String(hasHappened)}`)
}
