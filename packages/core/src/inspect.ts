/** Makes `util.inspect`, and so `console.log`, show of an object what `toJSON` shows and nothing else. */
export function showAsJson(prototype: { toJSON(): unknown }): void {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: { toJSON(): unknown }) {
      return this.toJSON()
    },
  })
}
