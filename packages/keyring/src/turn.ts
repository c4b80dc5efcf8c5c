/**
 * Lets everything else have its turn: over a database that answers at once, work in the background would never leave the
 * microtasks, and no request would be read meanwhile.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
