/** An object without the properties that are `undefined`. */
export type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

/** The conditions that a command was given: the keyring refuses those that are named and `undefined`. */
export function conditionsIn<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
}
