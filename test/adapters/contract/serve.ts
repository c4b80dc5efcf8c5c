import { onTestFinished } from 'vitest'
import type { App, Authenticate, Call, Harness, RequireScopes, Route, Running } from '../app.ts'
import type { World } from '../world.ts'

/** Starts an application that stops with its test. */
export async function serve(harness: Harness, app: App): Promise<Running> {
  const running = await harness.start(app)
  onTestFinished(() => running.stop())
  return running
}

export function authenticated(world: World, options: Omit<Authenticate, 'step' | 'verifier'> = {}): Authenticate {
  return { step: 'authenticate', verifier: world.verifier, ...options }
}

export function allOf(...scopes: string[]): RequireScopes {
  return { step: 'requireScopes', mode: 'all', scopes }
}

/** As `allOf()`, for the principal of one verifier alone. */
export function allFrom({ verifier }: World, ...scopes: string[]): RequireScopes {
  return { ...allOf(...scopes), verifier }
}

export function anyOf(...scopes: string[]): RequireScopes {
  return { step: 'requireScopes', mode: 'any', scopes }
}

/** A route that says as whom it was called, and remembers that it was. */
export function echo(path = '/echo'): Route & { readonly calls: string[] } {
  const calls: string[] = []
  const handler = (call: Call): string => {
    calls.push(call.query)
    return `${call.principal()?.keyId ?? 'nobody'} ${call.query}`
  }
  return { path, handler, calls }
}
