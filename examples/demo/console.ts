import { serveConsole } from '@bearward/console/local'
import type { DemoKeys } from './keys.ts'

/** Signs in to the console as a browser does, and says what its list of keys is answered with: 200 when all is well. */
export async function visitConsole({ keyring }: Pick<DemoKeys, 'keyring'>): Promise<number> {
  const { url, close } = await serveConsole({ keyring })
  try {
    const login = await fetch(url, { redirect: 'manual' })
    const [cookie = ''] = login.headers.getSetCookie()
    const page = await fetch(new URL(login.headers.get('location') ?? '', url), { headers: { Cookie: cookie } })
    const html = await page.text()
    const isWhole = html.includes('key_reader') && !html.includes('Unnamed key')
    return page.status === 200 && !isWhole ? 404 : page.status
  } finally {
    await close()
  }
}
