import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useSurroundings } from './context.ts'
import { curlLine, PLACEHOLDER_URL } from './curl.ts'
import { pagesOf } from './paths.ts'
import { secret } from './strings.ts'
import type { KeyJson } from './view.ts'

/** What issuing and rotating answer. */
export interface IssuedJson {
  readonly token: string
  readonly key: KeyJson
}

/** The token, shown this once: the browser asks before it lets anybody leave, and coming back shows it no more. */
export function Secret({ issued, children }: { issued: IssuedJson; children?: ComponentChildren }) {
  const { basePath, brand } = useSurroundings()
  const [token, setToken] = useState<string | null>(issued.token)
  const [said, setSaid] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const code = useRef<HTMLElement>(null)
  const [isStored, setStored] = useState(false)
  const address = pagesOf(basePath).key(issued.key.id)

  useEffect(() => heading.current?.focus(), [])
  useLeaveGuard(token !== null && !isStored)
  useEffect(() => {
    // After the guard is gone, which leaves with the render before.
    if (isStored) location.assign(address)
  }, [isStored, address])
  useLayoutEffect(() => {
    const forget = () => setToken(null)
    addEventListener('pagehide', forget)
    return () => removeEventListener('pagehide', forget)
  }, [])

  async function copy() {
    try {
      await navigator.clipboard.writeText(token ?? '')
      setSaid(secret.copied)
    } catch {
      // Without permission, or not over HTTPS.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current)
      setSaid(secret.notCopied)
    }
  }

  return (
    <section class="secret" aria-labelledby="secret-title">
      <h1 id="secret-title" tabIndex={-1} ref={heading}>
        {secret.issued(issued.key.name)}
      </h1>
      {token === null ? (
        <>
          <p>{secret.gone}</p>
          <a class="button" href={address}>
            {secret.toKey}
          </a>
        </>
      ) : (
        <>
          <p class="lead">{secret.lead}</p>
          <div class="token">
            {/* Not a field: browsers keep what stands in fields, to put it back later. */}
            <code ref={code}>{token}</code>
            <button type="button" class="button button-main" onClick={() => void copy()}>
              {secret.copy}
            </button>
          </div>
          <p class="said" role="status">
            {said}
          </p>
          {children}
          <p class="hint">{secret.send}</p>
          <pre class="curl">
            <code>{curlLine(brand.exampleUrl ?? PLACEHOLDER_URL, token)}</code>
          </pre>
          <p class="hint">
            {brand.exampleUrl === undefined && <>{secret.placeholder(PLACEHOLDER_URL)} </>}
            {secret.history}
          </p>
          <button type="button" class="button" onClick={() => setStored(true)}>
            {secret.done}
          </button>
        </>
      )}
    </section>
  )
}

/** While it is on, the browser asks before the page goes away; from the moment on that what it guards is shown. */
export function useLeaveGuard(isOn: boolean): void {
  useLayoutEffect(() => {
    if (!isOn) return
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault()
      // Older browsers ask because of this alone.
      event.returnValue = true
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isOn])
}
