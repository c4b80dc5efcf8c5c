// Where things are below the mount.
import type { ListQueryJson } from './view.ts'

/** The pages, below a `basePath` without a slash at the end. */
export function pagesOf(basePath: string) {
  const list = basePath === '' ? '/' : basePath
  return {
    list,
    new: `${basePath}/new`,
    key: (id: string) => `${basePath}/keys/${encodeURIComponent(id)}`,
    older: (id: string, cursor: string) =>
      `${basePath}/keys/${encodeURIComponent(id)}?cursor=${encodeURIComponent(cursor)}#timeline`,
    listOf(query: ListQueryJson): string {
      const parameters = new URLSearchParams()
      for (const [name, value] of Object.entries(query))
        if (value !== undefined && value !== '') parameters.set(name, value)
      const text = parameters.toString()
      return text === '' ? list : `${list}?${text}`
    },
    asset: (name: string) => `${basePath}/assets/${name}`,
  }
}

/** The API's addresses that the pages use. */
export function apiOf(basePath: string) {
  const keyPath = (id: string) => `${basePath}/api/keys/${encodeURIComponent(id)}`
  return {
    keys: `${basePath}/api/keys`,
    key: keyPath,
    act: (id: string, action: 'rotate' | 'revoke' | 'disable' | 'enable') => `${keyPath(id)}/${action}`,
    chain: (id: string) => `${keyPath(id)}/chain`,
    audit: (id: string) => `${keyPath(id)}/audit?limit=25`,
  }
}
