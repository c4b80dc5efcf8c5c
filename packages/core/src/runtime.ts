/** The parts of Node's built-in modules that are used where the runtime has them. */
interface Builtins {
  'node:crypto': {
    /** Present since Node 20.12. */
    hash?(algorithm: string, data: string | Uint8Array, encoding: 'hex'): string
    scrypt?(
      password: string,
      salt: string | Uint8Array,
      length: number,
      options: { N: number; r: number; p: number; maxmem: number },
      done: (error: Error | null, derived: Uint8Array) => void,
    ): void
  }
  'node:diagnostics_channel': {
    channel(name: string): { readonly hasSubscribers: boolean; publish(message: unknown): void }
  }
}

/**
 * A built-in module of Node, Bun or Deno, or `undefined` on runtimes without it. Asked for rather than imported, so
 * that one file serves every runtime and a bundler for the edge finds nothing to resolve.
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  return process?.getBuiltinModule?.(name) as Builtins[Name] | undefined
}

/** Tells the operator something, the way the runtime does. */
export function warn(message: string): void {
  const { process } = globalThis as { process?: { emitWarning?(message: string, type: string): void } }
  if (process?.emitWarning !== undefined) process.emitWarning(message, 'BearwardWarning')
  else console.warn(`BearwardWarning: ${message}`)
}
