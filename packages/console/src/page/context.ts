import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { BrandJson, SessionJson } from './view.ts'

/** What every part of a page may need to know. */
export interface Surroundings {
  readonly basePath: string
  readonly brand: BrandJson
  readonly session: SessionJson | null
  /** The server's time when it made the page, RFC 3339. */
  readonly now: string
  /** Epoch milliseconds by the server's clock, as far as is known now. */
  readonly serverTime: () => number
}

export const Surrounding = createContext<Surroundings | null>(null)

export function useSurroundings(): Surroundings {
  const surroundings = useContext(Surrounding)
  if (surroundings === null) throw new TypeError('a part of a page was rendered outside of one')
  return surroundings
}

/** Whether the script is at work: what needs it is disabled before, in its place and in its size. */
export function useReady(): boolean {
  const [isReady, setReady] = useState(false)
  useEffect(() => setReady(true), [])
  return isReady
}
