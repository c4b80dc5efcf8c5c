import { AsyncLocalStorage } from 'node:async_hooks'

/** A request on an edge runtime: its timers and promises are its own. */
export interface Request {
  /** The client has left: nothing that this request waits for ever settles. */
  isAbandoned: boolean
  /** It has been answered: its timers never fire. */
  isOver: boolean
}

const requests = new AsyncLocalStorage<Request>()

/** Runs code as part of a request, with all that it begins. */
export function asRequest<T>(request: Request | undefined, run: () => T): T {
  return request === undefined ? run() : requests.run(request, run)
}

/** The request whose code is running; none where a runtime lets everything live as long as the process. */
export function currentRequest(): Request | undefined {
  return requests.getStore()
}

/** What the current request waits for: it never settles once the request was abandoned. */
export async function ofRequest<T>(work: Promise<T>): Promise<T> {
  const request = currentRequest()
  const [settled] = await Promise.allSettled([work])
  if (request?.isAbandoned === true) return new Promise<never>(() => {})
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}
